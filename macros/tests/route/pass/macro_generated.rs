//! Routes that `macro_rules!` write.
#![deny(warnings)]

use routegen::{Path, http::StatusCode, route};

macro_rules! routes {
    ($($method:ident $path:literal $name:ident($argument:ty) -> $output:ty, $scope:literal $memory:expr;)*) => {
        $(
            #[route($method, $path, auth = "cognito", scopes = [$scope], memory = $memory)]
            async fn $name(_: $argument) -> $output {
                Default::default()
            }
        )*
    };
}

routes! {
    GET "/a/{id}" get_a(Path<u64>) -> String, "a/read" 128;
    DELETE "/a/{id}" delete_a(Path<u64>) -> StatusCode, "a/write" 256;
}

fn main() {}

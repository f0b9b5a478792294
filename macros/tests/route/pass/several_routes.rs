//! Several routes of one function, with other attributes among them.
#![deny(warnings)]

use routegen::{Claims, Json, Path, route};

#[route(GET, "/a", auth = "none")]
#[allow(unused_variables)]
#[routegen::route(POST, "/a", auth = "none", name = "post_a", memory = 256, tags = ["a"], deprecated = true)]
#[::routegen::route(ANY, "/a/{rest+}", auth = "none", name = "any_a")]
async fn a(body: String) {}

#[route(PUT, "/b/{id}", auth = "cognito", lambda = "both")]
#[route(PATCH, "/b/{id}", auth = "api_key", name = "patch_b", timeout = 5)]
async fn b(_: Path<u64>, _: Claims, _: Option<Json<u8>>) {}

#[route(GET, "/c", auth = "none", lambda = "both")]
async fn c() {}

macro_rules! twice {
    ($($name:ident $first:literal $second:literal $other:literal;)*) => {
        $(
            #[route(GET, $first, auth = "none")]
            #[route(GET, $second, auth = "none", name = $other)]
            async fn $name() {}
        )*
    };
}

twice! {
    d "/d" "/d/d" "dd";
    e "/e" "/e/e" "ee";
}

#[cfg(any())]
#[route(GET, "/absent", auth = "none")]
#[route(GET, "/absent/too", auth = "none", name = "absent_too")]
async fn absent(_: DoesNotExist) {}

#[route(GET, "/absent", auth = "none")]
#[cfg(any())]
#[route(GET, "/absent/too", auth = "none", name = "absent_too")]
async fn absent(_: DoesNotExist) {}

fn main() {
    drop(a(String::new()));
}

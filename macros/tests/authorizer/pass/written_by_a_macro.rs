//! Authorizers that `macro_rules!` write, in private modules, behind `cfg`, with names that the expansion declares.
#![deny(warnings)]

macro_rules! authorizers {
    ($($name:ident($argument:ty) -> $decision:ty, $source:literal $ttl:expr;)*) => {
        $(
            #[routegen::authorizer(identity_sources = [$source], ttl = $ttl)]
            async fn $name(_: $argument) -> $decision {
                false.into()
            }
        )*
    };
}

mod inner {
    mod private {
        authorizers! {
            parts(routegen::AuthorizerRequest) -> routegen::Decision, "$request.header.a" 0;
            output(routegen::http::HeaderMap) -> routegen::Decision<()>, "$request.header.b" 300;
        }
    }
}

#[routegen::authorizer]
#[cfg(any())]
async fn absent(_: DoesNotExist) {}

#[cfg(any())]
#[routegen::authorizer]
async fn absent_too(_: DoesNotExist) {}

fn main() {}

//! Nothing is imported, unsafe code is forbidden, every warning is an error.
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    rust_2018_idioms,
    unreachable_pub,
    unused_qualifications,
    missing_docs,
    single_use_lifetimes,
    let_underscore_drop
)]

/// A route without arguments.
#[::routegen::route(GET, "/a", auth = "none")]
async fn a() {}

/// A route with an argument.
#[::routegen::route(GET, "/b/{id}", auth = "cognito", scopes = ["b/read"])]
async fn b(::routegen::Path(id): ::routegen::Path<::std::string::String>) -> ::std::string::String {
    id
}

/// A route with all that there is.
#[::routegen::route(
    POST,
    "/c/{id}/{rest+}",
    auth = "cognito",
    scopes = ["c/read", "c/write"],
    memory = 256,
    timeout = 10,
    name = "create",
    description = "Creates",
    crate = ::routegen,
)]
async fn c(
    _: ::routegen::Path<(u64, ::std::string::String)>,
    _: ::routegen::Query<()>,
    mut body: ::std::string::String,
) -> ::std::result::Result<::std::string::String, ::routegen::Problem> {
    body.clear();
    ::std::result::Result::Ok(body)
}

fn main() {}

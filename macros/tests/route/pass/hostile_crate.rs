//! Nothing is imported, unsafe code is forbidden, every warning is an error, and the names of what the expansion uses are
//! something else.
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

mod std {}
mod core {}
mod routegen {}
mod __private {}
struct Result;
struct Option;
struct Box;

/// A route without arguments.
#[::routegen::route(GET, "/a", auth = "none")]
async fn a() {
    let _: (Result, Option, Box) = (Result, Option, Box);
}

/// A route with an argument.
#[::routegen::route(GET, "/b/{id}", auth = "cognito", scopes = ["b/read"])]
async fn b(::routegen::Path(id): ::routegen::Path<::std::string::String>) -> ::std::string::String {
    id
}

/// Two routes of one function.
#[::routegen::route(GET, "/d", auth = "none")]
#[::routegen::route(GET, "/e", auth = "none", name = "e")]
async fn d() {}

/// A route with all that there is.
#[::routegen::route(
    POST,
    "/c/{id}/{rest+}",
    auth = "cognito",
    scopes = ["c/read", "c/write"],
    memory = 256,
    timeout = 10,
    env = ["TABLE"],
    throttle = (50, 20),
    name = "create",
    lambda = "items",
    description = "Creates",
    tags = ["items"],
    deprecated = true,
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

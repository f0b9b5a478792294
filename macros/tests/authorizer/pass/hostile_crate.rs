//! Nothing is imported, unsafe code is forbidden, every warning is an error, and the names of what the expansion uses are
//! something else.
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(rust_2018_idioms, unreachable_pub, unused_qualifications, missing_docs, single_use_lifetimes)]

mod std {}
mod core {}
mod routegen {}
mod __private {}
struct Result;
struct Option;
struct Box;

/// An authorizer with all that there is.
#[::routegen::authorizer(
    identity_sources = ["$request.header.Authorization"],
    ttl = 0,
    memory = 256,
    timeout = 10,
    env = ["KEYS"],
    name = "keys",
    description = "Knows keys",
    crate = ::routegen,
)]
async fn api_key(_: ::routegen::AuthorizerRequest, _: ::routegen::http::HeaderMap) -> ::routegen::Decision {
    let _: (Result, Option, Box) = (Result, Option, Box);
    ::routegen::Decision::Deny
}

fn main() {}

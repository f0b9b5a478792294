//! Functions that have the names of what the expansion declares.
#![deny(warnings)]
#![allow(non_camel_case_types)]

use routegen::{http::HeaderMap, route};

macro_rules! functions {
    ($($name:ident $path:literal,)*) => {
        $(#[route(GET, $path, auth = "none")]
        async fn $name(_: HeaderMap, _: HeaderMap, _: String) {})*
    };
}

functions! {
    request "/1",
    parts "/2",
    body "/3",
    value "/4",
    reply "/5",
    output "/6",
    argument_0 "/7",
    call "/8",
    entry "/9",
    entry_of_entry "/10",
}

mod types {
    struct Result;
    struct Box;
    struct Request;
    enum Option {}
    mod routegen {}

    #[::routegen::route(GET, "/11", auth = "none")]
    async fn types() {
        let _ = (Result, Box, Request, None::<Option>);
    }
}

fn main() {}

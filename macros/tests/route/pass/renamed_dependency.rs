//! The crate `routegen` has another name here, and its own name is something else.
#![deny(warnings)]

extern crate core as routegen;
extern crate routegen as gateway;

mod api {
    pub(crate) mod inner {
        pub(crate) use ::gateway;
    }
}

use gateway::{Path, route};

#[route(GET, "/a/{id}", auth = "none", crate = gateway)]
async fn absolute(Path(id): Path<String>) -> String {
    id
}

#[route(GET, "/b/{id}", auth = "none", crate = crate::api::inner::gateway)]
async fn re_exported(Path(id): Path<String>) -> String {
    id
}

fn main() {}

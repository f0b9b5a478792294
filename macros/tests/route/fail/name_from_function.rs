#![allow(non_snake_case)]

use routegen::route;

#[route(GET, "/items", auth = "none")]
async fn getItems() {}

fn main() {}

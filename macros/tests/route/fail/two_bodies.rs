use routegen::{Json, route};

#[route(PUT, "/items", auth = "none")]
async fn put_item(_: Json<u8>, _: String) {}

fn main() {}

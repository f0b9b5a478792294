use routegen::{Json, route};

struct Item;

#[route(PUT, "/items", auth = "none")]
async fn put_item(_: Item, Json(_): Json<String>) {}

fn main() {}

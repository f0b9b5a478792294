use routegen::{Json, route};

struct Item;

#[route(POST, "/items", auth = "none")]
async fn create_item(Json(_): Json<Item>) {}

fn main() {}

use routegen::{Json, route};

#[route(POST, "/items", auth = "none")]
async fn create_item<T>(Json(_): Json<T>) {}

fn main() {}

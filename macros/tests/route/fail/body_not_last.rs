use routegen::{Json, Path, route};

#[route(PUT, "/items/{id}", auth = "none")]
async fn put_item(Json(_): Json<String>, Path(_): Path<u64>) {}

fn main() {}

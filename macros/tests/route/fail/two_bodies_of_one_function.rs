use routegen::{Json, route};

#[route(PUT, "/items", auth = "none")]
#[route(POST, "/items", auth = "cognito", name = "create_item")]
async fn put_item(_: Option<Json<u8>>, _: String) {}

fn main() {}

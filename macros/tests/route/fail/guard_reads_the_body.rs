use routegen::{Json, route};

#[route(POST, "/items", auth = "none", guards = [Json<u8>])]
async fn post_item() {}

fn main() {}

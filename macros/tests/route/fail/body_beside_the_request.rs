use routegen::{lambda_http::Request, route};

#[route(PUT, "/items", auth = "none")]
async fn put_item(_: Request, _: String) {}

fn main() {}

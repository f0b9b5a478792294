use routegen::route;

#[route(POST, "/items", auth = "none")]
async fn create_item(_: &str) {}

fn main() {}

use routegen::{AuthorizerRequest, route};

#[route(GET, "/items", auth = "none")]
async fn get_items(_: AuthorizerRequest) {}

fn main() {}

use routegen::{Claims, route};

#[route(GET, "/me", auth = "none")]
async fn get_me(_: Claims) {}

fn main() {}

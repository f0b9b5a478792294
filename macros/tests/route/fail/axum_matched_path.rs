use routegen::{axum::extract::MatchedPath, route};

#[route(GET, "/items/{id}", auth = "none")]
async fn get_item(_: MatchedPath) {}

fn main() {}

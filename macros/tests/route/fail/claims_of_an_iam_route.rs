use routegen::{Claims, route};

#[derive(serde::Deserialize)]
struct Customer {}

#[route(GET, "/me", auth = "iam")]
async fn get_me(_: Claims<Customer>) {}

fn main() {}

use routegen::{axum::extract::State, route};

#[derive(Clone)]
struct Pool;

#[route(GET, "/items", auth = "none")]
async fn get_items(_: State<Pool>) {}

fn main() {}

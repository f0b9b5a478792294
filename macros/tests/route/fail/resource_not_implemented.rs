use routegen::{Res, route};

struct Pool;

#[route(GET, "/items", auth = "none")]
async fn get_items(_: Res<Pool>) {}

fn main() {}

use routegen::{Path, route};

#[route(GET, "/items", auth = "none")]
async fn get_items(Path(_): Path<u64>) {}

fn main() {}

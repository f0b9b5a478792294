use routegen::{Path, route};

#[route(GET, "/items/{id}", auth = "none")]
async fn get_item(Path((_, _)): Path<(u64, String)>) {}

fn main() {}

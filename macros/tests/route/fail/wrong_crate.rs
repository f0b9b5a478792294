use routegen::{Path, route};

#[route(GET, "/items/{id}", auth = "none", crate = gateway)]
async fn get_item(Path(_): Path<u64>) {}

fn main() {}

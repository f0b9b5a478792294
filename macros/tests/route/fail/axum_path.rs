use routegen::{axum::extract::Path, route};

#[route(GET, "/items/{id}", auth = "none")]
async fn get_item(Path(_): Path<u64>) {}

fn main() {}

use routegen::{axum::extract::Path, route};

#[route(GET, "/shelves/{shelf}/rows/{row}", auth = "none")]
async fn get_row(_: Option<Path<u64>>) {}

fn main() {}

use routegen::{Path, route};

#[route(GET, "/shelves/{shelf}/rows/{row}", auth = "none")]
async fn get_row(Path(_): Path<String>) {}

fn main() {}

use routegen::route;

#[route(GET, "/items", auth = "none")]
async fn get_items() {}

#[route(GET, "/items", auth = "none")]
async fn list_items() {}

fn main() {}

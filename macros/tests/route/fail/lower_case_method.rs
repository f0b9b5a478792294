use routegen::route;

#[route(get, "/items", auth = "none")]
async fn get_items() {}

fn main() {}

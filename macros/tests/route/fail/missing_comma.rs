use routegen::route;

#[route(GET, "/items" auth = "none")]
async fn get_items() {}

fn main() {}

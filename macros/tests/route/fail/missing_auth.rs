use routegen::route;

#[route(GET, "/items")]
async fn get_items() {}

fn main() {}

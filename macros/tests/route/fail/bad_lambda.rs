use routegen::route;

#[route(GET, "/items", auth = "none", lambda = "pet shop")]
async fn get_items() {}

fn main() {}

use routegen::route;

#[route(GET, "/items", auth = "none", timeout = 5, timeout = 10)]
async fn get_items() {}

fn main() {}

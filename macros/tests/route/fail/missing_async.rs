use routegen::route;

#[route(GET, "/items", auth = "none")]
fn get_items() {}

fn main() {}

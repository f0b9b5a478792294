use routegen::route;

#[route(GET, "/items", auth = "none", throttle = (0, 20))]
async fn get_items() {}

fn main() {}

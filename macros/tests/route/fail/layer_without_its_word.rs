use routegen::route;

#[route(GET, "/items", auth = "none", middleware = [Timeout::new(5)])]
async fn get_items() {}

fn main() {}

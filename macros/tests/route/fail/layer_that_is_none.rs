use routegen::route;

#[route(GET, "/items", auth = "none", middleware = [layer(5)])]
async fn get_items() {}

fn main() {}

use routegen::route;

#[route(GET, "/items", auth = "none", memory = 64)]
async fn get_items() {}

fn main() {}

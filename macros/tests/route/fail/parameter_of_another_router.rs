use routegen::route;

#[route(GET, "/items/:id", auth = "none")]
async fn get_item() {}

#[route(GET, "/files/*path", auth = "none")]
async fn get_file() {}

fn main() {}

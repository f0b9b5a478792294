use routegen::{Claims, route};

#[route(GET, "/items", auth = "none", guards = [Claims])]
async fn get_items() {}

fn main() {}

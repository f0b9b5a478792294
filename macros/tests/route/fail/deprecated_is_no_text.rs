use routegen::route;

#[route(GET, "/items", auth = "none", deprecated = "use /v2/items")]
async fn get_items() {}

fn main() {}

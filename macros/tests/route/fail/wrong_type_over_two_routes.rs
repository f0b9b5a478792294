use routegen::route;

struct Item;

#[route(GET, "/a", auth = "none")]
#[route(GET, "/b", auth = "none", name = "b")]
async fn a(_: Item) {}

fn main() {}

// The compiler sees this one when it generates code, which trybuild lets it do only where a `pass` case runs too:
// alone, this case fails.
use routegen::route;

#[route(GET, "/items", auth = "none")]
async fn get_items() {}

#[route(GET, "/items", auth = "none")]
async fn list_items() {}

fn main() {}

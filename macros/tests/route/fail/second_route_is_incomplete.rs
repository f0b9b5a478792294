use routegen::route;

#[route(GET, "/a", auth = "none")]
#[route(GET, "/b", name = "b")]
async fn a() {}

fn main() {}

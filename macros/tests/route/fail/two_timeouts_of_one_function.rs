use routegen::route;

#[route(GET, "/a", auth = "none", timeout = 5)]
#[route(GET, "/b", auth = "none", name = "b", timeout = 6)]
async fn a() {}

fn main() {}

use routegen::route;

#[route(GET, "/a", auth = "none", lambda = "one")]
#[route(GET, "/b", auth = "none", name = "b", lambda = "two")]
async fn a() {}

fn main() {}

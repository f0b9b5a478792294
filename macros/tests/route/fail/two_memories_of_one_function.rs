use routegen::route;

#[route(GET, "/a", auth = "none", memory = 256)]
#[route(GET, "/b", auth = "none", name = "b", memory = 512)]
async fn a() {}

fn main() {}

use routegen::route;

#[route(GET, "/a", auth = "none")]
#[routegen::route(GET, "/a", auth = "none", name = "again")]
async fn one() {}

fn main() {}

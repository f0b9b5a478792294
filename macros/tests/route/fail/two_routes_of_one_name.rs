use routegen::route;

#[route(GET, "/a", auth = "none")]
#[route(GET, "/b", auth = "none")]
async fn both() {}

fn main() {
    let _ = both();
}

use routegen::route;

#[route(GET, "/items", auth = "none")]
pub struct Items {
    _count: usize,
}

fn main() {
    let _ = Items { _count: 0 };
}

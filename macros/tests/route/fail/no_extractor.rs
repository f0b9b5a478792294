use routegen::{Path, route};

struct Item {
    _name: String,
}

#[route(PUT, "/items/{id}", auth = "none")]
async fn put_item(Path(_): Path<u64>, _: Item) {}

fn main() {}

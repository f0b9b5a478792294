use routegen::{axum::extract, route};

struct Item;
struct Name(#[allow(dead_code)] String);

#[route(PUT, "/items/{id}", auth = "none")]
async fn put_item(_: Item, _: extract::Path<u64>, _: Vec<Name>) -> Option<Result<Item, Name>> {
    None
}

fn main() {}

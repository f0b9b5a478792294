use routegen::{IntoResponse, route};

struct Item;

#[route(DELETE, "/items", auth = "none", responses(204 = Item, 99, 404, 404 = "gone"))]
async fn delete_items() -> impl IntoResponse {}

fn main() {}

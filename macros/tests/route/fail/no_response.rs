use routegen::route;

struct Item;

#[route(GET, "/items", auth = "none")]
async fn get_items() -> Vec<Item> {
    vec![Item]
}

fn main() {}

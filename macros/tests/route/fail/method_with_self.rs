use routegen::route;

struct Items;

impl Items {
    #[route(GET, "/items", auth = "none")]
    async fn get_items(&self) {}
}

fn main() {}

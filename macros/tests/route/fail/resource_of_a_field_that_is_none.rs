use routegen::{Res, Resource, route};

#[derive(Resource)]
#[grant(items_table, actions = ["dynamodb:Query"])]
struct Items {
    table: String,
}

#[route(GET, "/items", auth = "none")]
async fn get_items(items: Res<Items>) -> String {
    items.table.clone()
}

fn main() {}

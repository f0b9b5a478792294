use routegen::route;

#[route(GET, "/items", auth = "none", scopes = ["items/read"])]
async fn get_items() {}

fn main() {}

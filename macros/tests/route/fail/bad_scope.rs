use routegen::route;

#[route(GET, "/items", auth = "cognito", scopes = ["items/read", "items write"])]
async fn get_items() {}

fn main() {}

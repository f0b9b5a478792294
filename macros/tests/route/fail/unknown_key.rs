use routegen::route;

#[route(GET, "/items", auth = "cognito", scope = ["items/read"])]
async fn get_items() {}

fn main() {}

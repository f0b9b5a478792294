use routegen::route;

struct Admin;

#[route(GET, "/items", auth = "cognito", guards = [Admin])]
async fn get_items() {}

fn main() {}

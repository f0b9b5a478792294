use routegen::route;

#[route(GET, "/items", auth = "none", tags = ["items", ""])]
async fn get_items() {}

fn main() {}

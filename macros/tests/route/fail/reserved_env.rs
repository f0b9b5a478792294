use routegen::route;

#[route(GET, "/items", auth = "none", env = ["TABLE", "AWS_REGION"])]
async fn get_items() {}

fn main() {}

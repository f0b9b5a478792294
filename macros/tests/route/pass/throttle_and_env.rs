use routegen::route;

/// Every key that says something of the deployment
#[route(GET, "/items", auth = "none", env = ["TABLE", "LOG_LEVEL"], throttle = (50, 20), memory = 256, timeout = 10)]
async fn get_items() {}

fn main() {}

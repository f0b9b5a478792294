use routegen::{queue, route};

#[route(POST, "/orders", auth = "none")]
#[queue(orders)]
async fn on_order() {}

fn main() {}

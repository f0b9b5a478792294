use routegen::{Message, queue};

struct Order;

#[queue(orders)]
async fn on_order(_: Message<Order>) {}

fn main() {}

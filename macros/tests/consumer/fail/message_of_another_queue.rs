use routegen::{Message, QueueMessage, queue};

#[derive(serde::Deserialize)]
struct Order {}

impl QueueMessage for Order {
    const QUEUE: &'static str = "orders";
}

#[queue(returns)]
async fn on_return(_: Message<Order>) {}

fn main() {}

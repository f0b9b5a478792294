use routegen::{Batch, Message, queue};

#[queue(orders)]
async fn on_orders(_: Message<u8>, _: Batch<Message<u8>>) {}

fn main() {}

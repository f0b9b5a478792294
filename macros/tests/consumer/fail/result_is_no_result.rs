use routegen::{Message, queue};

#[queue(orders)]
async fn on_order(_: Message<u8>) -> u8 {
    1
}

fn main() {}

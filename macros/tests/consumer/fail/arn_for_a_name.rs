use routegen::{Message, queue};

#[queue("arn:aws:sqs:us-east-1:123456789012:orders")]
async fn on_order(_: Message<u8>) {}

fn main() {}

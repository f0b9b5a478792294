use routegen::{Message, stream};

#[stream(items_table)]
async fn item_changed(_: Message<u8>) {}

fn main() {}

use routegen::{Batch, queue};

#[queue(orders)]
async fn on_orders(_: Batch<u8>) {}

fn main() {}

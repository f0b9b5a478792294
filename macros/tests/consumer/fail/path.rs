use routegen::{Path, queue};

#[queue(orders)]
async fn on_order(_: Path<String>) {}

fn main() {}

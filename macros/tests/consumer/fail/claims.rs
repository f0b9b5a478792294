use routegen::{Claims, event};

#[event(source = "aws.s3")]
async fn uploaded(_: Claims) {}

fn main() {}

use routegen::{Json, schedule};

#[schedule("rate(1 hour)")]
async fn expire(_: Json<u8>) {}

fn main() {}

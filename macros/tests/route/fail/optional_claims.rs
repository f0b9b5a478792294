use routegen::{Claims, route};

#[route(GET, "/me", auth = "cognito")]
async fn get_me(_: Option<Claims>) {}

fn main() {}

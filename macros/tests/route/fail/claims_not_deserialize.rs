use routegen::{Claims, route};

struct Customer;

#[route(GET, "/me", auth = "cognito")]
async fn get_me(_: Claims<Customer>) {}

fn main() {}

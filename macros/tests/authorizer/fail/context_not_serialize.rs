use routegen::{Decision, authorizer};

struct Caller;

#[authorizer]
async fn api_key() -> Decision<Caller> {
    Decision::Deny
}

fn main() {}

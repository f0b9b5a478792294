use routegen::{Claims, Decision, authorizer};

#[authorizer]
async fn api_key(_: Claims) -> Decision {
    Decision::Deny
}

fn main() {}

use routegen::{Decision, authorizer};

#[authorizer(ttl = 86400)]
async fn api_key() -> Decision {
    Decision::Deny
}

fn main() {}

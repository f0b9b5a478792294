use routegen::{Decision, authorizer};

#[authorizer(identity_sources = [], ttl = 300)]
async fn api_key() -> Decision {
    Decision::Deny
}

fn main() {}

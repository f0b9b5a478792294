use routegen::{Decision, authorizer};

#[authorizer(identity_sources = ["x-api-key"])]
async fn api_key() -> Decision {
    Decision::Deny
}

fn main() {}

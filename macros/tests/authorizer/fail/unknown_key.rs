use routegen::{Decision, authorizer};

#[authorizer(cache = 300)]
async fn api_key() -> Decision {
    Decision::Deny
}

fn main() {}

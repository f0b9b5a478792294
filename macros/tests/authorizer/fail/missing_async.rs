use routegen::{Decision, authorizer};

#[authorizer]
fn api_key() -> Decision {
    Decision::Deny
}

fn main() {}

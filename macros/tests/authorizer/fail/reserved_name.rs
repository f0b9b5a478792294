use routegen::{Decision, authorizer};

#[authorizer]
async fn cognito() -> Decision {
    Decision::Deny
}

fn main() {}

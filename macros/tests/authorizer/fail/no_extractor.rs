use routegen::{AuthorizerRequest, Decision, authorizer};

struct Keys;

#[authorizer]
async fn api_key(_: AuthorizerRequest, _: Keys) -> Decision {
    Decision::Deny
}

fn main() {}

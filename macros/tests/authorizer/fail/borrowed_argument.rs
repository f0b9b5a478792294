use routegen::{AuthorizerRequest, Decision, authorizer};

#[authorizer]
async fn api_key(_: &AuthorizerRequest) -> Decision {
    Decision::Deny
}

fn main() {}

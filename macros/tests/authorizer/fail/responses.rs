use routegen::{AuthorizerRequest, Decision, authorizer};

#[authorizer(responses(403 = "the key is unknown"))]
async fn key(_: AuthorizerRequest) -> Decision {
    Decision::Deny
}

fn main() {}

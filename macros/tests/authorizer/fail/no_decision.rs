use routegen::{AuthorizerRequest, authorizer};

#[authorizer]
async fn api_key(_: AuthorizerRequest) -> bool {
    true
}

fn main() {}

use routegen::{Decision, lambda_http::Request, authorizer};

#[authorizer]
async fn api_key(_: Request) -> Decision {
    Decision::Deny
}

fn main() {}

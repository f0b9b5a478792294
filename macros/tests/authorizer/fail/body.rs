use routegen::{Decision, Json, authorizer};

#[authorizer]
async fn api_key(_: Json<u8>) -> Decision {
    Decision::Deny
}

fn main() {}

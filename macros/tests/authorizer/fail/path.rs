use routegen::{Decision, Path, authorizer};

#[authorizer]
async fn api_key(_: Path<u8>) -> Decision {
    Decision::Deny
}

fn main() {}

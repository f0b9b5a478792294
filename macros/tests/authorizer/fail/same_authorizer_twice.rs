use routegen::{Decision, authorizer};

mod keys {
    #[routegen::authorizer]
    async fn api_key() -> super::Decision {
        super::Decision::Deny
    }
}

#[authorizer(name = "api_key")]
async fn other() -> Decision {
    Decision::Deny
}

fn main() {}

use routegen::{Decision, authorizer};

#[authorizer(ttl = "5 min", identity_sources = "$request.header.a", colour = "red")]
fn apiKey<T>(_: &T) -> Decision {
    Decision::Deny
}

fn main() {}

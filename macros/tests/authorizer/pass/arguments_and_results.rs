//! What an authorizer may take and return.
#![deny(warnings)]

use routegen::{
    AuthorizerRequest, Claims, Decision, Init, Problem, Query, Res, Resource, authorizer,
    http::{HeaderMap, Method, Uri},
    Error,
    route,
};

struct Keys;

impl Resource for Keys {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Caller {
    tenant: String,
}

#[authorizer]
async fn nobody() -> Decision {
    Decision::Deny
}

/// Knows callers by their key
#[authorizer(identity_sources = ["$request.header.x-api-key"], ttl = 300, memory = 128, timeout = 5, env = ["KEYS"])]
async fn api_key(request: AuthorizerRequest, _: Res<Keys>) -> Result<Decision<Caller>, Problem> {
    Ok(Decision::Allow(Caller { tenant: request.route_key }))
}

#[authorizer(identity_sources = [])]
async fn heads(_: HeaderMap, _: Method, _: Uri, _: Query<()>) -> Result<Decision, Error> {
    Err("no".into())
}

#[route(GET, "/x", auth = "api_key")]
async fn x(caller: Claims<Caller>) -> String {
    caller.tenant.clone()
}

fn main() {}

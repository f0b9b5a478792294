//! What the page is told of the API.

use serde_json::{Value, json};

use routegen_spec::{Auth, Scope, Segment};

use crate::{
    authorize::Decider,
    deployment::{DeployedRoute, Deployment},
    issuer::Issuer,
};

/// The routes by path, and what a call of them needs.
pub(super) fn describe(deployment: &Deployment, issuer: Option<&Issuer>) -> Value {
    let mut routes: Vec<&DeployedRoute> = deployment.routes.iter().collect();
    routes.sort_by_key(|route| (route.path.is_default(), route.path.as_str(), route.method));
    let scopes = issuer.map(Issuer::scopes).unwrap_or_default();
    json!({
        "stage": deployment.stage.name.as_ref().map_or_else(String::new, |stage| format!("/{stage}")),
        "document": deployment.reference.is_some(),
        "scopes": scopes.iter().map(Scope::as_str).collect::<Vec<_>>(),
        "routes": routes.into_iter().map(route).collect::<Vec<_>>(),
    })
}

fn route(route: &DeployedRoute) -> Value {
    let parameter = |segment: &Segment| match segment {
        Segment::Param(name) => Some(json!({ "name": name, "greedy": false })),
        Segment::Greedy(name) => Some(json!({ "name": name, "greedy": true })),
        Segment::Literal(_) => None,
    };
    json!({
        "key": route.key,
        "method": route.method.as_str(),
        "path": route.path.as_str(),
        "parameters": route.path.segments().iter().filter_map(parameter).collect::<Vec<_>>(),
        "function": *route.function.name,
        "auth": auth(&route.auth, &route.decider),
    })
}

fn auth(auth: &Auth, decider: &Decider) -> Value {
    let (kind, scopes, token_header) = match decider {
        Decider::Open => ("none", Vec::new(), None),
        Decider::Iam(_) => ("iam", Vec::new(), None),
        Decider::Lambda(_) => ("lambda", Vec::new(), None),
        Decider::Jwt(verifier, scopes) => {
            ("jwt", scopes.iter().map(Scope::as_str).collect(), verifier.local_token_header())
        }
    };
    // Without a header the local issuer's tokens are of no use, or have no place to be.
    json!({ "kind": kind, "name": auth.as_str(), "scopes": scopes, "token_header": token_header })
}

//! The description of the API for the page.

use serde_json::{Value, json};

use routegen_spec::{Auth, EventSource, Scope, Segment};

use super::credentials::Credentials;
use crate::{
    authorize::Decider,
    deployment::{DeployedRoute, Deployment},
    events::{DeployedConsumer, Hub, event_path},
    issuer::Issuer,
};

/// The routes by path, with what the page needs to call them.
pub(super) fn describe(deployment: &Deployment, issuer: Option<&Issuer>) -> Value {
    let mut routes: Vec<&DeployedRoute> = deployment.routes.iter().collect();
    routes.sort_by_key(|route| (route.path.is_default(), route.path.as_str(), route.method));
    let scopes = issuer.map(Issuer::scopes).unwrap_or_default();
    json!({
        "stage": deployment.stage.name.as_ref().map_or_else(String::new, |stage| format!("/{stage}")),
        "document": deployment.reference.is_some(),
        "scopes": scopes.iter().map(Scope::as_str).collect::<Vec<_>>(),
        "consumers": deployment.consumers.iter().map(|consumer| self::consumer(consumer)).collect::<Vec<_>>(),
        "routes": routes.into_iter().map(route).collect::<Vec<_>>(),
    })
}

/// A consumer, with the path below that of events to which the page sends its payload.
fn consumer(consumer: &DeployedConsumer) -> Value {
    let function = &*consumer.function.name;
    let fifo = matches!(&consumer.source, EventSource::Queue(queue) if queue.fifo);
    let first = |of: &[String]| of.first().cloned();
    let (source, detail_type) = match &consumer.source {
        EventSource::Event(rule) => (first(&rule.source), first(&rule.detail_type)),
        _ => (None, None),
    };
    json!({
        "function": function,
        "kind": consumer.source.kind().as_str(),
        "event_source": *consumer.described,
        "resource": consumer.source.resource(),
        "path": event_path(&consumer.source, function),
        "fifo": fifo,
        "source": source,
        "detail_type": detail_type,
        "schema": consumer.schema,
    })
}

/// How much is waiting, and what was given up.
pub(super) fn events(hub: &Hub, credentials: &Credentials) -> Value {
    let queues = hub.queues().into_iter().map(|(name, counts)| {
        json!({
            "name": name, "waiting": counts.waiting, "in_flight": counts.in_flight, "delayed": counts.delayed,
            "dead_letters": counts.dead,
        })
    });
    let dead = hub.dead_letters().into_iter().map(|letter| credentials.hide(letter));
    json!({ "queues": queues.collect::<Vec<_>>(), "dead_letters": dead.collect::<Vec<_>>() })
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
    // `token_header` is null unless the authorizer accepts the local issuer's tokens in a header.
    json!({ "kind": kind, "name": auth.as_str(), "scopes": scopes, "token_header": token_header })
}

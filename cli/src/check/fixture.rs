//! Routes, authorizers and consumers for unit tests: each is valid, and a test changes what it is about.

use routegen_spec::{Auth, AuthorizerSpec, ConsumerSpec, EventSource, Method, RouteSpec, SourceLocation};

/// A valid route.
pub(crate) fn route(name: &str, path: &str) -> RouteSpec {
    let auth = Auth::Authorizer("cognito".to_owned());
    let mut route = RouteSpec::new(name.parse().unwrap(), Method::Get, path.parse().unwrap(), auth);
    route.scopes = vec!["items/read".parse().unwrap()];
    route.handler = format!("items::{name}");
    route.package = "items".to_owned();
    route.source = SourceLocation::new("src/lib.rs", 1, 1);
    route.entry = format!("routegen.items.{name}");
    route
}

/// A valid authorizer, except that no route uses it.
pub(crate) fn authorizer(name: &str) -> AuthorizerSpec {
    let mut authorizer = AuthorizerSpec::new(name.parse().unwrap());
    authorizer.handler = format!("items::auth::{name}");
    authorizer.package = "items".to_owned();
    authorizer.source = SourceLocation::new("src/auth.rs", 1, 1);
    authorizer.entry = format!("routegen.items.authorizer.{name}");
    authorizer
}

/// A valid consumer of this event source.
pub(crate) fn consumer(name: &str, source: EventSource) -> ConsumerSpec {
    let kind = source.kind().as_str();
    with(ConsumerSpec::new(name.parse().unwrap(), source), |consumer| {
        consumer.handler = format!("items::events::{name}");
        consumer.package = "items".to_owned();
        consumer.source = SourceLocation::new("src/events.rs", 1, 1);
        consumer.entry = format!("routegen.items.{kind}.{name}");
    })
}

/// A route behind the authorizer of this name.
pub(crate) fn behind(authorizer: &str, name: &str) -> RouteSpec {
    with(route(name, &format!("/{name}")), |route| {
        route.auth = Auth::Authorizer(authorizer.to_owned());
        route.scopes = Vec::new();
    })
}

/// A spec with a change.
pub(crate) fn with<T>(mut spec: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut spec);
    spec
}

//! Routes and authorizers for unit tests: each is valid, and a test changes what it is about.

use routegen_spec::{Auth, AuthorizerSpec, Method, RouteSpec, SourceLocation};

/// A route that nothing is wrong with.
pub(crate) fn route(name: &str, path: &str) -> RouteSpec {
    RouteSpec {
        name: name.parse().unwrap(),
        method: Method::Get,
        path: path.parse().unwrap(),
        auth: Auth::Authorizer("cognito".to_owned()),
        scopes: vec!["items/read".parse().unwrap()],
        memory: None,
        timeout: None,
        env: Vec::new(),
        lambda: None,
        tags: Vec::new(),
        deprecated: false,
        reads_body: false,
        throttle: None,
        description: String::new(),
        handler: format!("items::{name}"),
        package: "items".to_owned(),
        source: SourceLocation { file: "src/lib.rs".to_owned(), line: 1, column: 1 },
        entry: format!("routegen.items.{name}"),
    }
}

/// An authorizer that nothing is wrong with, but that no route names it.
pub(crate) fn authorizer(name: &str) -> AuthorizerSpec {
    AuthorizerSpec {
        name: name.parse().unwrap(),
        identity_sources: vec!["$request.header.Authorization".parse().unwrap()],
        ttl: 0,
        memory: None,
        timeout: None,
        env: Vec::new(),
        description: String::new(),
        handler: format!("items::auth::{name}"),
        package: "items".to_owned(),
        source: SourceLocation { file: "src/auth.rs".to_owned(), line: 1, column: 1 },
        entry: format!("routegen.items.authorizer.{name}"),
    }
}

/// A route behind the authorizer of this name.
pub(crate) fn behind(authorizer: &str, name: &str) -> RouteSpec {
    let auth = Auth::Authorizer(authorizer.to_owned());
    RouteSpec { auth, scopes: Vec::new(), ..route(name, &format!("/{name}")) }
}

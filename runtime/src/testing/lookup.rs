//! Finds the route, authorizer or consumer that a test calls.
//!
//! In: the function's path, from the compiler's name of its type; for a route also the method and path of the
//! request. Out: the registered entry, and the parameters in the path.

use axum::http::Method;
use routegen_spec::Scope;

use crate::{
    registry::{self, RegisteredAuthorizer, RegisteredConsumer, RegisteredRoute},
    route::Route,
    simulate::table::{Conflict, Row, Table},
};

/// The route that matches the request.
pub(super) struct Found {
    pub(super) route: Route,
    /// The scopes, one of which a token must have, if there are any.
    pub(super) scopes: &'static [Scope],
    pub(super) place: Place,
}

/// The route of a request.
pub(super) struct Place {
    pub(super) route_key: String,
    /// The parameters in the path, percent-decoded.
    pub(super) parameters: Vec<(String, String)>,
}

/// The route that API Gateway would choose among a handler's routes.
pub(super) fn find(handler: &str, method: &Method, path: &str) -> Found {
    let handler = plain(handler);
    let table = table(|route| plain(&route.spec.handler) == handler);
    assert!(
        !table.rows().is_empty(),
        "`{handler}` is not a route: pass the function itself, which has `#[route]` and is in a module, not in a function"
    );
    let found = table.find(method.as_str(), path).ok().flatten().and_then(|found| {
        let route = found.row.registered.route()?;
        let place = Place { route_key: route.key.to_owned(), parameters: found.parameters };
        Some(Found { route, scopes: &found.row.registered.spec.scopes, place })
    });
    found.unwrap_or_else(|| {
        let keys: Vec<String> = table.rows().iter().map(Row::key).collect();
        panic!("`{handler}` takes no `{method} {path}`, but `{}`", keys.join("`, `"))
    })
}

/// The authorizer of a function.
pub(super) fn authorizer(function: &str) -> &'static RegisteredAuthorizer {
    let function = plain(function);
    let found = registry::authorizers().iter().find(|known| plain(&known.spec.handler) == function);
    found.unwrap_or_else(|| {
        panic!(
            "`{function}` is not an authorizer: pass the function itself, which has `#[authorizer]` and is in a module, \
             not in a function"
        )
    })
}

/// The consumer of a function.
pub(super) fn consumer(function: &str) -> &'static RegisteredConsumer {
    let function = plain(function);
    let found = registry::consumers().iter().find(|known| plain(&known.spec.handler) == function);
    found.unwrap_or_else(|| {
        panic!(
            "`{function}` is not a consumer: pass the function itself, which has `#[schedule]`, `#[queue]`, `#[event]` or `#[stream]` and \
             is in a module, not in a function"
        )
    })
}

/// The route that matches a request and has this authorizer. If there is none, the path stands for itself.
pub(super) fn authorized(authorizer: &str, method: &Method, path: &str) -> Place {
    let table = table(|route| route.spec.auth.as_str() == authorizer);
    match table.find(method.as_str(), path).ok().flatten() {
        Some(found) => Place { route_key: found.row.key(), parameters: found.parameters },
        None => Place { route_key: format!("{method} {path}"), parameters: Vec::new() },
    }
}

fn table(is_meant: impl Fn(&RegisteredRoute) -> bool) -> Table {
    let table = Table::new(registry::routes().iter().filter(|route| is_meant(route)));
    table.unwrap_or_else(|Conflict { first, second }| {
        panic!("the routes {first} and {second} differ only in the names of their parameters")
    })
}

/// A function's path without the `r#` of raw identifiers.
fn plain(path: &str) -> String {
    path.replace("r#", "")
}

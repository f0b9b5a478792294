//! Which route, authorizer or consumer a test means.
//!
//! In: the function's path as the compiler names its type; for a route the method and the path of the request. Out: the
//! entry, and the parameters in the path. The function's name leads to it through the registry, whose entries have it.

use axum::http::Method;
use routegen_spec::Scope;

use crate::{
    registry::{self, RegisteredAuthorizer, RegisteredConsumer, RegisteredRoute},
    route::Route,
    simulate::table::{Conflict, Row, Table},
};

/// A route that takes the request.
pub(super) struct Found {
    pub(super) route: Route,
    /// The scopes of which a token has to have one, if there are any.
    pub(super) scopes: &'static [Scope],
    pub(super) place: Place,
}

/// Where a request goes.
pub(super) struct Place {
    pub(super) route_key: String,
    /// The parameters in the path, percent-decoded.
    pub(super) parameters: Vec<(String, String)>,
}

/// Of the routes of a handler, which may be several, the one that API Gateway would choose.
pub(super) fn find(handler: &str, method: &Method, path: &str) -> Found {
    let handler = plain(handler);
    let table = table(|route| plain(&route.spec.handler) == handler);
    assert!(
        !table.rows().is_empty(),
        "`{handler}` is no route: pass the function itself, which has `#[route]` and stands in a module, not in a function"
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

/// The authorizer that a function is.
pub(super) fn authorizer(function: &str) -> &'static RegisteredAuthorizer {
    let function = plain(function);
    let found = registry::authorizers().iter().find(|known| plain(&known.spec.handler) == function);
    found.unwrap_or_else(|| {
        panic!(
            "`{function}` is no authorizer: pass the function itself, which has `#[authorizer]` and stands in a module, \
             not in a function"
        )
    })
}

/// The consumer that a function is.
pub(super) fn consumer(function: &str) -> &'static RegisteredConsumer {
    let function = plain(function);
    let found = registry::consumers().iter().find(|known| plain(&known.spec.handler) == function);
    found.unwrap_or_else(|| {
        panic!(
            "`{function}` is no consumer: pass the function itself, which has `#[schedule]`, `#[queue]`, `#[event]` or `#[stream]` and \
             stands in a module, not in a function"
        )
    })
}

/// Where a request with this authorizer would go. Where no route has the authorizer, its path is its own.
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
        panic!("only the names of their parameters tell the routes {first} and {second} apart")
    })
}

/// A function's path without the `r#` of its names.
fn plain(path: &str) -> String {
    path.replace("r#", "")
}

//! Which route a test means.
//!
//! In: the handler's path as the compiler names its type, the method and the path of the request. Out: the route's entry,
//! its key and the parameters in the path. The handler's name leads to its routes through the registry, whose entries have
//! it.

use axum::http::Method;

use crate::{local::table::Table, registry::Registration, route::Route};

/// A route that takes the request.
pub(super) struct Found {
    pub(super) route: Route,
    /// The parameters in the path, percent-decoded.
    pub(super) parameters: Vec<(String, String)>,
}

/// Of the routes of a handler, which may be several, the one that API Gateway would choose.
pub(super) fn find(handler: &str, method: &Method, path: &str) -> Found {
    let handler = plain(handler);
    let table = Table::new(inventory::iter::<Registration>().filter(|route| plain(route.handler) == handler));
    assert!(
        !table.rows().is_empty(),
        "`{handler}` is no route: pass the function itself, which has `#[route]` and stands in a module, not in a function"
    );
    let found = table.find(method.as_str(), path).and_then(|found| {
        let route = found.row.registration.route?();
        Some(Found { route, parameters: found.parameters })
    });
    found.unwrap_or_else(|| {
        let keys: Vec<String> = table.rows().iter().map(|row| row.key()).collect();
        panic!("`{handler}` takes no `{method} {path}`, but `{}`", keys.join("`, `"))
    })
}

/// A function's path without the `r#` of its names.
fn plain(path: &str) -> String {
    path.replace("r#", "")
}

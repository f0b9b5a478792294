//! What `package!` puts around all handlers of a package.
//!
//! In: a request, and the route that it is for. Out: the route's response, through the guards and middleware
//! of `package!`. Packages without any link nothing of this file, because the program of each function makes
//! the call.

use axum::response::IntoResponse as _;

use crate::{
    Problem,
    middleware::Call,
    request::Request,
    resource::Maker,
    route::{Reply, Route},
};

/// The guards and middleware that `package!` puts around the handlers of a package.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// The resources of its guards and middleware.
    pub resources: &'static [Option<&'static Maker>],
    /// Its guards and middleware, the innermost of which calls [`further`].
    pub around: Call,
}

/// The route's own call, which a package's guards and middleware lead to.
#[derive(Clone, Copy)]
struct Further(Call);

/// Calls a route through the guards and middleware of its package.
pub fn in_package(package: Package, route: Route, mut request: Request) -> Reply {
    request.extensions_mut().insert(Further(route.call));
    (package.around)(request)
}

/// Continues with the route itself.
pub fn further(mut request: Request) -> Reply {
    match request.extensions_mut().remove() {
        Some(Further(call)) => call(request),
        None => Box::pin(async {
            Ok(Problem::internal(
                "a guard of the package has removed what it did not put there: an extension",
            )
            .into_response())
        }),
    }
}

/// The route as part of its package: called by `call`, and identified by `key`. Programs call this once for
/// each of their routes.
pub fn within(route: Route, key: &'static str, package: Package, call: Call) -> Route {
    let resources = [package.resources, route.resources].concat();
    Route { key, call, resources: Vec::leak(resources), ..route }
}

//! What stands around all handlers of a package.
//!
//! In: a request, and the route that it is for. Out: the answer of the route, through what `package!` says. A package that says
//! nothing of the kind links nothing of this file: it is the program of each function that calls it.

use axum::response::IntoResponse as _;

use crate::{
    Problem,
    middleware::Call,
    request::Request,
    resource::Maker,
    route::{Reply, Route},
};

/// What `package!` puts around the handlers of a package.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// The resources of its guards and middleware.
    pub resources: &'static [Option<&'static Maker>],
    /// Its guards and middleware, which end in [`further`].
    pub around: Call,
}

/// What a package's own guards and middleware stand before.
#[derive(Clone, Copy)]
struct Further(Call);

/// Calls a route through what stands around all of its package.
pub fn in_package(package: Package, route: Route, mut request: Request) -> Reply {
    request.extensions_mut().insert(Further(route.call));
    (package.around)(request)
}

/// Goes on to the route itself.
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

/// The route as its package has it: called by `call`, and known by `key`. Programs call it once for each of their routes.
pub fn within(route: Route, key: &'static str, package: Package, call: Call) -> Route {
    let resources = [package.resources, route.resources].concat();
    Route { key, call, resources: Vec::leak(resources), ..route }
}

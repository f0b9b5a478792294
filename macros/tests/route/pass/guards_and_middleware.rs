//! What is named on a route is found wherever it is, by its path or its name.
#![deny(warnings)]

use routegen::{Next, Path, Res, Resource, Init, Response, axum::extract::Request, http::HeaderMap, Error, middleware, route};

use self::inner::imported;

struct Audit;

impl Resource for Audit {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

mod inner {
    use super::*;

    #[middleware]
    pub(crate) async fn imported(request: Request, next: Next) -> Response {
        next.run(request).await
    }

    #[middleware(env = ["STREAM"], refuses = [403])]
    pub async fn r#type(_: Res<Audit>, _: HeaderMap, request: Request, next: Next) -> Result<Response, Error> {
        Ok(next.run(request).await)
    }
}

#[route(GET, "/a/{b}", auth = "none", lambda = "two-routes", guards = [Path<u8>, Res<Audit>], middleware = [imported, inner::r#type])]
#[route(PUT, "/a/{b}", auth = "none", name = "put-a", guards = [HeaderMap], middleware = [self::inner::imported])]
async fn a() {}

#[middleware]
async fn used_directly(request: Request, next: Next) -> Response {
    imported(request, next).await
}

fn main() {
    let _ = used_directly;
    // An upper half of the request is enough for a guard.
    fn compiles<T: routegen::axum::extract::FromRequestParts<()>>() {}
    compiles::<HeaderMap>();
}

//! What a package says of all of its routes stands anywhere in it, under any name of the runtime.
#![deny(warnings)]

mod shop {
    use routegen::{Next, Path, Response, axum::extract::Request, http::HeaderMap, middleware, route};

    routegen::package! {
        prefix = "/v1",
        guards = [HeaderMap],
        middleware = [timed, layer(())],
        env = ["TENANTS"],
    }

    #[middleware]
    async fn timed(request: Request, next: Next) -> Response {
        next.run(request).await
    }

    #[route(GET, "/items/{id}", auth = "none")]
    async fn get_item(Path(_): Path<u8>) {}
}

fn main() {}

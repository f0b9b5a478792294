//! Handlers as lambda_http has them.
#![deny(warnings)]

use lambda_http::{Body, Error, Request, RequestExt, Response};
use routegen::{http::Method, route};

#[route(ANY, "$default", auth = "none")]
async fn whole(request: Request) -> Result<Response<Body>, Error> {
    let id = request.path_parameters().first("id").ok_or("no id")?.to_owned();
    Ok(Response::new(Body::from(id)))
}

#[route(POST, "/after/{id}", auth = "none")]
async fn after_another(_: Method, request: Request) -> Response<Body> {
    Response::new(request.into_body())
}

fn main() {}

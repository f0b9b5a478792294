//! The entry point is found by its symbol, and answers requests through the handler.
#![deny(warnings)]

use std::task::{Context, Poll, Waker};

use routegen::{
    __private::Route,
    Json,
    http::{HeaderMap, Method, Request, StatusCode},
    lambda_http::Body,
    route,
};

#[route(POST, "/sums/{a}/{b+}", auth = "none")]
async fn post_sum(
    method: Method,
    headers: HeaderMap,
    Json(numbers): Json<Vec<u32>>,
) -> Result<String, StatusCode> {
    match numbers.iter().sum::<u32>() {
        0 => Err(StatusCode::IM_A_TEAPOT),
        sum => Ok(format!("{method} {} {sum}", headers.len())),
    }
}

unsafe extern "Rust" {
    #[link_name = concat!("routegen.", env!("CARGO_CRATE_NAME"), ".POST.sums.$a.$b$")]
    safe fn entry() -> Route;
}

fn call(route: Route, body: &str) -> Option<StatusCode> {
    let request = Request::post("/sums/1/2").header("content-type", "application/json");
    let mut reply = (route.call)(request.body(Body::from(body)).unwrap());
    match reply.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => Some(response.status()),
        Poll::Ready(Err(_)) => None,
        Poll::Pending => panic!("nothing here waits"),
    }
}

fn main() {
    let route = entry();
    assert_eq!(route.name, "post_sum");
    assert_eq!(route.key, "POST /sums/{a}/{b+}");
    assert_eq!(route.parameters, ["a", "b"]);
    assert_eq!(call(route, "[1, 2]"), Some(StatusCode::OK));
    assert_eq!(call(route, "[]"), Some(StatusCode::IM_A_TEAPOT));
    // The extractor's rejection, without the handler.
    assert_eq!(call(route, "[-1]"), None);
}

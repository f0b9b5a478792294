//! The entry point is found by its symbol, and asks the function.
#![deny(warnings)]

use std::task::{Context, Poll, Waker};

use routegen::{
    __private::Authorizer,
    Decision, Query, authorizer,
    http::{HeaderMap, Request},
    lambda_http::Body,
};

#[authorizer(name = "keys")]
async fn api_key(headers: HeaderMap, _: Query<Vec<(String, u8)>>) -> Decision {
    headers.contains_key("x-api-key").into()
}

unsafe extern "Rust" {
    #[link_name = concat!("routegen.", env!("CARGO_CRATE_NAME"), ".authorizer.keys")]
    safe fn entry() -> Authorizer;
}

fn ask(authorizer: Authorizer, request: routegen::http::request::Builder) -> Option<bool> {
    let mut verdict = (authorizer.call)(request.body(Body::Empty).unwrap());
    match verdict.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(judgement)) => Some(judgement.unwrap().is_allowed()),
        Poll::Ready(Err(_)) => None,
        Poll::Pending => panic!("nothing here waits"),
    }
}

fn main() {
    let authorizer = entry();
    assert_eq!(authorizer.name, "keys");
    assert_eq!(ask(authorizer, Request::get("/").header("x-api-key", "1")), Some(true));
    assert_eq!(ask(authorizer, Request::get("/")), Some(false));
    // The extractor's rejection, without the function.
    assert_eq!(ask(authorizer, Request::get("/?a=b")), None);
}

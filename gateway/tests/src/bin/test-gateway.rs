//! A gateway in a separate process, which trusts the certificates that its variables name.
//!
//! In: a remote issuer and one of its tokens, in variables. Out: the status of a request with that token.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test reads it")]

use std::env;

use routegen_gateway::{Api, Function, Gateway, JwtAuthorizer, Route};
use routegen_gateway_tests::client::request;
use routegen_spec::{Auth, Method};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let auth = Auth::Authorizer("elsewhere".to_owned());
    let api = Api::new()
        .function("fine", Function::in_process(async |_| Ok(json!({}))))
        .authorizer("elsewhere", JwtAuthorizer::issuer(env::var("ISSUER").unwrap(), ["local-client"]))
        .route(Route::new(Method::Get, "/".parse().unwrap(), auth, "fine"));
    let gateway = Gateway::builder(api).start().await.unwrap();
    let response = request("GET /").bearer(&env::var("TOKEN").unwrap()).send(gateway.address()).await;
    println!("{}", response.status);
}

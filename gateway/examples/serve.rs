//! A gateway for one program, behind a JWT authorizer: the load target of `cargo xtask bench-gateway`.
//!
//! In: a port of loopback, a program that speaks the Lambda Runtime API, the path that it answers `GET` on,
//! and a number of tokens. Out: that many different tokens, one per line. It serves until its stdin ends.
//!
//! `cargo run --release -p routegen-gateway --example serve -- 3000 lambda/get-items/bootstrap /items 1`

#![allow(clippy::print_stdout, reason = "the token is data")]

use std::{env, error::Error, io};

use routegen_gateway::{Api, Function, Gateway, JwtAuthorizer, LocalIssuer, Program, Route};
use routegen_spec::{Auth, Method, Scope};

const SCOPE: &str = "items/read";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port, program, path, tokens] = arguments.as_slice() else {
        return Err("usage: serve PORT PROGRAM PATH TOKENS".into());
    };
    let scope: Scope = SCOPE.parse()?;
    let auth = Auth::Authorizer("cognito".to_owned());
    let api = Api::new()
        .function("function", Function::program(Program::new(program)))
        .authorizer("cognito", JwtAuthorizer::local())
        .route(Route::new(Method::Get, path.parse()?, auth, "function").scopes([scope]));
    // One thread is as fast as several if the functions and the load use the others, and spends less on
    // wake-ups.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let gateway =
            Gateway::builder(api).port(port.parse()?).local_issuer(LocalIssuer::new()).start().await?;
        for number in 0..tokens.parse::<u32>()? {
            println!("{}", gateway.token().scopes([SCOPE]).claim("number", number).mint());
        }
        let (ended, end) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || ended.send(io::copy(&mut io::stdin(), &mut io::sink())));
        let _ = end.await;
        gateway.shutdown().await;
        Ok(())
    })
}

//! API Gateway's HTTP API on your machine, with real authorization and the Lambda Runtime API.
//!
//! In: an [`Api`] (routes, functions, authorizers, CORS, stage, throttles). Out: a [`Gateway`] on a port of
//! loopback that selects routes, verifies tokens and signatures, makes events of payload format 2.0, and
//! invokes functions: programs, as Lambda runs them, or async functions in a test. Nothing reaches AWS.
//! `docs/gateway.md` lists what the gateway imitates, and what it does not imitate and refuses.
//!
//! ```
//! use routegen_gateway::{Api, Function, Gateway, JwtAuthorizer, LocalIssuer, Route};
//! use routegen_spec::{Auth, Method};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let auth = Auth::Authorizer("cognito".to_owned());
//! let api = Api::new()
//!     .function("get-items", Function::in_process(async |_| Ok(json!({ "items": [] }))))
//!     .authorizer("cognito", JwtAuthorizer::local())
//!     .route(Route::new(Method::Get, "/items".parse()?, auth, "get-items").scopes(["items/read".parse()?]));
//! let gateway = Gateway::builder(api).local_issuer(LocalIssuer::new()).start().await?;
//!
//! let token = gateway.token().scopes(["items/read"]).mint();
//! // GET {gateway.url()}/items returns 200 with `Authorization: Bearer {token}`, and 401 without it.
//! # assert!(gateway.url().starts_with("http://127.0.0.1:") && token.split('.').count() == 3);
//! gateway.shutdown().await;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod authorize;
mod deployment;
mod events;
mod functions;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod gateway;
mod host;
mod ids;
mod issuer;
mod lock;
mod model;
mod observe;
#[cfg(feature = "page")]
mod page;
mod reserved;
mod secret;
mod server;
mod throttle;

pub use deployment::ApiError;
pub use events::{EventError, event_path, queue_url, sqs_endpoint};
pub use functions::{InvokeError, Processes};
pub use gateway::{Gateway, GatewayBuilder, StartError};
pub use issuer::{KeyError, LocalIssuer, TokenBuilder, Tokens};
#[cfg(feature = "page")]
#[cfg_attr(docsrs, doc(cfg(feature = "page")))]
pub use model::Reference;
pub use model::{
    Api, Authorizer, Consumer, Function, FunctionError, IamKey, Invocation, JwtAuthorizer, LambdaAuthorizer,
    Program, Route,
};
pub use observe::{DeliveryLog, EventFate, EventLog, Observation, RequestLog};
pub use routegen_apigw::cors::{Cors, CorsError};
pub use secret::keep_secret;
pub use server::{Tls, TlsError, Unready};

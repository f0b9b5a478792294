//! Resources: of a handler, of another resource, and of an extractor of one's own.
#![deny(warnings)]

use routegen::{
    Init, Json, Res, Resource,
    axum::{
        Extension,
        extract::{ConnectInfo, FromRequestParts, State},
    },
    http::request::Parts,
    Error,
    route,
};

struct Config;

impl Resource for Config {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

struct Pool {
    _config: Res<Config>,
}

impl Resource for Pool {
    async fn init(init: &Init) -> Result<Self, Error> {
        Ok(Self { _config: init.get().await? })
    }
}

struct Items(#[allow(dead_code)] Res<Pool>);

impl<S: Sync> FromRequestParts<S> for Items {
    type Rejection = <Res<Pool> as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Res::from_request_parts(parts, state).await?))
    }
}

#[route(GET, "/1", auth = "none")]
async fn one(_: Res<Pool>) {}

#[route(POST, "/2", auth = "none")]
async fn two(_: Res<Pool>, _: Res<Config>, _: Items, _: Json<u8>) {}

#[derive(Clone)]
struct Client;

impl Resource for Client {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

#[derive(Clone)]
struct OfALayer;

#[route(GET, "/3", auth = "none")]
async fn three(
    State(_): State<Client>,
    _: Extension<Client>,
    _: Extension<OfALayer>,
    _: Option<Extension<OfALayer>>,
    ConnectInfo(_): ConnectInfo<std::net::SocketAddr>,
    _: State<Client>,
) {
}

fn main() {}

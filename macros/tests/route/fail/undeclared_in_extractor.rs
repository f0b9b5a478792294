// Code has to be made for this to fail: run it together with the case that passes, by `trybuild=undeclared`.
use routegen::{
    Init, Res, Resource, Response, axum::extract::FromRequestParts, http::request::Parts, Error, route,
};

struct Sessions;

impl Resource for Sessions {
    const ENV: &'static [&'static str] = &["SALT"];

    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

struct User;

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        Res::<Sessions>::from_request_parts(parts, state).await.map(|_| Self)
    }
}

#[route(GET, "/items", auth = "none")]
async fn get_items(_user: User) {}

fn main() {}

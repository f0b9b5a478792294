//! What declares no grants and no variables may be asked for without a declaration, by resources and extractors alike.

use routegen::{
    Init, Res, Resource, Response, axum::extract::FromRequestParts, http::request::Parts, Error, route,
};

struct Config;

impl Resource for Config {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

struct Items(Res<Config>);

impl Resource for Items {
    async fn init(init: &Init) -> Result<Self, Error> {
        Ok(Self(init.get().await?))
    }
}

#[derive(Resource)]
struct Derived(Res<Items>);

struct User;

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        Res::<Derived>::from_request_parts(parts, state).await.map(|_| Self)
    }
}

#[route(GET, "/items", auth = "none")]
async fn get_items(items: Res<Derived>, _user: User) {
    let _ = &items.0.0;
}

fn main() {}

use routegen::{
    axum::extract::{FromRequestParts, Path, rejection::PathRejection},
    http::request::Parts,
    route,
};

// As axum-extra's `TypedPath` makes it.
struct Item;

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("/items/7")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Item {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PathRejection> {
        Path::<u64>::from_request_parts(parts, state).await.map(|_| Self)
    }
}

#[route(GET, "/items/{id}", auth = "none")]
async fn get_item(_: Item) {}

fn main() {}

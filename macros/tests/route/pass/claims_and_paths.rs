//! Arguments that agree with what the attribute says.
#![deny(warnings)]

use routegen::{Claims, Path, Query, Scopes, axum, route};

#[derive(serde::Deserialize)]
struct Customer {}

#[derive(serde::Deserialize)]
struct Id(#[allow(dead_code)] u64);

#[derive(serde::Deserialize)]
struct Place {
    #[allow(dead_code)]
    shelf: String,
}

type Pair = (u8, Id);

#[route(GET, "/1", auth = "cognito")]
async fn standard(_: Claims) {}

#[route(GET, "/2/{id}", auth = "cognito")]
async fn typed(_: Claims<Customer>, _: Path<Id>) {}

#[route(GET, "/3/{shelf}/{row}", auth = "none")]
async fn pair(_: Path<Pair>, _: Path<Place>, _: Path<Vec<String>>) {}

#[route(GET, "/4/{all+}", auth = "none")]
async fn one(_: Path<String>, _: Path<(String,)>) {}

#[route(GET, "/5/{a}/{b}/{c}/{d}", auth = "none")]
async fn four(_: Path<(String, u8, bool, char)>) {}

/// Some of its routes have what others lack.
#[route(GET, "/6", auth = "none")]
#[route(GET, "/6/{a}", auth = "cognito", name = "six")]
async fn optional(
    _: Option<Path<u8>>,
    _: Option<axum::extract::Path<u8>>,
    _: Option<Path<(u8,)>>,
    _: Option<Claims>,
    _: Option<Claims<Customer>>,
    _: Option<Query<Place>>,
) {
}

#[route(GET, "/7/{shelf}", auth = "cognito")]
async fn of_axum(
    Claims(_): Claims<Customer>,
    _: Scopes,
    axum::extract::Path(_): axum::extract::Path<String>,
    _: axum::extract::Path<Place>,
    _: axum::extract::Path<Vec<(String, String)>>,
    axum::extract::Query(_): axum::extract::Query<Place>,
) {
}

fn main() {}

//! Arguments that agree with what the attribute says.
#![deny(warnings)]

use routegen::{Claims, Path, route};

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

fn main() {}

//! The examples' APIs, from the point of view of a progenitor client.
//!
//! In: the example's name, the address of the local gateway, and the caller's credentials. Out: the
//! responses, as JSON. All types are the ones that progenitor generated from the documents.

mod items {
    progenitor::generate_api!(spec = "items.json");
}

mod pets {
    progenitor::generate_api!(spec = "pets.json");
}

use progenitor::progenitor_client::Error;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [example, url, caller] = arguments.as_slice() else { panic!("openapi-client EXAMPLE URL CALLER") };
    let answered = match example.as_str() {
        "items" => of_items(url, caller).await,
        _ => of_pets(url, caller).await,
    };
    println!("{answered}");
}

fn client(header: &'static str, value: &str) -> reqwest::Client {
    let headers = std::iter::once((
        reqwest::header::HeaderName::from_static(header),
        reqwest::header::HeaderValue::from_str(value).unwrap(),
    ));
    reqwest::Client::builder().default_headers(headers.collect()).build().unwrap()
}

async fn of_items(url: &str, token: &str) -> Value {
    let client = items::Client::new_with_client(url, client("authorization", &format!("Bearer {token}")));
    let new = items::types::NewItem { name: "pen".to_owned(), description: "blue".to_owned() };
    let created = client.create_item(&new).await.unwrap();
    let listed: Vec<items::types::Item> = client.get_items(Some(0), Some(10)).await.unwrap().into_inner();
    let nameless = items::types::NewItem { name: String::new(), description: String::new() };
    let Err(Error::ErrorResponse(refused)) = client.create_item(&nameless).await else { panic!("it was created") };
    json!({
        "created": (created.status().as_u16(), created.into_inner()),
        "listed": listed,
        "refused": (refused.status().as_u16(), refused.into_inner().detail),
    })
}

async fn of_pets(url: &str, key: &str) -> Value {
    let client = pets::Client::new_with_client(url, client("x-api-key", key));
    let found = client.get_pet("north", 1).await.unwrap();
    let Err(Error::ErrorResponse(missing)) = client.get_pet("north", 9).await else { panic!("there is one") };
    let status = missing.status().as_u16();
    let missing: pets::types::GatewayMessage = missing.into_inner();
    json!({
        "found": found.into_inner().name,
        "missing": (status, missing.type_, missing.detail, missing.message),
    })
}

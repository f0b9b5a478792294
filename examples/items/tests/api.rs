//! Tests the API over HTTP, as clients call it: the local gateway checks tokens and scopes as API Gateway
//! does, and calls the handlers in this process.

#![allow(clippy::unwrap_used, reason = "it is a test")]

// An integration test must name its own crate, or its routes are not linked.
use items as _;

use items::Store;
use routegen::{http::StatusCode, testing};
use routegen_gateway::{Api, Gateway, LocalIssuer};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The API with a store of its own, on a free port until it is dropped.
struct Server {
    gateway: Gateway,
    client: reqwest::Client,
    _folder: TempDir,
}

impl Server {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let functions = testing::functions().with(Store::on_disk(folder.path().join("items.redb")));
        let manifest = functions.manifest();
        let api = Api::in_process(&manifest, move |function, event| functions.invoke(function, event));
        let gateway = Gateway::builder(api).local_issuer(LocalIssuer::new()).start().await.unwrap();
        Self { gateway, client: reqwest::Client::new(), _folder: folder }
    }

    /// Returns a token with these scopes.
    fn token<const N: usize>(&self, scopes: [&str; N]) -> String {
        self.gateway.token().scopes(scopes).mint()
    }

    async fn items(&self, token: &str) -> (StatusCode, Value) {
        let request = self.client.get(format!("{}/items", self.gateway.url()));
        answer(request.bearer_auth(token)).await
    }

    async fn create(&self, token: &str, item: Value) -> (StatusCode, Value) {
        let request = self.client.post(format!("{}/items/create", self.gateway.url()));
        answer(request.bearer_auth(token).json(&item)).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn what_is_created_is_listed() {
    let server = Server::start().await;
    let (read, write) = (server.token(["items/read"]), server.token(["items/write"]));
    assert_eq!(server.items(&read).await, (StatusCode::OK, json!([])));
    let pen = json!({ "id": 1, "name": "pen", "description": "blue" });
    let created = server.create(&write, json!({ "name": "pen", "description": "blue" })).await;
    assert_eq!(created, (StatusCode::CREATED, pen.clone()));
    assert_eq!(server.items(&read).await, (StatusCode::OK, json!([pen])));
}

#[tokio::test]
async fn nobody_reads_without_a_valid_token() {
    let server = Server::start().await;
    let url = format!("{}/items", server.gateway.url());
    let (status, body) = answer(server.client.get(&url)).await;
    assert_eq!((status, body), (StatusCode::UNAUTHORIZED, json!({ "message": "Unauthorized" })));
    let token = || server.gateway.token().scopes(["items/read"]);
    for refused in [token().forged().mint(), token().expired().mint(), "no token".to_owned()] {
        assert_eq!(server.items(&refused).await.0, StatusCode::UNAUTHORIZED, "{refused}");
    }
}

#[tokio::test]
async fn reading_and_writing_are_two_scopes() {
    let server = Server::start().await;
    let (read, write) = (server.token(["items/read"]), server.token(["items/write"]));
    assert_eq!(server.items(&write).await, (StatusCode::FORBIDDEN, json!({ "message": "Forbidden" })));
    assert_eq!(server.create(&read, json!({ "name": "pen" })).await.0, StatusCode::FORBIDDEN);
    assert_eq!(server.items(&read).await, (StatusCode::OK, json!([])), "nothing was written");
}

#[tokio::test]
async fn an_item_without_a_name_is_a_problem() {
    let server = Server::start().await;
    let (status, problem) = server.create(&server.token(["items/write"]), json!({ "name": " " })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["detail"], "an item needs a name");
}

//! What `package!` declares for all routes: tests, routers and the manifest have it as the artifacts do.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use routegen::{
    Error, Init, Next, Path, Res, Resource, Response,
    axum::{
        body::Body,
        extract::{FromRequestParts, Request},
        http::{HeaderValue, StatusCode, request::Parts},
    },
    middleware, route, testing,
};
use tower::ServiceExt as _;

routegen::package! {
    prefix = "/v1/shop",
    guards = [Tenant],
    middleware = [marked],
    env = ["TENANTS"],
}

struct Tenant;

impl<S: Sync> FromRequestParts<S> for Tenant {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let known = parts.headers.get("x-tenant").is_some_and(|tenant| tenant == "acme");
        if known { Ok(Self) } else { Err((StatusCode::FORBIDDEN, "no such tenant")) }
    }
}

struct Mark(&'static str);

impl Resource for Mark {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self("all"))
    }
}

#[middleware(env = ["MARK"], refuses = [418])]
async fn marked(mark: Res<Mark>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-marked", HeaderValue::from_static(mark.0));
    response
}

#[middleware]
async fn inner(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-marked", HeaderValue::from_static("inner"));
    response
}

#[route(GET, "/items/{id}", auth = "none", lambda = "items")]
async fn get_item(Path(id): Path<u8>) -> String {
    id.to_string()
}

#[route(POST, "/", auth = "none", lambda = "items", middleware = [inner])]
async fn create() -> StatusCode {
    StatusCode::CREATED
}

#[route(ANY, "$default", auth = "none")]
async fn fallback() -> StatusCode {
    StatusCode::NOT_FOUND
}

#[tokio::test]
async fn every_route_has_the_prefix_and_what_stands_around_all() {
    let answer = testing::get("/v1/shop/items/7").header("x-tenant", "acme").call(get_item).await;
    assert_eq!((answer.text(), &answer.headers()["x-marked"]), ("7", &HeaderValue::from_static("all")));
    let answer = testing::get("/v1/shop/items/7").call(get_item).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["x-marked"]),
        (403, &HeaderValue::from_static("all"))
    );
    assert_eq!(answer.text(), "no such tenant");
    // A route's own middleware is inside.
    let answer = testing::post("/v1/shop").header("x-tenant", "acme").with(Mark("outer")).call(create).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["x-marked"]),
        (201, &HeaderValue::from_static("outer"))
    );
    assert_eq!(testing::get("/v1/shop/x").call(fallback).await.status(), 403);
}

#[tokio::test]
async fn a_router_has_it_too() {
    let router = routegen::router().build().await.unwrap();
    let status = async |path: &str, tenant: &str| {
        let request = Request::builder().uri(path).header("host", "a").header("x-tenant", tenant);
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        (response.status().as_u16(), response.headers().contains_key("x-marked"))
    };
    assert_eq!(status("/v1/shop/items/7", "acme").await, (200, true));
    assert_eq!(status("/v1/shop/items/7", "other").await, (403, true));
    assert_eq!(status("/items/7", "acme").await, (404, true), "it is the default route's");
}

#[tokio::test]
async fn the_manifest_and_functions_have_it_too() {
    let functions = testing::functions();
    let manifest = functions.manifest();
    let shown: Vec<_> = manifest
        .routes
        .iter()
        .map(|route| {
            format!("{} {} {}", route.route_key(), route.guards.join("+"), route.middleware.join("+"))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "POST /v1/shop Tenant marked+inner",
            "$default Tenant marked",
            "GET /v1/shop/items/{id} Tenant marked"
        ]
    );
    for route in &manifest.routes {
        let env: Vec<_> = route.env.iter().map(ToString::to_string).collect();
        assert_eq!(env, ["TENANTS", "MARK"]);
        assert_eq!(
            (&route.refusals[..], &route.resources[..]),
            (&[418][..], &["package::Mark".to_owned()][..])
        );
        assert_eq!(route.package_entry.as_deref(), Some("routegen_package.package"));
    }
    // A function selects by API Gateway's route key.
    let event = serde_json::json!({
        "version": "2.0", "routeKey": "GET /v1/shop/items/{id}", "rawPath": "/v1/shop/items/7", "rawQueryString": "",
        "headers": { "x-tenant": "acme" }, "pathParameters": { "id": "7" }, "isBase64Encoded": false,
        "requestContext": {
            "routeKey": "GET /v1/shop/items/{id}", "stage": "$default", "http": { "method": "GET", "path": "/v1/shop/items/7" },
        },
    });
    assert_eq!(functions.invoke("items", event.to_string()).await.unwrap()["body"], "7");
}

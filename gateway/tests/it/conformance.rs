//! Checks over HTTP that the gateway does what API Gateway does, according to
//! [the table](routegen_gateway_tests::conformance).

use std::time::Duration;

use routegen_gateway::{Api, Cors, Function, Gateway, JwtAuthorizer, LambdaAuthorizer, LocalIssuer, Route};
use routegen_gateway_tests::conformance::{
    Place, Row, cors, events, jwt, limits, published_key, responses, routes,
    setup::{
        self, ASKED, ECHO, GUARDED, OPEN, PARROT, PLAIN, QUERY_PARAMETER, STAGED, Setup, TOKENS,
        TOKENS_IN_QUERY,
    },
};
use routegen_spec::{Auth, Method, Throttle};
use serde_json::json;

use crate::client::request;

#[tokio::test]
async fn routes() {
    hold(&PLAIN, routes::routes).await;
}

#[tokio::test]
async fn the_default_route_and_stages() {
    hold(&STAGED, routes::stages).await;
}

#[tokio::test]
async fn events() {
    hold(&PLAIN, events::events).await;
}

#[tokio::test]
async fn bodies() {
    hold(&PLAIN, events::bodies).await;
}

#[tokio::test]
async fn responses() {
    hold(&PLAIN, responses::responses).await;
}

#[tokio::test]
async fn limits() {
    hold(&PLAIN, limits::limits).await;
}

#[tokio::test]
async fn cors() {
    hold(&GUARDED, cors::cors).await;
}

#[tokio::test]
async fn a_method_of_a_route_is_no_preflight() {
    hold(&PLAIN, cors::no_preflight).await;
}

#[tokio::test]
async fn where_the_token_is() {
    hold(&GUARDED, jwt::where_the_token_is).await;
}

#[tokio::test]
async fn what_the_token_says() {
    hold(&GUARDED, jwt::what_the_token_says).await;
}

#[tokio::test]
async fn who_signed_the_token() {
    hold(&GUARDED, jwt::who_signed_the_token).await;
}

/// Checks all of these rows with a gateway for this API.
async fn hold(setup: &Setup, rows: fn(&Place<'_>) -> Vec<Row>) {
    let gateway = start(api(setup)).await;
    let place = Place {
        host: gateway.address().to_string(),
        domain: "127.0.0.1".to_owned(),
        account: "123456789012",
        api: "local".to_owned(),
        issuer: &gateway,
        key: published_key(&gateway).await,
    };
    for row in rows(&place) {
        let response = row.request.clone().send(gateway.address()).await;
        let differences = row.differences(&response);
        assert!(differences.is_empty(), "{} {}: {differences:?} in {response:?}", row.case, row.source);
    }
}

async fn start(api: Api) -> Gateway {
    Gateway::builder(api).local_issuer(LocalIssuer::new()).start().await.unwrap()
}

fn api(setup: &Setup) -> Api {
    let echo = Function::in_process(async |invocation| {
        Ok(json!({ "statusCode": 200, "body": invocation.event()?.to_string() }))
    });
    let parrot = Function::in_process(async |invocation| {
        let event = invocation.event()?;
        Ok(serde_json::from_str(event["body"].as_str().unwrap_or("null")).unwrap())
    });
    let asked = Function::in_process(async |invocation| {
        Ok(json!({ "isAuthorized": true, "context": invocation.event()? }))
    });
    let query = format!("$request.querystring.{QUERY_PARAMETER}").parse().unwrap();
    let api = Api::new()
        .function(ECHO, echo)
        .function(PARROT, parrot)
        .function(ASKED, asked)
        .authorizer(ASKED, LambdaAuthorizer::new(ASKED))
        .authorizer(TOKENS, JwtAuthorizer::local())
        .authorizer(TOKENS_IN_QUERY, JwtAuthorizer::local().identity_source(query))
        .routes(setup.routes.iter().map(route));
    let api = setup.stage.into_iter().fold(api, Api::stage);
    let variable = setup.stage_variable.into_iter();
    let api = variable.fold(api, |api, (name, value)| api.stage_variable(name, value));
    setup.cors.into_iter().fold(api, |api, cors| {
        let cors = Cors::origins([cors.origin])
            .methods(cors.methods.iter().copied())
            .headers([cors.header])
            .expose([cors.expose])
            .max_age(Duration::from_secs(cors.max_age.into()))
            .credentials(true);
        api.cors(cors)
    })
}

fn route(route: &setup::Route) -> Route {
    let (method, path) = route.key.split_once(' ').unwrap_or((Method::Any.as_str(), route.key));
    let auth = if route.auth == OPEN { Auth::None } else { Auth::Authorizer(route.auth.to_owned()) };
    let scopes = route.scopes.iter().map(|scope| scope.parse().unwrap());
    Route::new(method.parse().unwrap(), path.parse().unwrap(), auth, route.function).scopes(scopes)
}

#[tokio::test]
async fn throttles() {
    let route = |key: &'static str| route(&setup::Route { key, auth: OPEN, scopes: &[], function: ECHO });
    let throttle = Throttle::new(1, 2);
    let none = Setup { name: "", routes: &[], stage: None, stage_variable: None, cors: None };
    let gateway = start(api(&none).route(route("GET /a").throttle(throttle)).route(route("GET /b"))).await;
    let get = async |path: &str| request(&format!("GET {path}")).send(gateway.address()).await;
    assert_eq!(get("/a").await.status, 200);
    // The bucket refills once a second: sooner or later a request comes too early.
    let refused = loop {
        let response = get("/a").await;
        if response.status != 200 {
            break response;
        }
    };
    assert_eq!((refused.status, refused.json()), (429, json!({ "message": "Too Many Requests" })));
    assert_eq!(get("/b").await.status, 200, "each route counts by itself");
}

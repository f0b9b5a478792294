//! Authorizers that decide by the address of a request, behind a router that knows the address or does not.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use futures_util::FutureExt as _;
use routegen::{
    AuthorizerRequest, Claims, ClientAddress, Decision, Json, Problem, RouterBuilder, RouterError,
    authorizer,
    axum::{
        self,
        body::{Body, to_bytes},
        extract::connect_info::{ConnectInfo, MockConnectInfo},
        http::{HeaderMap, Request, StatusCode, request::Parts},
    },
    lambda_http::{self, RequestExt as _},
    route, router, testing,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// An address from which no request may come.
const DENIED: &str = "198.51.100.7";

#[authorizer(identity_sources = ["$context.identity.sourceIp"])]
async fn by_address(request: AuthorizerRequest) -> Decision<Value> {
    assert_eq!(request.identity(), Some(&*request.source_ip));
    Decision::from((request.source_ip != DENIED).then(|| json!({ "address": request.source_ip })))
}

/// Asks for no address, and reads it all the same.
#[authorizer(identity_sources = ["$context.routeKey"])]
async fn reads_address(request: AuthorizerRequest) -> Result<Decision<Value>, Problem> {
    let address = request.source_address()?;
    let denied = address.to_string() == DENIED;
    Ok(Decision::from((!denied).then(|| json!({ "address": address }))))
}

/// The address that this one received last.
static TOLD: Mutex<Option<(String, Option<String>)>> = Mutex::new(None);

#[authorizer(identity_sources = ["$context.routeKey"])]
async fn tells(request: AuthorizerRequest) -> Decision {
    let told = (request.source_ip.clone(), request.header("x-forwarded-for").map(str::to_owned));
    *TOLD.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    true.into()
}

/// Asks for what only AWS has.
#[authorizer(identity_sources = ["$request.header.x-key", "$context.accountId"])]
async fn by_account(_: AuthorizerRequest) -> Decision {
    true.into()
}

#[route(GET, "/by-address", auth = "by_address")]
async fn get_by_address(claims: Claims<Value>) -> Json<Value> {
    Json(claims.into_inner())
}

#[route(GET, "/reads-address", auth = "reads_address")]
async fn get_reads_address(claims: Claims<Value>) -> Json<Value> {
    Json(claims.into_inner())
}

#[route(GET, "/told", auth = "tells")]
async fn get_told() {}

#[route(GET, "/by-account", auth = "by_account")]
async fn get_by_account() {}

#[route(GET, "/open", auth = "none")]
async fn get_open(request: lambda_http::Request) -> Json<Value> {
    let context = serde_json::to_value(request.request_context()).unwrap();
    let forwarded = request.headers().get("x-forwarded-for").map(|value| value.to_str().unwrap().to_owned());
    Json(json!({ "address": context["http"]["sourceIp"], "forwarded": forwarded }))
}

/// A router that provides the other authorizers.
fn builder() -> RouterBuilder {
    router().authorizer("by_account", async |_: Parts| Ok::<_, StatusCode>(()))
}

fn built(builder: RouterBuilder) -> axum::Router {
    builder.build().now_or_never().expect("nothing here waits").unwrap()
}

fn refused(builder: RouterBuilder) -> RouterError {
    builder.build().now_or_never().expect("nothing here waits").unwrap_err()
}

/// Status and JSON of a request on a connection from this address, if the server provides it.
fn get(app: &axum::Router, path: &str, headers: &[(&'static str, &str)], from: Option<&str>) -> (u16, Value) {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    if let Some(address) = from {
        let address: IpAddr = address.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 4711))));
    }
    let response = app.clone().oneshot(request).now_or_never().expect("nothing here waits").unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).now_or_never().unwrap().unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[test]
fn a_router_that_does_not_know_addresses_is_not_built_for_an_authorizer_that_asks_for_them() {
    let error = refused(builder());
    assert!(matches!(&error, RouterError::NoClientAddress { authorizer, .. } if authorizer == "by_address"));
    let text = error.to_string();
    assert!(text.starts_with("the authorizer `by_address` (") && text.contains("addresses.rs:"), "{text}");
    for fix in [".client_address(", "from_connection()", "into_make_service_with_connect_info", "from_head("]
    {
        assert!(text.contains(fix), "{text}");
    }
    // The function is not called if the program replaces it.
    let answered = builder().authorizer("by_address", async |_: Parts| Ok::<_, StatusCode>(()));
    assert_eq!(get(&built(answered), "/by-address", &[], None).0, 401);
}

#[test]
fn an_identity_source_that_no_request_has_is_an_error_and_not_401_for_ever() {
    let error = refused(router().client_address(ClientAddress::from_connection()));
    assert!(matches!(
        &error,
        RouterError::IdentitySource { authorizer, identity_source, .. }
            if authorizer == "by_account" && identity_source == "$context.accountId"
    ));
    let text = error.to_string();
    assert!(text.contains("addresses.rs:") && text.contains(".authorizer(\"by_account\", …)"), "{text}");
}

#[test]
#[should_panic(expected = "a request by itself has no `$context.accountId`")]
fn an_identity_source_that_no_request_has_fails_a_test() {
    let _ = testing::get("/by-account").header("x-key", "k").authorize(by_account).now_or_never();
}

#[test]
fn the_address_is_that_of_the_connection_whatever_the_client_says() {
    let app = built(builder().client_address(ClientAddress::from_connection()));
    let lies = [("x-forwarded-for", "10.0.0.1"), ("forwarded", "for=10.0.0.1"), ("x-real-ip", "10.0.0.1")];
    for path in ["/by-address", "/reads-address"] {
        assert_eq!(
            get(&app, path, &lies, Some("192.0.2.9")),
            (200, json!({ "address": "192.0.2.9" })),
            "{path}"
        );
        assert_eq!(get(&app, path, &lies, Some("2001:db8::1")).1["address"], "2001:db8::1", "{path}");
        assert_eq!(get(&app, path, &lies, Some(DENIED)).0, 403, "{path}");
        // As a dual-stack socket shows it.
        assert_eq!(get(&app, path, &lies, Some(&format!("::ffff:{DENIED}"))).0, 403, "{path}");
        // The declared address is missing.
        let (status, problem) = get(&app, path, &lies, None);
        assert_eq!(
            (status, problem),
            (500, json!({ "title": "Internal Server Error", "status": 500 })),
            "{path}"
        );
    }
    let open = get(&app, "/open", &lies, Some("192.0.2.9")).1;
    assert_eq!(open, json!({ "address": "192.0.2.9", "forwarded": "10.0.0.1, 192.0.2.9" }));
    assert_eq!(get(&app, "/open", &lies, None), (200, json!({ "address": null, "forwarded": null })));
    let app = app.layer(MockConnectInfo(SocketAddr::from(([192, 0, 2, 8], 1))));
    assert_eq!(get(&app, "/by-address", &[], None), (200, json!({ "address": "192.0.2.8" })));
}

#[test]
fn behind_a_proxy_the_address_is_what_it_says() {
    fn by_proxy(head: &Parts) -> Option<IpAddr> {
        head.headers.get("x-proxy")?.to_str().ok()?.parse().ok()
    }
    let app = built(builder().client_address(ClientAddress::from_head(by_proxy)));
    let ask = |path: &str, proxy: &str| get(&app, path, &[("x-proxy", proxy)], Some("10.0.0.1"));
    assert_eq!(ask("/by-address", "192.0.2.9"), (200, json!({ "address": "192.0.2.9" })));
    assert_eq!(ask("/by-address", DENIED).0, 403);
    assert_eq!(ask("/by-address", &format!("::ffff:{DENIED}")).0, 403);
    for path in ["/by-address", "/reads-address", "/told"] {
        assert_eq!(ask(path, "nobody").0, 500, "{path}");
        assert_eq!(get(&app, path, &[], Some("10.0.0.1")).0, 500, "{path}");
    }
    assert_eq!(
        get(&app, "/open", &[], Some("10.0.0.1")),
        (200, json!({ "address": null, "forwarded": null }))
    );
}

#[test]
fn where_nothing_was_said_no_address_is_made_up() {
    // The authorizer that requires addresses is replaced.
    let app = built(builder().authorizer("by_address", async |_: Parts| Ok::<_, StatusCode>(())));
    let lies = [("x-forwarded-for", "10.0.0.1")];
    assert_eq!(get(&app, "/reads-address", &lies, Some("192.0.2.9")).1["address"], "192.0.2.9");
    assert_eq!(get(&app, "/reads-address", &lies, Some(DENIED)).0, 403);
    assert_eq!(get(&app, "/reads-address", &lies, None).0, 500);
    let told = |from| {
        assert_eq!(get(&app, "/told", &lies, from).0, 200);
        TOLD.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap()
    };
    assert_eq!(told(None), (String::new(), None));
    assert_eq!(told(Some("192.0.2.9")), ("192.0.2.9".to_owned(), Some("10.0.0.1, 192.0.2.9".to_owned())));
}

#[test]
fn a_test_says_where_a_call_comes_from() {
    let ask = |address: Option<&str>| {
        let call = testing::get("/by-address");
        let call = address.into_iter().fold(call, testing::Call::source_ip);
        call.authorize(by_address).now_or_never().unwrap()
    };
    assert_eq!(ask(Some("192.0.2.9")).context::<Value>(), json!({ "address": "192.0.2.9" }));
    assert_eq!(ask(None).context::<Value>(), json!({ "address": "192.0.2.1" }));
    assert_eq!(ask(Some(DENIED)).status(), StatusCode::FORBIDDEN);
    let call =
        testing::get("/open").source_ip(IpAddr::from([192, 0, 2, 5])).header("x-forwarded-for", "10.0.0.1");
    let open: Value = call.call(get_open).now_or_never().unwrap().json();
    assert_eq!(open, json!({ "address": "192.0.2.5", "forwarded": "10.0.0.1, 192.0.2.5" }));
}

#[test]
#[should_panic(expected = "\"localhost\" is not an address")]
fn a_name_is_no_address() {
    drop(testing::get("/").source_ip("localhost"));
}

#[test]
fn the_head_that_a_program_reads_the_address_from_is_the_clients() {
    let seen = |head: &Parts| -> Option<IpAddr> {
        let headers: &HeaderMap = &head.headers;
        assert_eq!(headers.get_all("x-forwarded-for").iter().count(), 2);
        headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.parse().ok()
    };
    let app = built(builder().client_address(ClientAddress::from_head(seen)));
    let lines = [("x-forwarded-for", "10.0.0.1"), ("x-forwarded-for", "192.0.2.9")];
    assert_eq!(get(&app, "/by-address", &lines, None), (200, json!({ "address": "192.0.2.9" })));
}

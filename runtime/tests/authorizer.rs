//! Authorizers and routes of several kinds, called with `routegen::testing`; and authorizers behind a router.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use routegen::{
    AuthorizerRequest, Claims, Decision, Error, Init, Json, Path, Problem, Query, Res, Resource, authorizer,
    axum::{
        body::{Body, to_bytes},
        http::{HeaderMap, Method, Request, StatusCode},
    },
    route,
    testing::{self, Call, Verdict},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// The known keys.
struct Keys(BTreeMap<String, Caller>);

impl Resource for Keys {
    async fn init(_: &Init) -> Result<Self, Error> {
        Err("there are no keys")?
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Caller {
    tenant: String,
    limits: BTreeMap<String, Vec<u32>>,
    admin: bool,
    note: Option<String>,
}

fn caller() -> Caller {
    let limits = BTreeMap::from([("reads".to_owned(), vec![1, 2]), ("writes".to_owned(), Vec::new())]);
    Caller { tenant: "7".to_owned(), limits, admin: true, note: None }
}

fn keys() -> Keys {
    Keys(BTreeMap::from([("k1".to_owned(), caller())]))
}

#[authorizer(identity_sources = ["$request.header.X-Api-Key"])]
async fn by_key(request: AuthorizerRequest, keys: Res<Keys>) -> Result<Decision<Caller>, Problem> {
    match request.identity() {
        Some("broken") => Err("the database does not answer")?,
        key => Ok(key.and_then(|key| keys.0.get(key)).cloned().into()),
    }
}

/// Says what it has been asked, and needs a page in the query.
#[authorizer(identity_sources = ["$request.querystring.page", "$stageVariables.tenant", "$context.routeKey"])]
async fn by_much(
    method: Method,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, u8>>,
    request: AuthorizerRequest,
) -> Decision<Value> {
    let cookies: Vec<&str> = headers.get_all("cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(request.header("x-other"), Some("1,2"));
    Decision::Allow(json!({
        "method": method.as_str(), "page": query["page"], "identity": request.identity_source, "cookies": cookies,
        "key": request.route_key, "parameters": request.path_parameters, "path": request.raw_path,
    }))
}

#[authorizer]
async fn open_to_bearers(request: AuthorizerRequest) -> Decision {
    (request.bearer() == Some("b")).into()
}

#[route(GET, "/much/{id}/{rest+}", auth = "by_much")]
async fn much(context: Claims<Value>) -> Json<Value> {
    Json(context.into_inner())
}

#[route(GET, "/mine", auth = "by_key")]
async fn mine(caller: Claims<Caller>) -> Json<Caller> {
    Json(caller.into_inner())
}

#[route(GET, "/bearers", auth = "open_to_bearers")]
async fn bearers() -> &'static str {
    "welcome"
}

#[route(GET, "/many/{id}", auth = "none")]
#[route(GET, "/many/first", auth = "none", name = "many_first")]
#[route(ANY, "/many/{rest+}", auth = "none", name = "many_rest")]
async fn many(parameters: Path<BTreeMap<String, String>>) -> Json<BTreeMap<String, String>> {
    Json(parameters.0)
}

fn ask(call: Call) -> Verdict {
    call.authorize(by_key).now_or_never().expect("nothing here waits")
}

#[test]
fn an_authorizer_allows_denies_fails_or_is_not_asked() {
    let get = || testing::get("/mine").with(keys());
    let allowed = ask(get().header("x-api-key", "k1"));
    assert!(allowed.is_allowed());
    assert_eq!((allowed.status(), allowed.context::<Caller>()), (StatusCode::OK, caller()));
    let denied = ask(get().header("x-api-key", "k2"));
    assert_eq!((denied.status(), denied.is_allowed(), denied.cause()), (StatusCode::FORBIDDEN, false, None));
    let failed = ask(get().header("x-api-key", "broken"));
    assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(failed.cause(), Some("500 Internal Server Error: the database does not answer"));
    assert_eq!(ask(get()).status(), StatusCode::UNAUTHORIZED);
    // A failed resource does not count as a denial.
    let failed = ask(testing::get("/mine").header("x-api-key", "k1"));
    assert!(failed.cause().unwrap().contains("there are no keys"), "{failed:?}");
}

#[test]
fn the_event_of_an_authorizer_is_that_of_the_route() {
    let call = |target: &str| {
        testing::get(target)
            .stage_variable("tenant", "t")
            .header("X-Other", "1")
            .header("x-other", "2")
            .cookie("a", "1")
            .cookie("b", "2")
    };
    let asked = |target| call(target).authorize(by_much).now_or_never().unwrap();
    let key = "GET /much/{id}/{rest+}";
    let expected = json!({
        "method": "GET", "page": 3, "identity": ["3", "t", key], "cookies": ["a=1; b=2"], "key": key,
        "parameters": { "id": "x y", "rest": "a/b" }, "path": "/much/x y/a/b",
    });
    assert_eq!(asked("/much/x%20y/a/b?page=3").context::<Value>(), expected);
    assert_eq!(asked("/elsewhere?page=3").context::<Value>()["key"], "GET /elsewhere");
    assert_eq!(asked("/much/1/2?page=x").status(), StatusCode::FORBIDDEN);
    assert_eq!(asked("/much/1/2").status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn a_route_reads_the_context_with_its_types() {
    let answer = testing::get("/mine").authorizer_context(caller()).call(mine).now_or_never().unwrap();
    assert_eq!(answer.json::<Caller>(), caller());
}

#[test]
fn of_the_routes_of_a_handler_the_most_special_is_called() {
    let call = |method: Method, path: &str| {
        let answer = testing::call(method, path).call(many).now_or_never().unwrap();
        answer.json::<Value>()
    };
    assert_eq!(call(Method::GET, "/many/7"), json!({ "id": "7" }));
    assert_eq!(call(Method::GET, "/many/first"), json!({}));
    assert_eq!(call(Method::PUT, "/many/first"), json!({ "rest": "first" }));
    assert_eq!(call(Method::GET, "/many/7/8"), json!({ "rest": "7/8" }));
}

#[test]
fn a_router_asks_authorizers_by_itself() {
    let build = routegen::router().with(keys()).build();
    let app = build.now_or_never().expect("nothing here waits").unwrap();
    let get = |target: &str, headers: &[(&str, &str)]| {
        let request =
            headers.iter().fold(Request::get(target), |request, (name, value)| request.header(*name, *value));
        let response =
            app.clone().oneshot(request.body(Body::empty()).unwrap()).now_or_never().unwrap().unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).now_or_never().unwrap().unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    let (status, body) = get("/mine", &[("x-api-key", "k1")]);
    assert_eq!((status, serde_json::from_str::<Caller>(&body).unwrap()), (200, caller()));
    for (key, expected) in [("k2", 403), ("broken", 500)] {
        let (status, body) = get("/mine", &[("x-api-key", key)]);
        assert_eq!((status, body.contains("database")), (expected, false), "{body}");
    }
    assert_eq!(get("/mine", &[]).0, 401);
    // A server has no stage variables.
    assert_eq!(get("/much/1/2?page=3", &[("x-other", "1"), ("x-other", "2")]).0, 401);
    assert_eq!(get("/bearers", &[("authorization", "Bearer b")]), (200, "welcome".to_owned()));
    assert_eq!(get("/bearers", &[("authorization", "Bearer c")]).0, 403);
    assert_eq!(get("/many/first", &[]), (200, "{}".to_owned()));
}

#[test]
fn a_router_is_not_built_without_its_resources() {
    let error = routegen::router().build().now_or_never().unwrap().unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.ends_with("Keys` could not be made"), "{source}");
}

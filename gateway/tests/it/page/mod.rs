//! The page at `/_routegen`: what it serves, and which requests it refuses. `browser` tests it in a
//! browser.

mod browser;
mod stream;
mod webdriver;

use routegen_gateway::{
    Api, Cors, Function, Gateway, GatewayBuilder, IamKey, JwtAuthorizer, LambdaAuthorizer, LocalIssuer,
    Reference, Route,
};
use routegen_spec::{Auth, Method};
use serde_json::{Value, json};

use crate::{
    client::{Request, Response, request},
    functions::program,
};
use stream::Stream;

const SECRET: &str = "x-routegen-key";

/// Text that would change the page if it became markup.
const HOSTILE: &str = "<img src=x onerror=\"document.title='mine'\">";

/// The identity sources of an authorizer that no route names.
const UNUSED: [&str; 2] = ["$request.header.X-Tenant-Key", "$request.querystring.who"];

/// A route of each kind, with a function in this process and one that is a program.
fn api() -> Api {
    let route = |method, path: &str, auth: &str, function| {
        Route::new(method, path.parse().unwrap(), auth.parse().unwrap(), function)
    };
    let item = Function::in_process(async |invocation| {
        let event = invocation.event()?;
        Ok(json!({ "id": event["pathParameters"]["id"], "name": HOSTILE, "query": event["rawQueryString"] }))
    });
    Api::new()
        .function("get-item", item)
        .function("worker", Function::program(program()))
        .authorizer("cognito", JwtAuthorizer::local())
        .authorizer("own", LambdaAuthorizer::new("worker"))
        .authorizer(
            "unused",
            LambdaAuthorizer::new("worker").identity_sources(UNUSED.map(|source| source.parse().unwrap())),
        )
        .authorizer("other", JwtAuthorizer::issuer("https://issuer.test", ["a"]))
        .iam_key(IamKey::new("id", "secret"))
        .route(route(Method::Post, "/work", "none", "worker"))
        .route(
            route(Method::Get, "/items/{id}", "cognito", "get-item").scopes(["items/read".parse().unwrap()]),
        )
        .route(route(Method::Get, "/files/{path+}", "other", "get-item"))
        .route(route(Method::Any, "/signed", "iam", "get-item"))
        .route(route(Method::Get, "/own", "own", "get-item"))
        .route(route(Method::Any, "$default", "none", "get-item"))
}

fn reference() -> Reference {
    Reference::new("{}".to_owned(), "script".to_owned(), "style".to_owned())
}

fn builder() -> GatewayBuilder {
    builder_of(api())
}

fn builder_of(api: Api) -> GatewayBuilder {
    Gateway::builder(api).local_issuer(LocalIssuer::new().scope("items/write".parse().unwrap())).page(true)
}

async fn start() -> Gateway {
    builder().start().await.unwrap()
}

async fn ask(gateway: &Gateway, line: &str) -> Response {
    request(line).send(gateway.address()).await
}

/// The key to the page, which is the end of its URL.
fn secret(gateway: &Gateway) -> String {
    gateway.page_url().unwrap().split_once("#key=").unwrap().1.to_owned()
}

/// Sends a request as the page does.
async fn ask_as_the_page(gateway: &Gateway, line: &str) -> Response {
    request(line).header(SECRET, secret(gateway)).send(gateway.address()).await
}

fn mint(secret: &str, body: &str) -> Request {
    request("POST /_routegen/page/token").header(SECRET, secret).body("application/json", body)
}

#[tokio::test]
async fn its_files_come_with_their_types_and_a_policy_that_lets_nothing_else_in() {
    let gateway = start().await;
    let url = gateway.page_url().unwrap();
    assert_eq!(url.split_once('#').unwrap().0, format!("http://{}/_routegen", gateway.address()));
    for (path, kind) in [
        ("/_routegen", "text/html; charset=utf-8"),
        ("/_routegen/", "text/html; charset=utf-8"),
        ("/_routegen/page/style.css", "text/css; charset=utf-8"),
        ("/_routegen/page/script.js", "text/javascript; charset=utf-8"),
        ("/_routegen/page/api", "application/json"),
    ] {
        let response = ask_as_the_page(&gateway, &format!("GET {path}")).await;
        assert_eq!((response.status, response.header("content-type")), (200, Some(kind)), "{path}");
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(response.header(name), Some(value), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn the_reference_is_what_was_given_with_a_policy_that_asks_nobody_else() {
    let gateway = start().await;
    assert_eq!(ask_as_the_page(&gateway, "GET /_routegen/page/openapi").await.status, 404, "none was given");
    gateway.replace(&api().reference(reference())).unwrap();
    for (path, kind, body) in [
        ("/_routegen/reference", "text/html; charset=utf-8", None),
        ("/_routegen/page/reference.js", "text/javascript; charset=utf-8", None),
        ("/_routegen/page/viewer.js", "text/javascript; charset=utf-8", Some("script")),
        ("/_routegen/page/viewer.css", "text/css; charset=utf-8", Some("style")),
        ("/_routegen/page/openapi", "application/json", Some("{}")),
    ] {
        let response = ask_as_the_page(&gateway, &format!("GET {path}")).await;
        assert_eq!((response.status, response.header("content-type")), (200, Some(kind)), "{path}");
        assert!(body.is_none_or(|body| response.text() == body), "{path}");
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(
            policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
    }
}

#[tokio::test]
async fn it_is_there_only_where_it_was_asked_for() {
    let gateway = Gateway::builder(api()).local_issuer(LocalIssuer::new()).start().await.unwrap();
    assert_eq!(gateway.page_url(), None);
    for path in [
        "/_routegen",
        "/_routegen/reference",
        "/_routegen/page/api",
        "/_routegen/page/events",
        "/_routegen/page/log",
    ] {
        assert_eq!(ask(&gateway, &format!("GET {path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn no_route_takes_its_paths_and_none_beside_them_is_taken() {
    let gateway = start().await;
    // The API has `$default`.
    for (path, status) in
        [("/_routegen/nothing", 404), ("/_routegen/page", 404), ("/_routegens", 200), ("/x/_routegen", 200)]
    {
        assert_eq!(ask(&gateway, &format!("GET {path}")).await.status, status, "{path}");
    }
    for path in ["/_routegen", "/_routegen/{id}"] {
        let route = Route::new(Method::Get, path.parse().unwrap(), Auth::None, "get-item");
        let error = Gateway::builder(Api::new().route(route)).start().await.unwrap_err().to_string();
        assert_eq!(error, format!("the path of the route `GET {path}` is the gateway's own"));
    }
}

#[tokio::test]
async fn the_routes_are_told_by_path_with_what_a_call_needs() {
    let gateway = start().await;
    let api = ask_as_the_page(&gateway, "GET /_routegen/page/api").await.json();
    assert_eq!((&api["stage"], &api["scopes"]), (&json!(""), &json!(["items/read", "items/write"])));
    let keys: Vec<_> =
        api["routes"].as_array().unwrap().iter().map(|route| route["key"].as_str().unwrap()).collect();
    assert_eq!(
        keys,
        ["GET /files/{path+}", "GET /items/{id}", "GET /own", "ANY /signed", "POST /work", "$default"]
    );
    let auth =
        |kind: &str, name: &str| json!({ "kind": kind, "name": name, "scopes": [], "token_header": null });
    for (at, expected) in [
        (5, auth("none", "none")),
        // The tokens are from another issuer.
        (0, auth("jwt", "other")),
        (2, auth("lambda", "own")),
        (3, auth("iam", "iam")),
    ] {
        assert_eq!(api["routes"][at]["auth"], expected);
    }
    assert_eq!(api["routes"][0]["parameters"], json!([{ "name": "path", "greedy": true }]));
    let item = json!({
        "key": "GET /items/{id}",
        "method": "GET",
        "path": "/items/{id}",
        "parameters": [{ "name": "id", "greedy": false }],
        "function": "get-item",
        "auth": {
            "kind": "jwt", "name": "cognito", "scopes": ["items/read"], "token_header": "authorization"
        },
    });
    assert_eq!(api["routes"][1], item);

    gateway.replace(&Api::new().stage("dev")).unwrap();
    let api = ask_as_the_page(&gateway, "GET /_routegen/page/api").await.json();
    assert_eq!((&api["stage"], &api["routes"]), (&json!("/dev"), &json!([])));
}

#[tokio::test]
async fn a_token_is_minted_with_the_scopes_that_were_chosen() {
    let gateway = start().await;
    let secret = secret(&gateway);
    for (scopes, status) in [(json!(["items/read"]), 200), (json!(["items/write"]), 403), (json!([]), 403)] {
        let minted = mint(&secret, &json!({ "scopes": scopes }).to_string()).send(gateway.address()).await;
        assert_eq!((minted.status, &minted.json()["expires_in"]), (200, &json!(3_600)));
        let token = minted.json()["token"].as_str().unwrap().to_owned();
        let called = request("GET /items/1").bearer(&token).send(gateway.address()).await;
        assert_eq!(called.status, status, "{scopes}");
    }
    for (body, message) in [
        (r#"{"scopes":["items/delete"]}"#, "the issuer has no scope `items/delete`"),
        (r#"{"scopes":[],"sub":"me"}"#, "`{\"scopes\": […]}` is expected: unknown field `sub`"),
        ("", "`{\"scopes\": […]}` is expected: EOF"),
    ] {
        let refused = mint(&secret, body).send(gateway.address()).await;
        let told = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(refused.status == 400 && told.starts_with(message), "{told}");
    }
}

#[tokio::test]
async fn a_request_is_signed_with_the_key_of_the_api_and_no_other_passes_by_it() {
    let gateway = start().await;
    let secret = secret(&gateway);
    let wish = |body: Value| {
        request("POST /_routegen/page/signature")
            .header(SECRET, &*secret)
            .body("application/json", body.to_string())
    };
    let target = "/signed?b=%C3%BC&a=1%202&a";
    let signed =
        wish(json!({ "method": "PUT", "target": target, "body": "a pen" })).send(gateway.address()).await;
    let headers = signed.json()["headers"].as_object().unwrap().clone();
    for (line, body, status) in [
        (format!("PUT {target}"), "a pen", 200),
        (format!("PUT {target}"), "a pencil", 403),
        (format!("PUT {target}b"), "a pen", 403),
        (format!("POST {target}"), "a pen", 403),
    ] {
        let asked = headers.iter().fold(request(&line).body("text/plain", body), |asked, (name, value)| {
            asked.header(name, value.as_str().unwrap())
        });
        assert_eq!(asked.send(gateway.address()).await.status, status, "{line} {body}");
    }
    for wished in [json!({}), json!({ "method": "GET", "target": "http://[", "body": "" })] {
        assert_eq!(wish(wished).send(gateway.address()).await.status, 400);
    }
    gateway.replace(&Api::new()).unwrap();
    let refused = wish(json!({ "method": "GET", "target": "/", "body": "" })).send(gateway.address()).await;
    assert_eq!(
        (refused.status, refused.json()),
        (404, json!({ "message": "the gateway has no key to sign with" }))
    );
}

#[tokio::test]
async fn without_a_local_issuer_there_is_no_token() {
    let gateway = Gateway::builder(Api::new()).page(true).start().await.unwrap();
    let refused = mint(&secret(&gateway), r#"{"scopes":[]}"#).send(gateway.address()).await;
    assert_eq!(
        (refused.status, refused.json()),
        (404, json!({ "message": "the gateway has no local issuer" }))
    );
}

#[tokio::test]
async fn what_is_asked_from_elsewhere_is_refused_at_every_path() {
    // Neither the gateway's other host names nor the API's CORS give access to the page.
    let cors = Cors::origins(["*"]).methods(["*"]).headers(["*"]);
    let builder = Gateway::builder(api().cors(cors)).local_issuer(LocalIssuer::new());
    let gateway = builder.allow_host("api.test").page(true).start().await.unwrap();
    let secret = secret(&gateway);
    let port = gateway.address().port();
    let own = format!("http://{}", gateway.address());
    let other = format!("http://127.0.0.1:{}", port ^ 1);
    let sent_as = |name: &'static str, value: &str| (vec![(name, value.to_owned())], 403);
    let misdirected = |host: String| (vec![("host", host)], 421);
    let refusals = [
        sent_as("host", "evil.test"),
        sent_as("host", &format!("127.0.0.1.evil.test:{port}")),
        misdirected("127.0.0.1".to_owned()),
        misdirected(format!("localhost:{}", port ^ 1)),
        misdirected(format!("api.test:{port}")),
        sent_as("origin", "null"),
        sent_as("origin", "https://evil.test"),
        sent_as("origin", &other),
        sent_as("sec-fetch-site", "cross-site"),
        sent_as("sec-fetch-site", "same-site"),
        (vec![("host", "localhost".to_owned()), ("origin", own.clone())], 403),
        (vec![("host", format!("localhost:{port}")), ("origin", own)], 403),
    ];
    for line in [
        "GET /_routegen",
        "GET /_routegen/page/style.css",
        "GET /_routegen/page/script.js",
        "GET /_routegen/reference",
        "GET /_routegen/page/openapi",
        "GET /_routegen/page/api",
        "GET /_routegen/page/events",
        "GET /_routegen/page/log",
        "DELETE /_routegen/page/log",
        "POST /_routegen/page/token",
        "POST /_routegen/page/signature",
    ] {
        for (headers, status) in &refusals {
            let mut asked =
                request(line).header(SECRET, &*secret).body("application/json", r#"{"scopes":[]}"#);
            for (name, value) in headers {
                asked = asked.header(name, &**value);
            }
            let response = asked.send(gateway.address()).await;
            assert_eq!(response.status, *status, "{line}: {headers:?}");
            assert!(!response.text().contains(&secret), "{line}: {headers:?}");
            assert_eq!(response.header("access-control-allow-origin"), None, "{line}: {headers:?}");
        }
    }
}

#[tokio::test]
async fn all_but_the_files_of_the_page_needs_the_key_of_this_start() {
    let (gateway, before) = (builder_of(api().reference(reference())).start().await.unwrap(), start().await);
    let (own, other) = (secret(&gateway), secret(&before));
    assert!(own != other && own.len() >= 43, "{own}");
    let mut stream = Stream::open(&gateway, "").await;
    stream.hello().await;
    for (line, body) in [
        ("GET /_routegen/page/api", ""),
        ("GET /_routegen/page/openapi", ""),
        ("GET /_routegen/page/events", ""),
        ("GET /_routegen/page/log", ""),
        ("DELETE /_routegen/page/log", ""),
        ("POST /_routegen/page/token", r#"{"scopes":[]}"#),
        ("POST /_routegen/page/signature", r#"{"method":"GET","target":"/","body":""}"#),
    ] {
        for secret in [None, Some(String::new()), Some(other.clone()), Some(format!("{own}x"))] {
            // Also from the page's own origin, like another page there.
            for site in [None, Some("same-origin")] {
                let mut asked = request(line).body("application/json", body);
                for (name, value) in [(SECRET, secret.as_deref()), ("sec-fetch-site", site)] {
                    asked = value.map_or(asked.clone(), |value| asked.header(name, value));
                }
                let refused = asked.send(gateway.address()).await;
                assert_eq!(refused.status, 403, "{line}: {secret:?}");
                let told = refused.json()["message"].as_str().unwrap().to_owned();
                assert!(told.starts_with("the page requires the key of this start"), "{told}");
            }
        }
        if line.ends_with("page/log") && line.starts_with("GET") {
            // This one does not end: the streams above and below use the key.
            continue;
        }
        // With the key, and from the page's own origin, as browsers send it.
        let asked = request(line).header(SECRET, &*own).body("application/json", body);
        let asked = asked.header("origin", format!("http://{}", gateway.address()));
        let response = asked.clone().header("sec-fetch-site", "same-origin").send(gateway.address()).await;
        assert!(matches!(response.status, 200 | 204), "{line}: {response:?}");
        assert!(!response.text().contains(&own), "{line}");
        // None of these is a URL that a person types.
        assert_eq!(asked.header("sec-fetch-site", "none").send(gateway.address()).await.status, 403);
    }
    assert_eq!(stream.entry().await["kind"], "cleared");
    // The files for everyone do not contain the key either.
    for path in ["/_routegen", "/_routegen/page/script.js", "/_routegen/page/style.css"] {
        assert!(!ask(&gateway, &format!("GET {path}")).await.text().contains(&own), "{path}");
    }
}

/// A handler's service worker would see what the page sends.
#[tokio::test]
async fn no_service_worker_is_served_beside_the_page() {
    let gateway = start().await;
    let worker = |gateway: &Gateway| {
        request("GET /worker.js").header("service-worker", "script").send(gateway.address())
    };
    assert_eq!(worker(&gateway).await.status, 403);
    assert_eq!(ask(&gateway, "GET /worker.js").await.status, 200);
    let without = Gateway::builder(api()).local_issuer(LocalIssuer::new()).start().await.unwrap();
    assert_eq!(worker(&without).await.status, 200);
}

#[tokio::test]
async fn a_request_whose_client_went_is_in_the_log() {
    let gateway = start().await;
    let mut stream = Stream::open(&gateway, "").await;
    stream.hello().await;
    let mut client = tokio::net::TcpStream::connect(gateway.address()).await.unwrap();
    let hang = request("POST /work").body("text/plain", "hang").bytes("localhost");
    tokio::io::AsyncWriteExt::write_all(&mut client, &hang).await.unwrap();
    drop(client);
    let entry = loop {
        let entry = stream.entry().await;
        if entry["kind"] == "request" {
            break entry;
        }
    };
    assert_eq!((&entry["status"], &entry["path"]), (&json!(499), &json!("/work")));
    assert_eq!(entry["error"], "the client went before the answer");
}

#[tokio::test]
async fn other_pages_may_link_to_it_and_have_it_in_no_frame() {
    let gateway = start().await;
    for (site, destination, path, status) in [
        ("cross-site", "document", "/_routegen", 200),
        ("cross-site", "iframe", "/_routegen", 403),
        ("cross-site", "document", "/_routegen/reference", 200),
        ("cross-site", "iframe", "/_routegen/reference", 403),
        ("cross-site", "document", "/_routegen/page/openapi", 403),
        ("cross-site", "document", "/_routegen/page/api", 403),
        ("cross-site", "script", "/_routegen/page/script.js", 403),
        ("none", "document", "/_routegen", 200),
        ("none", "document", "/_routegen/page/api", 403),
        ("same-origin", "script", "/_routegen/page/script.js", 200),
    ] {
        let mode = if destination == "script" { "no-cors" } else { "navigate" };
        let asked = request(&format!("GET {path}")).header("sec-fetch-site", site);
        let asked = asked.header("sec-fetch-mode", mode).header("sec-fetch-dest", destination);
        assert_eq!(asked.send(gateway.address()).await.status, status, "{site} {destination} {path}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_and_preflights_with_them() {
    let gateway = start().await;
    for (line, allowed) in [
        ("POST /_routegen", "GET"),
        ("PUT /_routegen/page/log", "GET, DELETE"),
        ("GET /_routegen/page/token", "POST"),
        ("OPTIONS /_routegen/page/token", "POST"),
    ] {
        let response = ask(&gateway, line).await;
        assert_eq!((response.status, response.header("allow")), (405, Some(allowed)), "{line}");
        assert_eq!(response.header("access-control-allow-methods"), None, "{line}");
    }
}

#[tokio::test]
async fn the_log_tells_requests_with_event_and_answer_and_shortens_their_tokens() {
    let gateway = start().await;
    let mut stream = Stream::open(&gateway, "").await;
    stream.hello().await;
    let token = gateway.token().scopes(["items/read"]).mint();
    let response = request("GET /items/7?a=b").bearer(&token).send(gateway.address()).await;
    let entry = stream.entry().await;
    for (name, value) in [
        ("kind", json!("request")),
        ("method", json!("GET")),
        ("path", json!("/items/7?a=b")),
        ("route_key", json!("GET /items/{id}")),
        ("function", json!("get-item")),
        ("status", json!(200)),
        ("cold_start", json!(false)),
        ("error", Value::Null),
        ("request_id", json!(response.header("apigw-requestid"))),
    ] {
        assert_eq!(entry[name], value, "{name}");
    }
    assert!(entry["milliseconds"].as_f64().unwrap() > 0.0 && entry["time"].as_f64().unwrap() > 1e12);
    assert_eq!(entry["answer"]["json"]["id"], "7");
    let event = &entry["event"]["json"];
    assert_eq!(event["pathParameters"], json!({ "id": "7" }));
    let shown = format!("Bearer {}…{}", &token[..8], &token[token.len() - 4..]);
    assert_eq!(event["headers"]["authorization"], shown);
    assert!(!entry.to_string().contains(&token[..32]));

    // Credentials of any authorizer, and cookies, also in the path.
    let asked =
        request("GET /anything?who=me-secretly&page=2").header("cookie", "session=my-cookie; other=1");
    assert_eq!(asked.header("x-tenant-key", "my-key").send(gateway.address()).await.status, 200);
    let entry = stream.entry().await;
    let event = &entry["event"]["json"];
    assert_eq!(entry["path"], "/anything?who=…&page=2");
    assert_eq!(event["queryStringParameters"], json!({ "who": "…", "page": "2" }));
    assert_eq!(
        (&event["headers"]["x-tenant-key"], &event["cookies"]),
        (&json!("…"), &json!(["session=…", "other=…"]))
    );
    for secret in ["me-secretly", "my-cookie", "my-key"] {
        assert!(!event.to_string().contains(secret), "{event}");
    }

    // A refused request has no event, and a reason.
    assert_eq!(ask(&gateway, "GET /items/7").await.status, 401);
    let refused = stream.entry().await;
    assert_eq!((&refused["status"], &refused["error"]), (&json!(401), &json!("there is no token")));
    assert_eq!((&refused["event"], &refused["function"]), (&Value::Null, &Value::Null));

    // Requests to the page itself and to the issuer are not requests to the API.
    ask(&gateway, "GET /_routegen").await;
    gateway.replace(&api()).unwrap();
    assert_eq!(stream.entry().await["kind"], "replaced");
}

#[tokio::test]
async fn the_lines_of_a_function_have_the_invocation_of_their_request() {
    let gateway = start().await;
    let mut stream = Stream::open(&gateway, "").await;
    stream.hello().await;
    let response = request("POST /work").body("text/plain", "tell").send(gateway.address()).await;
    let id = response.header("apigw-requestid").unwrap();
    let (mut line, mut answered, mut started) = (Value::Null, Value::Null, Value::Null);
    while line.is_null() || answered.is_null() {
        let entry = stream.entry().await;
        match entry["kind"].as_str().unwrap() {
            "line" if entry["line"].as_str().unwrap().starts_with("told") => line = entry,
            "request" => answered = entry,
            "started" => started = entry,
            _ => {}
        }
    }
    assert_eq!(started["function"], "worker");
    assert_eq!((&line["function"], &line["line"]), (&json!("worker"), &json!(format!("told \"{id}\""))));
    assert!(line["invocation"].is_string() && line["invocation"] == answered["invocation"]);
    assert_eq!((&answered["cold_start"], &answered["function"]), (&json!(true), &json!("worker")));
}

#[tokio::test]
async fn the_log_goes_on_after_what_the_page_has_and_begins_anew_after_a_clear() {
    let gateway = start().await;
    for path in ["/1", "/2", "/3"] {
        assert_eq!(ask(&gateway, &format!("GET {path}")).await.status, 200);
    }
    let mut all = Stream::open(&gateway, "").await;
    all.hello().await;
    assert_eq!(all.entry().await["path"], "/1");
    let first = all.last_id().to_owned();
    let mut later = Stream::open(&gateway, &format!("?after={first}")).await;
    later.hello().await;
    assert_eq!(later.entry().await["path"], "/2");

    let clear = request("DELETE /_routegen/page/log").header(SECRET, secret(&gateway));
    assert_eq!(clear.send(gateway.address()).await.status, 204);
    let mut anew = Stream::open(&gateway, "").await;
    anew.hello().await;
    assert_eq!(anew.entry().await["kind"], "cleared");
}

#[tokio::test]
async fn only_so_many_pages_follow_and_one_that_leaves_makes_room() {
    let gateway = start().await;
    let mut streams = Vec::new();
    for _ in 0..16 {
        let mut stream = Stream::open(&gateway, "").await;
        stream.hello().await;
        streams.push(stream);
    }
    assert_eq!(ask_as_the_page(&gateway, "GET /_routegen/page/log").await.status, 503);
    drop(streams.pop());
    // The gateway notices it after some time.
    loop {
        let mut stream = Stream::open(&gateway, "").await;
        if stream.status().await == 200 {
            break;
        }
    }
    gateway.shutdown().await;
}

//! What API Gateway does, case by case, each with its source, asked over HTTP.
//!
//! [A] stands for AWS's documentation, [3] for reports of others, [?] for what no source was found for.

mod jwt;

use routegen_gateway::{Api, Cors, Function, Gateway, JwtAuthorizer, LocalIssuer, Route};
use routegen_spec::{Auth, Method, Throttle};
use serde_json::{Value, json};

use crate::client::{Request, Response, request};

/// The event, as the body of the answer.
fn echo() -> Function {
    Function::in_process(async |invocation| {
        Ok(json!({ "statusCode": 200, "body": invocation.event()?.to_string() }))
    })
}

/// The body of the request is the answer of the function.
fn parrot() -> Function {
    Function::in_process(async |invocation| {
        let event = invocation.event()?;
        Ok(serde_json::from_str(event["body"].as_str().unwrap_or("null")).unwrap())
    })
}

fn route(key: &str, auth: Auth, function: &str) -> Route {
    let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
    Route::new(method.parse().unwrap(), path.parse().unwrap(), auth, function)
}

fn open(key: &str) -> Route {
    route(key, Auth::None, "echo")
}

fn cognito() -> Auth {
    Auth::Authorizer("cognito".to_owned())
}

fn api() -> Api {
    Api::new().function("echo", echo()).function("parrot", parrot())
}

async fn start(api: Api) -> Gateway {
    Gateway::builder(api).local_issuer(LocalIssuer::new()).start().await.unwrap()
}

struct Row {
    case: &'static str,
    source: &'static str,
    request: Request,
    status: u16,
    /// What the answer must have: a header, its JSON body, or a pointer into the event.
    expected: Vec<Expected>,
}

enum Expected {
    Body(Value),
    Text(&'static str),
    Header(&'static str, String),
    NoHeader(&'static str),
    Event(&'static str, Value),
    NoField(&'static str),
}

use Expected::{Body, Event, Header, NoField, NoHeader, Text};

async fn hold(gateway: &Gateway, rows: Vec<Row>) {
    for Row { case, source, request, status, expected } in rows {
        let response = request.send(gateway.address()).await;
        assert_eq!(response.status, status, "{case} {source}: {response:?}");
        let id = response.header("apigw-requestid").unwrap_or_default();
        assert_eq!(id.len(), 16, "{case}: every answer has an id");
        for expected in expected {
            check(case, &response, expected);
        }
    }
}

fn check(case: &str, response: &Response, expected: Expected) {
    match expected {
        Body(body) => assert_eq!(response.json(), body, "{case}"),
        Text(text) => assert_eq!(response.text(), text, "{case}"),
        Header(name, value) => assert_eq!(response.all(name), [value], "{case}: {name}"),
        NoHeader(name) => assert_eq!(response.header(name), None, "{case}: {name}"),
        Event(pointer, value) => {
            let event = response.json();
            assert_eq!(event.pointer(pointer), Some(&value), "{case}: {pointer} of {event:#}");
        }
        NoField(pointer) => assert_eq!(response.json().pointer(pointer), None, "{case}: {pointer}"),
    }
}

fn row(
    case: &'static str,
    source: &'static str,
    request: Request,
    status: u16,
    expected: Vec<Expected>,
) -> Row {
    Row { case, source, request, status, expected }
}

fn message(text: &str) -> Expected {
    Body(json!({ "message": text }))
}

#[tokio::test]
async fn routes() {
    let api = api().routes([
        open("GET /items"),
        open("POST /items"),
        open("ANY /items/{id}"),
        open("GET /items/{id}"),
        open("GET /files/{path+}"),
        open("GET /files/{name}/raw"),
    ]);
    let gateway = start(api).await;
    let key = |key: &str| vec![Event("/routeKey", key.into()), Event("/requestContext/routeKey", key.into())];
    let rows = vec![
        row("an exact match", "[A]", request("GET /items"), 200, key("GET /items")),
        row("another method of the path", "[A]", request("POST /items"), 200, key("POST /items")),
        row("a method that no route has", "[A]", request("PUT /items"), 404, vec![message("Not Found")]),
        row("a slash too many", "[3]", request("GET /items/"), 404, vec![message("Not Found")]),
        row("a path that no route has", "[A]", request("GET /nothing"), 404, vec![message("Not Found")]),
        row("the exact method stands above ANY", "[3]", request("GET /items/7"), 200, key("GET /items/{id}")),
        row("ANY takes the others", "[A]", request("DELETE /items/7"), 200, key("ANY /items/{id}")),
        row("a method that HTTP has not", "[?]", request("BREW /items/7"), 200, key("ANY /items/{id}")),
        row(
            "a full match stands above greedy",
            "[A]",
            request("GET /files/a/raw"),
            200,
            key("GET /files/{name}/raw"),
        ),
        row("greedy takes what is left, decoded", "[A]", request("GET /files/a/b%20c/d"), 200, {
            let mut expected = key("GET /files/{path+}");
            expected.push(Event("/pathParameters", json!({ "path": "a/b c/d" })));
            expected
        }),
        row(
            "a parameter is decoded, and may hold a slash",
            "[A], the slash [?]",
            request("GET /items/a%2Fb"),
            200,
            vec![Event("/pathParameters", json!({ "id": "a/b" }))],
        ),
        row("a path that is no UTF-8", "[?]", request("GET /items/%ff"), 400, vec![message("Bad Request")]),
        row("a target that is no path", "[?]", request("OPTIONS *"), 400, vec![message("Bad Request")]),
        row("greedy needs something to take", "[A]", request("GET /files"), 404, vec![]),
    ];
    hold(&gateway, rows).await;
}

#[tokio::test]
async fn the_default_route_and_stages() {
    let gateway = start(api().route(open("$default")).stage("live").stage_variable("colour", "blue")).await;
    assert!(gateway.url().ends_with("/live"));
    let rows = vec![
        row(
            "$default takes everything",
            "[A]",
            request("PATCH /live/any/thing"),
            200,
            vec![
                Event("/routeKey", "$default".into()),
                Event("/rawPath", "/live/any/thing".into()),
                Event("/requestContext/http/path", "/live/any/thing".into()),
                Event("/requestContext/stage", "live".into()),
                Event("/stageVariables", json!({ "colour": "blue" })),
                NoField("/pathParameters"),
            ],
        ),
        row("the stage alone", "[?]", request("GET /live"), 200, vec![Event("/rawPath", "/live".into())]),
        row("no stage", "[A]", request("GET /any/thing"), 404, vec![message("Not Found")]),
        row("a stage that begins alike", "[A]", request("GET /lively/x"), 404, vec![message("Not Found")]),
    ];
    hold(&gateway, rows).await;
}

#[tokio::test]
async fn events() {
    let gateway = start(api().route(open("ANY /items/{id}")).route(open("GET /"))).await;
    let host = gateway.address().to_string();
    let port = gateway.address().port().to_string();
    let full = request("GET /items/7?parameter1=value1&parameter1=value2&q=a%20b")
        .header("Header1", "value1")
        .header("header2", "value1")
        .header("Header2", "value2")
        .header("Cookie", "cookie1=a; cookie2=b")
        .header("user-agent", "agent")
        .header("x-forwarded-for", "10.0.0.1")
        .header("x-forwarded-proto", "gopher");
    let rows = vec![
        row(
            "a request with everything",
            "[A]",
            full,
            200,
            vec![
                Event("/version", "2.0".into()),
                Event("/routeKey", "ANY /items/{id}".into()),
                Event("/rawPath", "/items/7".into()),
                Event("/rawQueryString", "parameter1=value1&parameter1=value2&q=a%20b".into()),
                Event("/queryStringParameters", json!({ "parameter1": "value1,value2", "q": "a b" })),
                Event("/cookies", json!(["cookie1=a", "cookie2=b"])),
                Event("/headers/header1", "value1".into()),
                Event("/headers/header2", "value1,value2".into()),
                Event("/headers/host", host.into()),
                Event("/headers/x-forwarded-for", "10.0.0.1, 127.0.0.1".into()),
                Event("/headers/x-forwarded-port", port.into()),
                Event("/headers/x-forwarded-proto", "http".into()),
                NoField("/headers/cookie"),
                NoField("/headers/connection"),
                Event("/requestContext/accountId", "123456789012".into()),
                Event("/requestContext/apiId", "local".into()),
                Event("/requestContext/domainName", "127.0.0.1".into()),
                Event("/requestContext/domainPrefix", "127".into()),
                Event("/requestContext/http/method", "GET".into()),
                Event("/requestContext/http/protocol", "HTTP/1.1".into()),
                Event("/requestContext/http/sourceIp", "127.0.0.1".into()),
                Event("/requestContext/http/userAgent", "agent".into()),
                Event("/requestContext/stage", "$default".into()),
                NoField("/requestContext/authorizer"),
                NoField("/requestContext/authentication"),
                NoField("/body"),
                NoField("/stageVariables"),
                Event("/isBase64Encoded", false.into()),
            ],
        ),
        row(
            "several lines of one header, not all of them ASCII",
            "[?]",
            request("GET /")
                .header("cookie", "a=ä; b=c")
                .header("cookie", "d=e")
                .header("x-forwarded-for", "10.0.0.1")
                .header("x-forwarded-for", "10.0.0.2, ä"),
            200,
            vec![
                Event("/cookies", json!(["a=ä", "b=c", "d=e"])),
                Event("/headers/x-forwarded-for", "10.0.0.1,10.0.0.2, ä, 127.0.0.1".into()),
            ],
        ),
        row(
            "a host of numbers",
            "[?]",
            request("GET /").header("host", "[::1]"),
            200,
            vec![Event("/requestContext/domainName", "[::1]".into())],
        ),
        row(
            "a request with nothing",
            "[A]",
            request("GET /"),
            200,
            vec![
                Event("/rawQueryString", "".into()),
                NoField("/queryStringParameters"),
                NoField("/cookies"),
                NoField("/pathParameters"),
            ],
        ),
    ];
    hold(&gateway, rows).await;

    let event = request("GET /").send(gateway.address()).await.json();
    let context = &event["requestContext"];
    let time = context["time"].as_str().unwrap();
    assert_eq!(time.len(), "12/Mar/2020:19:03:58 +0000".len(), "{time}");
    assert!(time.ends_with(" +0000") && context["timeEpoch"].as_u64().unwrap() > 1_700_000_000_000);
    assert!(event["headers"]["x-amzn-trace-id"].as_str().unwrap().starts_with("Root=1-"));
}

#[tokio::test]
async fn bodies() {
    let gateway = start(api().route(open("ANY /items/{id}"))).await;
    let sent = |kind: &str, body: &[u8]| request("POST /items/7").body(kind, body);
    let rows = vec![
        row(
            "JSON",
            "[3]",
            sent("application/json", b"{}"),
            200,
            vec![
                Event("/body", "{}".into()),
                Event("/isBase64Encoded", false.into()),
                Event("/headers/content-length", "2".into()),
            ],
        ),
        row(
            "bytes",
            "[3]",
            sent("application/octet-stream", &[0, 255]),
            200,
            vec![Event("/body", "AP8=".into()), Event("/isBase64Encoded", true.into())],
        ),
        row(
            "a form",
            "[3]",
            sent("application/x-www-form-urlencoded", b"a=b"),
            200,
            vec![Event("/body", "YT1i".into()), Event("/isBase64Encoded", true.into())],
        ),
    ];
    hold(&gateway, rows).await;
}

#[tokio::test]
async fn responses() {
    let gateway = start(api().route(route("POST /", Auth::None, "parrot"))).await;
    let answer = |answer: &Value| request("POST /").body("application/json", answer.to_string());
    let rows = vec![
        row(
            "JSON without a status",
            "[A]",
            answer(&json!({ "a": 1 })),
            200,
            vec![Header("content-type", "application/json".to_owned()), Body(json!({ "a": 1 }))],
        ),
        row(
            "a text without a status",
            "[A]",
            answer(&json!("Hello from Lambda!")),
            200,
            vec![Header("content-type", "application/json".to_owned()), Text("Hello from Lambda!")],
        ),
        row(
            "a status without a body, and one",
            "RFC 9110",
            answer(&json!({ "statusCode": 204, "body": "x" })),
            204,
            vec![Text("")],
        ),
        row("a status alone", "[?]", answer(&json!({ "statusCode": 204 })), 204, vec![Text("")]),
        row(
            "everything",
            "[A]",
            answer(&json!({
                "statusCode": 201, "headers": { "X-A": "b", "content-type": "text/html" },
                "body": "aGk=", "isBase64Encoded": true,
            })),
            201,
            vec![
                Text("hi"),
                Header("x-a", "b".to_owned()),
                Header("content-type", "text/html".to_owned()),
                Header("content-length", "2".to_owned()),
            ],
        ),
        row(
            "no content type",
            "[?]",
            answer(&json!({ "statusCode": 200, "body": "x" })),
            200,
            vec![Header("content-type", "text/plain".to_owned())],
        ),
        row(
            "a bad shape",
            "[A]",
            answer(&json!({ "statusCode": "x" })),
            500,
            vec![message("Internal Server Error")],
        ),
    ];
    hold(&gateway, rows).await;

    let cookies =
        answer(&json!({ "statusCode": 200, "cookies": ["a=1", "b=2"] })).send(gateway.address()).await;
    assert_eq!(cookies.all("set-cookie"), ["a=1", "b=2"], "one header for each cookie [A]");
}

#[tokio::test]
async fn limits() {
    let gateway = start(api().route(open("POST /")).route(open("GET /{x}"))).await;
    let head = |bytes: usize| {
        // The request line, three headers and the empty line, as they are sent below.
        let host = format!("host: {}\r\n", gateway.address());
        let fixed = "GET /x HTTP/1.1\r\n".len()
            + host.len()
            + "connection: close\r\n\r\n".len()
            + "x-fill: \r\n".len();
        request("GET /x").header("x-fill", "x".repeat(bytes - fixed))
    };
    let declared = request("POST /").header("content-length", "10485761");
    let rows = vec![
        row("headers of 10,240 bytes", "[A]", head(10_240), 200, vec![]),
        row(
            "headers of 10,241 bytes",
            "[A], the body [?]",
            head(10_241),
            431,
            vec![message("Request Header Fields Too Large")],
        ),
        row(
            "a body over 10 MB by its length",
            "[A], the body [?]",
            declared,
            413,
            vec![message("Request Entity Too Large")],
        ),
        row(
            "an event over 6 MB",
            "[?]",
            request("POST /").body("text/plain", vec![b'a'; 6 * 1024 * 1024]),
            413,
            vec![message("Request Entity Too Large")],
        ),
    ];
    hold(&gateway, rows).await;
}

#[tokio::test]
async fn cors() {
    let cors = Cors::origins(["https://app.test"])
        .methods(["GET", "POST"])
        .headers(["authorization"])
        .expose(["x-a"])
        .max_age(std::time::Duration::from_mins(5))
        .credentials(true);
    let talkative = Function::in_process(async |_| {
        Ok(json!({ "statusCode": 200, "headers": {
            "access-control-allow-origin": "*", "access-control-allow-methods": "DELETE", "x-a": "b",
        } }))
    });
    let api = api()
        .function("talkative", talkative)
        .authorizer("cognito", JwtAuthorizer::local())
        .route(route("GET /closed", cognito(), "echo"))
        .route(route("GET /talkative", Auth::None, "talkative"))
        .cors(cors);
    let gateway = start(api).await;
    let from = |line: &str, origin: &str| request(line).header("origin", origin);
    let preflight = |origin| from("OPTIONS /closed", origin).header("access-control-request-method", "GET");
    let rows = vec![
        row(
            "a preflight, without a token and a route of its own",
            "[A]",
            preflight("https://app.test"),
            204,
            vec![
                Header("access-control-allow-origin", "https://app.test".to_owned()),
                Header("access-control-allow-methods", "GET,POST".to_owned()),
                Header("access-control-allow-headers", "authorization".to_owned()),
                Header("access-control-allow-credentials", "true".to_owned()),
                Header("access-control-max-age", "300".to_owned()),
                Text(""),
            ],
        ),
        row(
            "a preflight from elsewhere",
            "[A]",
            preflight("https://evil.test"),
            204,
            vec![NoHeader("access-control-allow-origin"), NoHeader("access-control-allow-methods")],
        ),
        row(
            "OPTIONS without what makes a preflight",
            "[A]",
            from("OPTIONS /closed", "https://app.test"),
            404,
            vec![],
        ),
        row(
            "the function's own headers are dropped",
            "[A]",
            from("GET /talkative", "https://app.test"),
            200,
            vec![
                Header("access-control-allow-origin", "https://app.test".to_owned()),
                Header("access-control-expose-headers", "x-a".to_owned()),
                NoHeader("access-control-allow-methods"),
                Header("x-a", "b".to_owned()),
            ],
        ),
        row(
            "without an origin there are none",
            "[A]",
            request("GET /talkative"),
            200,
            vec![NoHeader("access-control-allow-origin"), NoHeader("access-control-allow-methods")],
        ),
        row(
            "a refusal can be read too",
            "[?]",
            from("GET /closed", "https://app.test"),
            401,
            vec![Header("access-control-allow-origin", "https://app.test".to_owned())],
        ),
    ];
    hold(&gateway, rows).await;
}

#[tokio::test]
async fn throttles() {
    let throttle = Throttle { rate: 1, burst: 2 };
    let gateway = start(api().route(open("GET /a").throttle(throttle)).route(open("GET /b"))).await;
    let get = async |path: &str| request(&format!("GET {path}")).send(gateway.address()).await;
    assert_eq!(get("/a").await.status, 200);
    // It takes a second for the next one to be allowed: sooner or later one comes too soon.
    let refused = loop {
        let response = get("/a").await;
        if response.status != 200 {
            break response;
        }
    };
    assert_eq!((refused.status, refused.json()), (429, json!({ "message": "Too Many Requests" })));
    assert_eq!(get("/b").await.status, 200, "each route counts by itself");
}

#[tokio::test]
async fn a_method_of_a_route_is_no_preflight() {
    // Without CORS on the API, OPTIONS is a method like others.
    let gateway = start(api().route(open("OPTIONS /x"))).await;
    let preflight = request("OPTIONS /x")
        .header("origin", "https://a.test")
        .header("access-control-request-method", "GET");
    let rows = vec![row(
        "OPTIONS as a route",
        "[A]",
        preflight,
        200,
        vec![
            Event("/requestContext/http/method", Method::Options.as_str().into()),
            NoHeader("access-control-allow-origin"),
        ],
    )];
    hold(&gateway, rows).await;
}

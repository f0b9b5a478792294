//! Inconsistencies in an API are reported before it is served.

use std::time::Duration;

use routegen_gateway::{Api, Cors, Function, Gateway, JwtAuthorizer, LambdaAuthorizer, Route};
use routegen_spec::{Auth, Method};
use serde_json::json;

fn api() -> Api {
    Api::new().function("f", Function::in_process(async |_| Ok(json!({}))))
}

fn route(path: &str, auth: &str, function: &str) -> Route {
    Route::new(Method::Get, path.parse().unwrap(), auth.parse().unwrap(), function)
}

/// All origins, or all of one scheme.
const NO_CREDENTIALS: &str =
    "`*`, `https://*` and `http://*` cannot be origins for requests with credentials";

#[tokio::test]
async fn an_api_that_does_not_fit_together_is_refused_with_the_reason() {
    let jwt = |url: &str| JwtAuthorizer::issuer(url, ["a"]);
    let authorizer = |authorizer: JwtAuthorizer| api().authorizer("a", authorizer);
    let source = |source: &str| LambdaAuthorizer::new("f").identity_sources([source.parse().unwrap()]);
    for (api, error) in [
        (
            api().route(route("/a/{b}", "none", "f")).route(route("/a/{c}", "none", "f")),
            "API Gateway cannot distinguish the routes `GET /a/{b}` and `GET /a/{c}`",
        ),
        (
            api().route(route("/_routegen/x", "none", "f")),
            "the path of the route `GET /_routegen/x` is the gateway's own",
        ),
        (api().route(route("/a", "none", "g")), "`GET /a` refers to the function `g`, which does not exist"),
        (
            api().function("g", Function::served_by("p")),
            "the function `g` refers to the process `p`, which does not exist",
        ),
        (
            api().function("g\n", Function::in_process(async |_| Ok(json!({})))),
            "the function's name `g\n` is not valid in a header",
        ),
        (
            api().route(route("/a", "cognito", "f")),
            "the route `GET /a` refers to the authorizer `cognito`, which does not exist",
        ),
        (
            api().route(route("/a", "none", "f").scopes(["a/b".parse().unwrap()])),
            "the route `GET /a` requires scopes, which only a JWT authorizer supports",
        ),
        (
            authorizer(JwtAuthorizer::local()),
            "the authorizer `a` accepts tokens of a local issuer, but the gateway has none",
        ),
        (
            authorizer(jwt("http://issuer.test")),
            "the issuer `http://issuer.test` of the authorizer `a` is neither an `https` URL nor an `http` URL on loopback",
        ),
        (
            authorizer(JwtAuthorizer::issuer("https://issuer.test", [""; 0])),
            "the authorizer `a` has no audience",
        ),
        (
            api().authorizer("a", source("$context.authorizer.x")),
            "the identity source `$context.authorizer.x` of the authorizer `a` is not imitated",
        ),
        (
            api().authorizer("a", LambdaAuthorizer::new("g")),
            "`a` refers to the function `g`, which does not exist",
        ),
        (
            api().stage("bad stage!"),
            "the stage name `bad stage!` is not one of 1 to 128 letters, digits, `-` and `_`",
        ),
        (api().cors(Cors::origins(["*"]).credentials(true)), NO_CREDENTIALS),
        (api().cors(Cors::origins(["https://a.test", "https://*"]).credentials(true)), NO_CREDENTIALS),
        (api().cors(Cors::origins(["a\nb"])), "`a\nb` is not valid in a header"),
    ] {
        let refused = Gateway::builder(api.clone()).start().await.unwrap_err();
        assert_eq!(refused.to_string(), error);
        // And a running gateway keeps its API.
        let gateway = Gateway::builder(Api::new()).start().await.unwrap();
        assert_eq!(gateway.replace(&api).unwrap_err().to_string(), error);
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_told() {
    let first = Gateway::builder(api()).start().await.unwrap();
    let second = Gateway::builder(api()).port(first.address().port()).start().await.unwrap_err();
    assert_eq!(second.to_string(), format!("cannot listen on the address {}", first.address()));
    first.shutdown().await;
}

#[tokio::test]
async fn a_function_of_this_process_that_fails_is_told_of_as_lambda_does() {
    let function = |order: &'static str| {
        Function::in_process(move |_| async move {
            match order {
                "panic" => panic!("on purpose"),
                "hang" => std::future::pending().await,
                _ => Ok(json!("x".repeat(6_291_555))),
            }
        })
        .timeout(Duration::from_millis(10))
    };
    let auth = Auth::None;
    let mut api = Api::new();
    for order in ["panic", "hang", "huge"] {
        let path = format!("/{order}").parse().unwrap();
        api = api.function(order, function(order)).route(Route::new(Method::Get, path, auth.clone(), order));
    }
    let gateway = Gateway::builder(api).start().await.unwrap();
    for (order, error) in [
        ("panic", "the function's process ended: "),
        ("hang", "the function timed out after 10ms"),
        ("huge", "the function's answer has 6291557 bytes, and Lambda takes 6291556; a body in base64 "),
    ] {
        let response = crate::client::request(&format!("GET /{order}")).send(gateway.address()).await;
        assert_eq!(response.status, 500, "{order}");
        let invoked = gateway.invoke(order, &json!({})).await.unwrap_err().to_string();
        assert!(invoked.starts_with(error), "{invoked}");
    }
}

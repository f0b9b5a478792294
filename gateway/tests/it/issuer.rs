//! The local issuer over HTTP, and remote issuers.

use std::sync::{Arc, Mutex};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use routegen_gateway::{
    Api, Function, Gateway, GatewayBuilder, JwtAuthorizer, LocalIssuer, Observation, RequestLog, Route,
};
use routegen_spec::{Auth, Method};
use serde_json::{Value, json};

use crate::client::{Request, Response, request};

const FORM: &str = "application/x-www-form-urlencoded";

fn api(authorizer: JwtAuthorizer) -> Api {
    let auth = || Auth::Authorizer("cognito".to_owned());
    let route = |method, scope: &str| {
        Route::new(method, "/items".parse().unwrap(), auth(), "fine").scopes([scope.parse().unwrap()])
    };
    Api::new()
        .function("fine", Function::in_process(async |_| Ok(json!({}))))
        .authorizer("cognito", authorizer)
        .route(route(Method::Get, "items/read"))
        .route(route(Method::Post, "items/write"))
}

async fn start(issuer: LocalIssuer) -> Gateway {
    Gateway::builder(api(JwtAuthorizer::local())).local_issuer(issuer).start().await.unwrap()
}

/// The requests that the observer was given, in order.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<RequestLog>>>);

impl Told {
    async fn of(&self, builder: GatewayBuilder) -> Gateway {
        let told = self.0.clone();
        let observe = move |observation| {
            if let Observation::Request(log) = observation {
                told.lock().unwrap().push(*log);
            }
        };
        builder.observe(observe).start().await.unwrap()
    }

    /// The status of the last one, and why it was refused. The observer gets a request before the client
    /// gets the answer.
    fn last(&self) -> Option<(u16, String)> {
        self.0.lock().unwrap().pop().map(|log| (log.status, log.error.unwrap_or_default()))
    }
}

fn ask(form: &str) -> Request {
    request("POST /_routegen/oauth2/token").body(FORM, form)
}

fn basic(request: Request, credentials: &str) -> Request {
    request.header("authorization", format!("Basic {}", STANDARD.encode(credentials)))
}

fn claims(response: &Response) -> Value {
    let token = response.json()["access_token"].as_str().unwrap().to_owned();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_client_gets_a_token_by_form_or_by_basic_and_it_opens_its_route_alone() {
    let gateway = start(LocalIssuer::new()).await;
    assert!(gateway.token_endpoint().unwrap().ends_with("/_routegen/oauth2/token"));
    let (id, secret) = gateway.client_credentials().unwrap();
    // The form is the one that the seed's curl sends.
    let form =
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope=items%2Fread");
    let by_form = ask(&form).send(gateway.address()).await;
    let by_basic = basic(ask("grant_type=client_credentials&scope=items/read"), &format!("{id}:{secret}"));
    for response in [by_form, by_basic.send(gateway.address()).await] {
        assert_eq!((response.status, response.header("cache-control")), (200, Some("no-store")));
        let answer = response.json();
        assert_eq!((&answer["expires_in"], &answer["token_type"]), (&json!(3_600), &json!("Bearer")));
        let claims = claims(&response);
        for (name, value) in [
            ("sub", json!("local-client")),
            ("client_id", json!("local-client")),
            ("token_use", json!("access")),
            ("scope", json!("items/read")),
            ("iss", json!(gateway.issuer())),
            ("version", json!(2)),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
        assert_eq!(claims.get("aud"), None);
        assert_eq!(claims["exp"].as_u64(), claims["iat"].as_u64().map(|iat| iat + 3_600));
        let token = answer["access_token"].as_str().unwrap();
        for (line, status) in [("GET /items", 200), ("POST /items", 403)] {
            assert_eq!(request(line).bearer(token).send(gateway.address()).await.status, status, "{line}");
        }
    }
}

#[tokio::test]
async fn without_a_wish_a_client_gets_all_scopes_of_the_routes_as_they_are_now() {
    let gateway = start(LocalIssuer::new().scope("other/scope".parse().unwrap()).client("c", "s")).await;
    let scopes = async || {
        let response = basic(ask("grant_type=client_credentials"), "c:s").send(gateway.address()).await;
        claims(&response)["scope"].clone()
    };
    assert_eq!(scopes().await, "items/read items/write other/scope");
    gateway.replace(&Api::new()).unwrap();
    assert_eq!(scopes().await, "other/scope");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_in_oauths_words_and_the_observer_is_told_why() {
    let told = Told::default();
    let gateway =
        told.of(Gateway::builder(api(JwtAuthorizer::local())).local_issuer(LocalIssuer::new())).await;
    let grant = "grant_type=client_credentials";
    let secret = gateway.client_credentials().unwrap().1;
    let form = |more: &str| ask(&format!("{grant}&client_id=local-client&client_secret={secret}{more}"));
    let no_scope = "invalid_scope: no route requires the scope `items/delete`, and the issuer has no scope with that name";
    for (request, why) in [
        (
            ask(grant),
            "invalid_client: the client's id and secret are neither in `authorization` nor in the form",
        ),
        (
            basic(ask(grant), "local-client:x"),
            "invalid_client: the secret is not that of the client `local-client`",
        ),
        (basic(ask(grant), &format!("other:{secret}")), "invalid_client: there is no client `other`"),
        (
            basic(ask("grant_type=client_credentials&client_id=b"), &format!("local-client:{secret}")),
            "invalid_client: `authorization` and `client_id` name different clients",
        ),
        (
            ask(grant).bearer("x"),
            "invalid_client: `authorization` is neither `Basic` with the client's id and secret, nor left out",
        ),
        // A reason contains no terminal control characters.
        (
            ask(&format!("{grant}&client_id=%1b]52;c;Zm9v%07%C2%9b%E2%80%AE%0a&client_secret=x")),
            r"invalid_client: there is no client `\u{1b}]52;c;Zm9v\u{7}\u{9b}\u{202e}\u{a}`",
        ),
        (form("&scope=items/delete"), no_scope),
        (form("&scope=items/read+items/delete"), no_scope),
        (
            ask("grant_type=password"),
            "unsupported_grant_type: the grant type is not `client_credentials`, which is the only one here",
        ),
        (ask("client_id=local-client"), "invalid_request: the form has no `grant_type`"),
        (
            request("POST /_routegen/oauth2/token").body("application/json", "{}"),
            "invalid_request: the body is not a form (`application/x-www-form-urlencoded`)",
        ),
    ] {
        let response = request.send(gateway.address()).await;
        let error = why.split(':').next().unwrap();
        assert_eq!((response.status, response.json()), (400, json!({ "error": error })), "{why}");
        assert_eq!(told.last(), Some((400, why.to_owned())));
    }
    assert_eq!(request("GET /_routegen/oauth2/token").send(gateway.address()).await.status, 405);
    assert_eq!(told.last(), Some((405, "invalid_request: the method is not POST".to_owned())));
    assert_eq!(form("").send(gateway.address()).await.status, 200);
    assert_eq!(told.last(), None, "what is answered is not told");
}

#[tokio::test]
async fn nobody_knows_a_clients_secret_that_was_not_told() {
    let (gateway, other) = (start(LocalIssuer::new()).await, start(LocalIssuer::new()).await);
    let (own, others) = (gateway.client_credentials().unwrap().1, other.client_credentials().unwrap().1);
    assert!(own != others && own.len() >= 43, "{own}");
    for secret in ["local-secret", "", others] {
        let asked = basic(ask("grant_type=client_credentials"), &format!("local-client:{secret}"));
        assert_eq!(asked.send(gateway.address()).await.status, 400, "{secret}");
    }
    assert!(!format!("{gateway:?}").contains(own));
    let issuer = LocalIssuer::new().client("id", "my-own-secret");
    assert!(!format!("{issuer:?}").contains("my-own-secret"));
}

/// A tunnel that ends on this machine looks like a local client, but is open to the world.
#[tokio::test]
async fn the_token_endpoint_is_for_clients_on_this_machine_unless_it_is_opened() {
    let told = Told::default();
    let builder = || {
        let api = api(JwtAuthorizer::local());
        Gateway::builder(api).local_issuer(LocalIssuer::new().client("c", "s")).allow_host("tunnel.test")
    };
    let closed = told.of(builder()).await;
    let open = builder().tokens_for_all(true).start().await.unwrap();
    let asked = || basic(ask("grant_type=client_credentials&scope=items/read"), "c:s");
    for (header, value) in [
        ("host", "tunnel.test"),
        ("x-forwarded-for", "192.0.2.7"),
        ("x-forwarded-host", "tunnel.test"),
        ("forwarded", "for=192.0.2.7"),
        ("via", "1.1 tunnel"),
    ] {
        let asked = || asked().header(header, value);
        let refused = asked().send(closed.address()).await;
        assert_eq!((refused.status, refused.json()), (403, json!({ "message": "Forbidden" })), "{header}");
        let (status, why) = told.last().unwrap();
        assert!(
            status == 403 && why.starts_with("the token endpoint answers clients on this machine only"),
            "{why}"
        );
        assert_eq!(asked().send(open.address()).await.status, 200, "{header}");
        // Remote clients with a token may call the API, and the issuer's public keys are for everyone.
        let called = request("GET /items").bearer(&closed.token().scopes(["items/read"]).mint());
        assert_eq!(called.header(header, value).send(closed.address()).await.status, 200, "{header}");
    }
    assert_eq!(asked().send(closed.address()).await.status, 200);
    assert_eq!(asked().header("host", "localhost").send(closed.address()).await.status, 200);
}

#[tokio::test]
async fn the_gateways_own_paths_are_for_its_own_origin_and_its_own_names() {
    let gateway = start(LocalIssuer::new()).await;
    let keys = || request("GET /_routegen/issuer/.well-known/jwks.json");
    let own = format!("http://{}", gateway.address());
    for (case, request, status) in [
        ("a program", keys(), 200),
        ("a page of its own", keys().header("origin", own), 200),
        ("a page of another origin", keys().header("origin", "https://evil.test"), 403),
        ("a page without an origin to name", keys().header("origin", "null"), 403),
        ("a page with a name that leads here", keys().header("host", "evil.test"), 403),
        ("such a page's call of the API", request("GET /items").header("host", "evil.test"), 403),
        ("a path that is not there", request("GET /_routegen/nothing"), 404),
        ("one that is encoded otherwise", request("GET /%5froutegen/issuer/.well-known/jwks.json"), 404),
    ] {
        assert_eq!(request.send(gateway.address()).await.status, status, "{case}");
    }
}

#[tokio::test]
async fn a_name_that_was_allowed_is_answered_and_of_another_the_observer_is_told() {
    let told = Told::default();
    let gateway = told.of(Gateway::builder(Api::new()).allow_host("API.test").page(true)).await;
    let unknown = "the gateway does not answer to the host `other.test`, unless `allow_host` (`routegen dev --allow-host`) names it";
    let page = "`host` must be a loopback name with the gateway's port: the page has no other address, and \
                `allow_host` is for the API alone";
    for (path, host, status, why) in [
        ("/", "api.test:3000", 404, ""),
        ("/", "API.TEST", 404, ""),
        ("/", "other.test:80", 403, unknown),
        ("/_routegen", "other.test", 403, unknown),
        ("/_routegen", "api.test", 421, page),
    ] {
        let response = request(&format!("GET {path}")).header("host", host).send(gateway.address()).await;
        assert_eq!(response.status, status, "{host}");
        assert_eq!(told.last(), Some((status, why.to_owned())), "{host}");
    }
    let none = request("GET /").header("host", "localhost").header("host", "localhost");
    assert_eq!(none.send(gateway.address()).await.status, 400);
    assert_eq!(told.last(), Some((400, "the request has more than one `host` header".to_owned())));
}

#[tokio::test]
async fn an_issuer_elsewhere_is_discovered_and_its_tokens_verified() {
    let elsewhere = start(LocalIssuer::new()).await;
    let authorizer = JwtAuthorizer::issuer(elsewhere.issuer().unwrap(), ["local-client"]);
    let gateway = Gateway::builder(api(authorizer)).start().await.unwrap();
    let get = |token: String| request("GET /items").bearer(&token).send(gateway.address());
    let good = || elsewhere.token().scopes(["items/read"]);
    assert_eq!(get(good().mint()).await.status, 200);
    assert_eq!(get(good().forged().mint()).await.status, 401);
    assert_eq!(get(good().client("other").mint()).await.status, 401);
    assert_eq!(get(good().key_id(Some("other")).mint()).await.status, 401);

    // The keys are cached, so the issuer may end.
    let later = good().claim("jti", "another token").mint();
    elsewhere.shutdown().await;
    assert_eq!(get(later).await.status, 200);
}

#[tokio::test]
async fn a_kept_key_signs_for_a_gateway_of_another_process_too() {
    let folder = tempfile::tempdir().unwrap();
    let settings = || LocalIssuer::new().keep_key(folder.path().join("key"));
    let gateway = start(settings()).await;
    let tokens = settings().tokens(&gateway.url()).await.unwrap();
    let token = tokens.token().scopes(["items/read"]).mint();
    assert_eq!(request("GET /items").bearer(&token).send(gateway.address()).await.status, 200);
    let stranger =
        LocalIssuer::new().tokens(&gateway.url()).await.unwrap().token().scopes(["items/read"]).mint();
    assert_eq!(request("GET /items").bearer(&stranger).send(gateway.address()).await.status, 401);
}

#[tokio::test]
async fn an_issuer_that_is_not_there_lets_nobody_in() {
    let elsewhere = start(LocalIssuer::new()).await;
    let (issuer, token) =
        (elsewhere.issuer().unwrap().to_owned(), elsewhere.token().scopes(["items/read"]).mint());
    elsewhere.shutdown().await;
    let gateway =
        Gateway::builder(api(JwtAuthorizer::issuer(issuer, ["local-client"]))).start().await.unwrap();
    let response = request("GET /items").bearer(&token).send(gateway.address()).await;
    assert_eq!(response.status, 401);
    let challenge = response.header("www-authenticate").unwrap();
    assert!(
        challenge.ends_with("error_description=\"OIDC discovery endpoint communication error\""),
        "{challenge}"
    );
}

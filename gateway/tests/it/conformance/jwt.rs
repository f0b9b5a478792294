//! The JWT authorizer.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use routegen_gateway::{Gateway, JwtAuthorizer, TokenBuilder};
use routegen_spec::Auth;
use serde_json::{Value, json};

use super::{Event, Expected, Header, Row, api, cognito, hold, message, route, row, start};
use crate::client::{Request, request};

async fn gateway() -> Gateway {
    let query = JwtAuthorizer::local().identity_source("$request.querystring.token".parse().unwrap());
    let scoped = route("GET /scoped", cognito(), "echo").scopes(["items/read".parse().unwrap()]);
    let api = api()
        .authorizer("cognito", JwtAuthorizer::local())
        .authorizer("query", query)
        .route(scoped)
        .route(route("GET /any", cognito(), "echo"))
        .route(route("GET /query", Auth::Authorizer("query".to_owned()), "echo"));
    start(api).await
}

/// A token that may call `GET /scoped`.
fn good(gateway: &Gateway) -> TokenBuilder<'_> {
    gateway.token().scopes(["items/read", "items/write"])
}

fn get(token: &str) -> Request {
    request("GET /scoped").bearer(token)
}

fn unauthorized(challenge: impl Into<String>) -> Vec<Expected> {
    vec![message("Unauthorized"), Header("www-authenticate", challenge.into())]
}

fn invalid(description: &str) -> Vec<Expected> {
    unauthorized(format!("Bearer scope=\"\" error=\"invalid_token\" error_description=\"{description}\""))
}

#[tokio::test]
async fn where_the_token_is() {
    let gateway = gateway().await;
    let token = good(&gateway).mint();
    let with = |authorization: String| request("GET /scoped").header("authorization", authorization);
    let rows = vec![
        row("no token", "[3]", request("GET /scoped"), 401, unauthorized("Bearer")),
        row("an empty token", "[3]", with(String::new()), 401, unauthorized("Bearer")),
        row("after Bearer", "[A]", get(&token), 200, vec![]),
        row("the same token again", "[A]", get(&token), 200, vec![]),
        row("bare", "[A]", with(token.clone()), 200, vec![]),
        row("after bearer", "[?]", with(format!("bearer {token}")), 200, vec![]),
        row(
            "after another scheme",
            "[?]",
            with("Basic YTpi".to_owned()),
            401,
            invalid("the token is malformed"),
        ),
        row("no token at all", "[?]", get("x"), 401, invalid("the token is malformed")),
        row("twice", "[?]", get(&token).bearer(&token), 401, invalid("the request has more than one token")),
        row("a token of 10 kB", "[A]", get(&"a.b.c".repeat(2_048)), 431, vec![]),
        row("in the query", "[A]", request(&format!("GET /query?token={token}")), 200, vec![]),
        row("not in the query", "[A]", request("GET /query").bearer(&token), 401, unauthorized("Bearer")),
    ];
    hold(&gateway, rows).await;
}

#[tokio::test]
async fn what_the_token_says() {
    let gateway = gateway().await;
    let good = || good(&gateway);
    let claim = |name: &str, value: Value| get(&good().claim(name, value).mint());
    let scopes = |scopes: &[&str]| get(&gateway.token().scopes(scopes.iter().copied()).mint());
    let not_for_us = || invalid("the token does not have a valid audience");
    let later = json!(4_000_000_000_u64);
    let young = good().claim("nbf", later.clone()).claim("exp", 4_000_000_001_u64).mint();
    let insufficient = Header(
        "www-authenticate",
        "Bearer scope=\"items/read\" error=\"insufficient_scope\" \
         error_description=\"the token has none of the route's scopes\""
            .to_owned(),
    );
    let rows = vec![
        row(
            "its claims are in the event, as texts",
            "[A]",
            get(&good().mint()),
            200,
            vec![
                Event("/requestContext/authorizer/jwt/claims/scope", "items/read items/write".into()),
                Event("/requestContext/authorizer/jwt/claims/client_id", "local-client".into()),
                Event("/requestContext/authorizer/jwt/claims/iss", gateway.issuer().unwrap().into()),
                Event("/requestContext/authorizer/jwt/claims/version", "2".into()),
                Event("/requestContext/authorizer/jwt/scopes", json!(["items/read", "items/write"])),
            ],
        ),
        row(
            "the route asks for no scopes",
            "[A]",
            request("GET /any").bearer(&gateway.token().mint()),
            200,
            vec![Event("/requestContext/authorizer/jwt/scopes", Value::Null)],
        ),
        row(
            "none of the scopes",
            "[3], the header [?]",
            scopes(&["items/write"]),
            403,
            vec![message("Forbidden"), insufficient],
        ),
        row("a scope that begins alike", "[A]", scopes(&["items/readonly"]), 403, vec![]),
        row("no scopes", "[A]", scopes(&[]), 403, vec![]),
        row(
            "scopes in scp",
            "[A]",
            get(&gateway.token().claim("scp", json!(["items/read"])).mint()),
            200,
            vec![],
        ),
        row(
            "expired",
            "[A], the text [?]",
            get(&good().expired().mint()),
            401,
            invalid("the token has expired"),
        ),
        row(
            "no expiry",
            "[?]",
            claim("exp", Value::Null),
            401,
            invalid("the token does not say when it expires"),
        ),
        row("not yet valid", "[A], the text [?]", get(&young), 401, invalid("the token is not valid yet")),
        row(
            "issued in the future",
            "[A], the text [?]",
            claim("iat", later),
            401,
            invalid("the token is not valid yet"),
        ),
        row("another audience", "[A]", claim("aud", json!("other")), 401, not_for_us()),
        row("another client", "[A]", get(&good().client("other").mint()), 401, not_for_us()),
        row(
            "aud stands above client_id",
            "[A]",
            get(&good().client("other").claim("aud", json!(["local-client"])).mint()),
            200,
            vec![],
        ),
        row(
            "another issuer",
            "[A], the text [?]",
            claim("iss", json!("https://other")),
            401,
            invalid("the token does not have a valid issuer"),
        ),
    ];
    hold(&gateway, rows).await;
}

#[tokio::test]
async fn who_signed_the_token() {
    let gateway = gateway().await;
    let token = good(&gateway).mint();
    let [_, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let header = |header: Value| URL_SAFE_NO_PAD.encode(header.to_string());
    let jwks = request("GET /_routegen/issuer/.well-known/jwks.json").send(gateway.address()).await.json();
    let public = &jwks["keys"][0];
    let none = header(json!({ "alg": "none", "kid": public["kid"] }));
    let with_the_public_key = |key: &[u8]| {
        let signed = format!("{}.{claims}", header(json!({ "alg": "HS256", "kid": public["kid"] })));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
        get(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
    };
    let text = public["n"].as_str().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
    let elliptic = header(json!({ "alg": "ES256", "kid": public["kid"] }));
    let critical = header(json!({ "alg": "RS256", "kid": public["kid"], "crit": ["b64"], "b64": false }));
    let algorithm = || invalid("the token is not signed with RS256, RS384 or RS512");
    let other_claims =
        URL_SAFE_NO_PAD.encode(json!({ "iss": gateway.issuer(), "exp": 4_000_000_000_u64 }).to_string());
    let own_header = token.split('.').next().unwrap();
    let rows: Vec<Row> = vec![
        row(
            "a stranger",
            "[A]",
            get(&good(&gateway).forged().mint()),
            401,
            invalid("the signature is invalid"),
        ),
        row(
            "other claims under a good signature",
            "[A]",
            get(&format!("{own_header}.{other_claims}.{signature}")),
            401,
            invalid("the signature is invalid"),
        ),
        row("nobody, without a signature", "RFC 8725", get(&format!("{none}.{claims}.")), 401, algorithm()),
        row("nobody, with one", "RFC 8725", get(&format!("{none}.{claims}.{signature}")), 401, algorithm()),
        row("the public key as a secret", "RFC 8725", with_the_public_key(text.as_bytes()), 401, algorithm()),
        row("its bytes as a secret", "RFC 8725", with_the_public_key(&bytes), 401, algorithm()),
        row(
            "a key of another type",
            "[A]",
            get(&format!("{elliptic}.{claims}.{signature}")),
            401,
            algorithm(),
        ),
        row(
            "a critical header",
            "RFC 7515",
            get(&format!("{critical}.{claims}.{signature}")),
            401,
            invalid("the token has a critical header that is not understood"),
        ),
        row(
            "an unknown key",
            "[A], the text [?]",
            get(&good(&gateway).key_id(Some("other")).mint()),
            401,
            invalid("the issuer has no RSA key of the token's kid"),
        ),
        row(
            "a key without a name",
            "[A], the text [?]",
            get(&good(&gateway).key_id(None).mint()),
            401,
            invalid("the token does not name its key"),
        ),
    ];
    hold(&gateway, rows).await;
}

//! The JWT authorizer. All rows are for [`GUARDED`](super::setup::GUARDED).

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use routegen_gateway::{Gateway, TokenBuilder};
use serde_json::{Value, json};

use super::{Difference, Event, Place, Row, header, limits::NO_LIMIT, message, row};
use crate::client::{Request, request};

/// A token that may call `GET /scoped`.
fn good(gateway: &Gateway) -> TokenBuilder<'_> {
    gateway.token().scopes(["items/read", "items/write"])
}

fn get(token: &str) -> Request {
    request("GET /scoped").bearer(token)
}

/// A 401 with this `www-authenticate`.
fn unauthorized(case: &'static str, source: &'static str, request: Request, challenge: &str) -> Row {
    let expected = vec![message("Unauthorized"), header("www-authenticate", challenge)];
    row(case, source, request, 401, expected).known(NO_CHALLENGE)
}

/// A 401 for an invalid token, with this reason.
fn invalid(case: &'static str, source: &'static str, request: Request, why: &str) -> Row {
    let challenge = format!("Bearer scope=\"\" error=\"invalid_token\" error_description=\"{why}\"");
    unauthorized(case, source, request, &challenge)
}

/// The text is in the public records of webbpulse.com (WebbPulse/WebbPulse-Portfolio), from a probe with
/// `Bearer not-a-token`.
const SEGMENTS: &str = "token contains an invalid number of segments";

const NO_CHALLENGE: Difference =
    Difference { at: "www-authenticate", found: "nothing", why: "it does not say why" };

pub fn where_the_token_is(place: &Place<'_>) -> Vec<Row> {
    let token = good(place.issuer).mint();
    let with = |authorization: String| request("GET /scoped").header("authorization", authorization);
    vec![
        unauthorized("no token", "[3]", request("GET /scoped"), "Bearer"),
        unauthorized("an empty token", "[3]", with(String::new()), "Bearer"),
        row("after Bearer", "[A]", get(&token), 200, vec![]),
        row("the same token again", "[A]", get(&token), 200, vec![]),
        row("bare", "[A]", with(token.clone()), 200, vec![]),
        row("after bearer", "[?]", with(format!("bearer {token}")), 200, vec![]),
        invalid("after another scheme", "[?], the text [3]", with("Basic YTpi".to_owned()), SEGMENTS),
        invalid("no token at all", "[3]", get("x"), SEGMENTS),
        invalid("twice", "[?]", get(&token).bearer(&token), "the request has more than one token"),
        row("a token of 10 kB", "[A]", get(&"a.b.c".repeat(2_048)), 431, vec![])
            .ministack("status", "401", NO_LIMIT),
        row("in the query", "[A]", request(&format!("GET /query?token={token}")), 200, vec![]),
        unauthorized("not in the query", "[A]", request("GET /query").bearer(&token), "Bearer"),
    ]
}

pub fn what_the_token_says(place: &Place<'_>) -> Vec<Row> {
    let gateway = place.issuer;
    let good = || good(gateway);
    let claim = |name: &str, value: Value| get(&good().claim(name, value).mint());
    let scopes = |scopes: &[&str]| get(&gateway.token().scopes(scopes.iter().copied()).mint());
    let not_for_us = "the token does not have a valid audience";
    let later = json!(4_000_000_000_u64);
    let young = good().claim("nbf", later.clone()).claim("exp", 4_000_000_001_u64).mint();
    let insufficient = header(
        "www-authenticate",
        "Bearer scope=\"items/read\" error=\"insufficient_scope\" \
         error_description=\"the token has none of the route's scopes\"",
    );
    vec![
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
            "[3] (floci-io/floci #2011)",
            request("GET /any").bearer(&gateway.token().mint()),
            200,
            vec![Event("/requestContext/authorizer/jwt/scopes", Value::Null)],
        )
        .ministack(
            "/requestContext/authorizer/jwt/scopes",
            "[]",
            "it has an empty list where API Gateway has null",
        ),
        row(
            "none of the scopes",
            "[3], the header [?]",
            scopes(&["items/write"]),
            403,
            vec![message("Forbidden"), insufficient],
        )
        .known(NO_CHALLENGE),
        row("a scope that begins alike", "[A]", scopes(&["items/readonly"]), 403, vec![]),
        row("no scopes", "[A]", scopes(&[]), 403, vec![]),
        row(
            "scopes in scp",
            "[A]",
            get(&gateway.token().claim("scp", json!(["items/read"])).mint()),
            200,
            vec![],
        ),
        invalid("expired", "[A], the text [?]", get(&good().expired().mint()), "the token has expired"),
        invalid("no expiry", "[?]", claim("exp", Value::Null), "the token does not say when it expires")
            .ministack("status", "200", "it checks an expiry only if there is one"),
        invalid("not yet valid", "[A], the text [?]", get(&young), "the token is not valid yet"),
        invalid(
            "issued in the future",
            "[A], the text [?]",
            claim("iat", later),
            "the token is not valid yet",
        ),
        invalid("another audience", "[A]", claim("aud", json!("other")), not_for_us),
        invalid("another client", "[A]", get(&good().client("other").mint()), not_for_us),
        row(
            "aud takes precedence over client_id",
            "[A]",
            get(&good().client("other").claim("aud", json!(["local-client"])).mint()),
            200,
            vec![],
        ),
        invalid(
            "another issuer",
            "[A], the text [?]",
            claim("iss", json!("https://other")),
            "the token does not have a valid issuer",
        ),
    ]
}

pub fn who_signed_the_token(place: &Place<'_>) -> Vec<Row> {
    let (gateway, public) = (place.issuer, &place.key);
    let token = good(gateway).mint();
    let [_, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let headed = |header: Value| URL_SAFE_NO_PAD.encode(header.to_string());
    let none = headed(json!({ "alg": "none", "kid": public["kid"] }));
    let with_the_public_key = |key: &[u8]| {
        let signed = format!("{}.{claims}", headed(json!({ "alg": "HS256", "kid": public["kid"] })));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
        get(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
    };
    let text = public["n"].as_str().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
    let elliptic = headed(json!({ "alg": "ES256", "kid": public["kid"] }));
    let critical = headed(json!({ "alg": "RS256", "kid": public["kid"], "crit": ["b64"], "b64": false }));
    let algorithm = "the token is not signed with RS256, RS384 or RS512";
    let other_claims =
        URL_SAFE_NO_PAD.encode(json!({ "iss": gateway.issuer(), "exp": 4_000_000_000_u64 }).to_string());
    let own_header = token.split('.').next().unwrap();
    vec![
        invalid("a stranger", "[A]", get(&good(gateway).forged().mint()), "the signature is invalid"),
        invalid(
            "other claims under a good signature",
            "[A]",
            get(&format!("{own_header}.{other_claims}.{signature}")),
            "the signature is invalid",
        ),
        invalid("nobody, without a signature", "RFC 8725", get(&format!("{none}.{claims}.")), algorithm),
        invalid("nobody, with one", "RFC 8725", get(&format!("{none}.{claims}.{signature}")), algorithm),
        invalid("the public key as a secret", "RFC 8725", with_the_public_key(text.as_bytes()), algorithm),
        invalid("its bytes as a secret", "RFC 8725", with_the_public_key(&bytes), algorithm),
        invalid("a key of another type", "[A]", get(&format!("{elliptic}.{claims}.{signature}")), algorithm),
        invalid(
            "a critical header",
            "RFC 7515",
            get(&format!("{critical}.{claims}.{signature}")),
            "the token has a critical header that is not understood",
        ),
        invalid(
            "an unknown key",
            "[A], the text [?]",
            get(&good(gateway).key_id(Some("other")).mint()),
            "the issuer has no RSA key of the token's kid",
        ),
        invalid(
            "a key without a name",
            "[A], the text [?]",
            get(&good(gateway).key_id(None).mint()),
            "the token does not name its key",
        ),
    ]
}

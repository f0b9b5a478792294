//! Claims and scopes: which texts and lists are read as which types, and what is refused.

use std::collections::HashMap;

use axum::body::to_bytes;
use futures_util::FutureExt as _;
use lambda_http::{Body, Context, LambdaEvent};
use serde_json::{Value, json, value::to_raw_value};

use super::*;
use crate::problem::Cause;

/// The status and problem that the client sees, and what is logged.
#[derive(Debug)]
struct Refused {
    status: u16,
    problem: Value,
    log: Option<String>,
}

impl Refused {
    fn detail(&self) -> &str {
        self.problem["detail"].as_str().unwrap_or_default()
    }
}

/// Claims of an event of payload 2.0 with this authorizer.
fn claims<T: DeserializeOwned>(authorizer: &Value) -> Result<Claims<T>, Refused> {
    extract(&event(authorizer, &json!({})))
}

fn event(authorizer: &Value, headers: &Value) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "GET /me",
        "rawPath": "/me",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "authorizer": authorizer,
            "http": { "method": "GET", "path": "/me", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1" },
            "routeKey": "GET /me",
            "stage": "$default",
            "timeEpoch": 1_773_119_783_000_u64,
        },
        "isBase64Encoded": false,
    })
}

fn extract<T: DeserializeOwned>(event: &Value) -> Result<Claims<T>, Refused> {
    take(event)
}

fn take<E: FromRequestParts<(), Rejection = Response>>(event: &Value) -> Result<E, Refused> {
    let event = LambdaEvent::new(to_raw_value(event).unwrap(), Context::default());
    let mut parts = crate::event::request(event).unwrap().into_parts().0;
    E::from_request_parts(&mut parts, &()).now_or_never().unwrap().map_err(|response| {
        let (parts, body) = response.into_parts();
        let challenge = parts.headers.get(header::WWW_AUTHENTICATE);
        assert_eq!(challenge.is_some_and(|challenge| challenge == "Bearer"), parts.status == 401);
        let body = to_bytes(body, usize::MAX).now_or_never().unwrap().unwrap();
        Refused {
            status: parts.status.as_u16(),
            problem: serde_json::from_slice(&body).unwrap(),
            log: parts.extensions.get::<Cause>().map(ToString::to_string),
        }
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is called with `json!`")]
fn jwt(claims: Value) -> Value {
    json!({ "jwt": { "claims": claims, "scopes": null } })
}

/// A token with this payload.
fn token(payload: &Value) -> String {
    let encoded = |text: String| {
        let padded: String = serde_json::from_value(json!(Body::Binary(text.into_bytes()))).unwrap();
        padded.trim_end_matches('=').replace('+', "-").replace('/', "_")
    };
    let header = encoded(json!({ "alg": "RS256", "kid": "k" }).to_string());
    format!("{header}.{}.c2lnbmF0dXJl", encoded(payload.to_string()))
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Plan {
    Free,
    Paid,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Customer {
    sub: String,
    age: u8,
    email_verified: bool,
    plan: Plan,
    roles: Vec<String>,
    nickname: Option<String>,
    score: Option<f64>,
}

#[test]
fn the_texts_of_a_token_are_read_as_the_types_that_are_asked_for() {
    let claims: Claims<Customer> = claims(&jwt(json!({
        "sub": "c1", "age": "30", "email_verified": "true", "plan": "paid", "roles": "admin",
        "score": "0.5", "unknown": "[]",
    })))
    .unwrap();
    let expected = Customer {
        sub: "c1".to_owned(),
        age: 30,
        email_verified: true,
        plan: Plan::Paid,
        roles: vec!["admin".to_owned()],
        nickname: None,
        score: Some(0.5),
    };
    assert_eq!(*claims, expected);
    assert_eq!(claims.into_inner(), expected);
}

#[derive(Debug, Deserialize)]
struct Roles<T = Vec<String>> {
    roles: T,
}

/// The claim `roles`, read as a list from an event that has it as `text`, with these request headers.
fn roles<T: DeserializeOwned>(text: &str, headers: &Value) -> Result<T, Refused> {
    let claims = jwt(json!({ "sub": "c1", "roles": text, "iat": "7" }));
    extract::<Roles<T>>(&event(&claims, headers)).map(|claims| claims.into_inner().roles)
}

/// What a token that is printed as this text contains.
fn said(roles: &Value) -> String {
    token(&json!({ "sub": "c1", "roles": roles, "iat": 7 }))
}

fn with_token<T: DeserializeOwned>(text: &str, roles: &Value) -> Result<T, Refused> {
    self::roles(text, &json!({ "authorization": format!("Bearer {}", said(roles)) }))
}

#[test]
fn a_list_is_the_one_that_the_token_has() {
    for (text, list) in [
        ("[not admin]", json!(["not admin"])),
        ("[not admin]", json!(["not", "admin"])),
        ("[Site Admin Viewer]", json!(["Site Admin", "Viewer"])),
        ("[admin]", json!(["admin"])),
        ("[]", json!([])),
        ("[]", json!([""])),
        ("[ admin]", json!(["", "admin"])),
        ("[ ]", json!([" "])),
        ("[ ]", json!(["", ""])),
        ("[[admin] admin]]", json!(["[admin]", "admin]"])),
        ("[a] [b]", json!("[a] [b]")),
        ("[\u{c4}rzte f\u{fc}r \u{1f600}\u{a0}x]", json!(["\u{c4}rzte f\u{fc}r", "\u{1f600}\u{a0}x"])),
    ] {
        let expected = if list.is_array() { list.clone() } else { json!([list]) };
        assert_eq!(json!(with_token::<Vec<String>>(text, &list).unwrap()), expected, "{text}");
    }
}

#[test]
fn the_values_of_a_list_are_read_as_the_types_that_are_asked_for() {
    assert_eq!(with_token::<(u8, u8)>("[1 2]", &json!([1, 2])).unwrap(), (1, 2));
    assert_eq!(with_token::<Vec<u8>>("[1 2]", &json!(["1", 2])).unwrap(), [1, 2]);
    assert_eq!(with_token::<Vec<String>>("[1 true]", &json!([1, true])).unwrap(), ["1", "true"]);
    assert_eq!(with_token::<Vec<bool>>("[true false]", &json!([true, "false"])).unwrap(), [true, false]);
    assert_eq!(
        with_token::<Option<Vec<Plan>>>("[free paid]", &json!(["free", "paid"])).unwrap().unwrap().len(),
        2
    );
    let nested = json!([["a b"], ["c"]]);
    assert_eq!(with_token::<Vec<Vec<String>>>("[[a b] [c]]", &nested).unwrap(), [vec!["a b"], vec!["c"]]);
    let nulls = json!(["a", null]);
    assert_eq!(with_token::<Vec<Option<String>>>("[a <nil>]", &nulls).unwrap(), [Some("a".to_owned()), None]);
    // Nor are the values of another number or type.
    for refused in [
        with_token::<(u8, u8)>("[1 2 3]", &json!([1, 2, 3])).unwrap_err(),
        with_token::<(u8, u8)>("[1]", &json!([1])).unwrap_err(),
    ] {
        assert!(refused.detail().starts_with("the claim `roles` is not a valid value"), "{refused:?}");
    }
    let refused = with_token::<Vec<String>>("[[a b] [c]]", &nested).unwrap_err();
    assert!(refused.detail().starts_with("the claim `roles` is not a valid value"), "{refused:?}");
    let refused = with_token::<Vec<u8>>("[1 x]", &json!([1, "x"])).unwrap_err();
    assert_eq!(refused.detail(), "the claim `roles` is not a valid u8");
    let refused = with_token::<Vec<Vec<String>>>("[a b]", &json!(["a b"])).unwrap_err();
    assert_eq!(refused.detail(), "the claim `roles` is not a valid value: expected a sequence");
}

#[test]
fn a_text_is_one_value_whatever_is_in_it() {
    for text in [
        "former admin",
        "not admin",
        "admin",
        "[admin",
        "admin]",
        "]admin[",
        "a,b",
        "[",
        "]",
        " [admin]",
        "[admin] ",
        "[a] and b",
        "\u{ff3b}admin\u{ff3d}",
        "a\u{a0}b\tc\nd",
        "{\"a\":[\"admin\"]}",
    ] {
        assert_eq!(roles::<Vec<String>>(text, &json!({})).unwrap(), [text], "{text}");
        assert_eq!(roles::<(String,)>(text, &json!({})).unwrap(), (text.to_owned(),), "{text}");
    }
    assert_eq!(roles::<Vec<String>>("", &json!({})).unwrap(), Vec::<String>::new());
    // Whether it may be a list or not, as a string it stays what it is.
    for text in ["[not admin]", "[admin]", "[]", "former admin"] {
        assert_eq!(roles::<String>(text, &json!({})).unwrap(), text);
        assert_eq!(roles::<Value>(text, &json!({})).unwrap(), text);
        assert_eq!(roles::<Option<String>>(text, &json!({})).unwrap().unwrap(), text);
    }
    // A caller who can choose the string has not turned it into a list.
    assert_eq!(with_token::<Vec<String>>("[admin]", &json!("[admin]")).unwrap(), ["[admin]"]);
    assert_eq!(with_token::<Vec<String>>("[a b]", &json!("[a b]")).unwrap(), ["[a b]"]);
}

#[test]
fn what_may_be_a_list_is_refused_where_the_token_is_not_there() {
    for text in ["[not admin]", "[admin]", "[a b]", "[]", "[[a b]]", "[\u{e4}]"] {
        for headers in [
            json!({}),
            json!({ "authorization": "Bearer abc" }),
            json!({ "authorization": "Basic YTpi", "cookie": "a=b" }),
            // A token with other claims.
            json!({ "authorization": token(&json!({ "sub": "c2", "roles": ["admin"], "iat": 7 })) }),
            json!({ "authorization": token(&json!({ "sub": "c1", "iat": 7 })) }),
        ] {
            let refused = roles::<Vec<String>>(text, &headers).unwrap_err();
            let detail = "the claim `roles` cannot be read as a list: its values are known from the token alone, and \
                          the request does not carry exactly that one";
            assert_eq!((refused.status, refused.detail()), (401, detail));
            assert_eq!(refused.log.as_deref(), Some(&*format!("{detail}: it is {text:?}")));
        }
    }
}

#[test]
fn another_token_that_prints_the_same_is_not_believed() {
    let own = format!("Bearer {}", said(&json!(["not admin"])));
    let forged = said(&json!(["not", "admin"]));
    for headers in [
        json!({ "authorization": own, "x-a": forged }),
        json!({ "authorization": own, "a": format!("Bearer {forged}") }),
        json!({ "authorization": forged, "x-token": own }),
        json!({ "authorization": format!("{own},{forged}") }),
        json!({ "authorization": own, "x-a": said(&json!("[not admin]")) }),
        // Text printed in an unknown way might be anything.
        json!({ "authorization": own, "x-a": said(&json!([["not"], "admin"])) }),
        json!({ "authorization": own, "x-a": said(&json!({ "roles": "admin" })) }),
    ] {
        assert_eq!(roles::<Vec<String>>("[not admin]", &headers).unwrap_err().status, 401, "{headers}");
    }
    let mut event = event(
        &jwt(json!({ "sub": "c1", "roles": "[not admin]", "iat": "7" })),
        &json!({ "authorization": own }),
    );
    event["rawQueryString"] = format!("a=b&token={forged}").into();
    assert_eq!(extract::<Roles>(&event).unwrap_err().status, 401);
    event["rawQueryString"] = "".into();
    event["cookies"] = json!([format!("session={forged}")]);
    assert_eq!(extract::<Roles>(&event).unwrap_err().status, 401);
    // Others that print differently, and the same one again, change nothing.
    let others = json!({
        "authorization": own, "x-again": own, "x-id-token": token(&json!({ "sub": "c1", "roles": ["admin"], "iat": 8 })),
        "x-other": token(&json!({ "sub": "c2", "roles": ["not", "admin"], "iat": 7 })),
    });
    assert_eq!(roles::<Vec<String>>("[not admin]", &others).unwrap(), ["not admin"]);
}

#[test]
fn a_token_in_the_query_is_the_token_too() {
    let mut event = event(&jwt(json!({ "sub": "c1", "roles": "[a b c]", "iat": "7" })), &json!({}));
    event["rawQueryString"] = format!("x=%20&token={}", said(&json!(["a b", "c"]))).into();
    assert_eq!(extract::<Roles>(&event).unwrap().roles, ["a b", "c"]);
}

#[test]
fn the_tokens_of_cognito_for_users_and_machines_are_the_default() {
    let claims_of = |payload: &Value, printed: Value| {
        extract::<StandardClaims>(&event(&jwt(printed), &json!({ "authorization": token(payload) }))).unwrap()
    };
    let user: Claims = claims_of(
        &json!({
            "sub": "u1", "cognito:groups": ["admins", "former staff"], "iss": "https://example.com/pool",
            "client_id": "app", "token_use": "access", "scope": "openid", "auth_time": 1_700_000_000,
            "exp": 1_700_003_600, "iat": 1_700_000_000, "jti": "j1", "username": "ann",
        }),
        json!({
            "sub": "u1", "cognito:groups": "[admins former staff]", "iss": "https://example.com/pool",
            "client_id": "app", "token_use": "access", "scope": "openid", "auth_time": "1700000000",
            "exp": "1700003600", "iat": "1700000000", "jti": "j1", "username": "ann",
        }),
    );
    assert_eq!((user.username.as_deref(), user.exp), (Some("ann"), Some(1_700_003_600)));
    assert!(user.is_in_group("former staff") && user.is_in_group("admins"));
    assert!(!user.is_in_group("staff") && !user.is_in_group("former") && !user.is_in_group("admin"));
    let identity: Claims =
        claims(&jwt(json!({ "sub": "u1", "aud": "an app", "cognito:username": "ann", "token_use": "id" })))
            .unwrap();
    assert_eq!(
        (identity.aud.as_slice(), identity.username.as_deref()),
        (&["an app".to_owned()][..], Some("ann"))
    );
    let several = claims_of(
        &json!({ "sub": "u1", "aud": ["an app", "b"] }),
        json!({ "sub": "u1", "aud": "[an app b]" }),
    );
    assert_eq!(several.aud, ["an app", "b"]);
    let machine: Claims = claims(&jwt(json!({ "sub": "m1", "client_id": "m1" }))).unwrap();
    assert_eq!((machine.client_id.as_deref(), machine.groups.len()), (Some("m1"), 0));
    // One group in a string is one group.
    let one: Claims = claims(&jwt(json!({ "sub": "u1", "cognito:groups": "not admins" }))).unwrap();
    assert!(one.is_in_group("not admins") && !one.is_in_group("admins"));
    let unknown = claims::<StandardClaims>(&jwt(json!({ "sub": "u1", "cognito:groups": "[not admins]" })));
    assert_eq!(unknown.unwrap_err().status, 401);
}

/// The scopes of an event with this authorizer, extracted separately; they are the same among the
/// standard claims.
fn scopes_of(event: &Value) -> Result<Vec<String>, Refused> {
    let Scopes(scopes) = take::<Scopes>(event)?;
    let with_sub = |claims: &Claims<HashMap<String, Value>>| claims.contains_key("sub");
    if extract(event).is_ok_and(|claims| with_sub(&claims)) {
        assert_eq!(extract::<StandardClaims>(event).unwrap().scopes(), scopes);
    }
    Ok(scopes)
}

#[test]
fn scopes_are_those_of_the_token_whatever_their_shape() {
    let scopes = |claims: Value, beside: Value| {
        let event = event(&json!({ "jwt": { "claims": claims, "scopes": beside } }), &json!({}));
        scopes_of(&event).unwrap().join(",")
    };
    assert_eq!(scopes(json!({ "sub": "s", "scope": "a/r a/w" }), json!(null)), "a/r,a/w");
    assert_eq!(scopes(json!({ "sub": "s", "scp": "a/r a/w" }), json!(null)), "a/r,a/w");
    assert_eq!(scopes(json!({ "sub": "s" }), json!(["a/r", "a/w"])), "a/r,a/w");
    assert_eq!(scopes(json!({ "sub": "s" }), json!(null)), "");
    assert_eq!(scopes(json!({ "sub": "s", "scope": "" }), json!(null)), "");
    // The scopes that the route requires are not those of the token.
    assert_eq!(scopes(json!({ "sub": "s", "scope": "a/r" }), json!(["a/r", "a/w"])), "a/r");
    // `scp` comes first, as in the gateway.
    assert_eq!(scopes(json!({ "sub": "s", "scope": "a/r", "scp": "a/w" }), json!(null)), "a/w");
    // With their types, as AWS sent them for a while.
    assert_eq!(scopes(json!({ "sub": "s", "scp": ["a/r", "a b"], "scope": "x" }), json!(null)), "a/r,a b");
    assert_eq!(scopes(json!({ "sub": "s", "scp": null, "scope": "a/r" }), json!(null)), "a/r");
    let event = event(&jwt(json!({ "scope": "a/r" })), &json!({}));
    let scopes = take::<Scopes>(&event).unwrap();
    assert!(scopes.has("a/r") && !scopes.has("a/"));
}

#[test]
fn scopes_that_nobody_can_tell_apart_are_none_and_an_error() {
    for printed in ["[a/r a/w]", "[]"] {
        let claims = json!({ "sub": "s", "scp": printed, "scope": "a/r" });
        let event = event(&json!({ "jwt": { "claims": claims, "scopes": ["a/r"] } }), &json!({}));
        let refused = [take::<Scopes>(&event).unwrap_err(), extract::<StandardClaims>(&event).unwrap_err()];
        for refused in refused {
            assert_eq!(refused.status, 401);
            assert!(refused.detail().starts_with("the claim `scp` cannot be read as a list"), "{refused:?}");
        }
        // A handler that reads no list is not affected.
        assert_eq!(extract::<HashMap<String, String>>(&event).unwrap()["scp"], printed);
    }
}

#[test]
fn scopes_in_a_list_are_those_of_the_list() {
    #[derive(Deserialize)]
    struct Both {
        scp: Vec<String>,
        scope: Vec<String>,
    }
    let payload = json!({ "sub": "s", "scp": ["not admin", "a/r"], "scope": "a/w a/x" });
    let printed = jwt(json!({ "sub": "s", "scp": "[not admin a/r]", "scope": "a/w a/x" }));
    let event = event(&printed, &json!({ "authorization": token(&payload) }));
    let Claims(claims) = extract::<Both>(&event).unwrap();
    assert_eq!((&*claims.scp.join(","), &*claims.scope.join(",")), ("not admin,a/r", "a/w,a/x"));
    assert_eq!(scopes_of(&event).unwrap(), ["not admin", "a/r"]);
    let claims: Claims = extract(&event).unwrap();
    assert!(claims.has_scope("a/r") && !claims.has_scope("admin") && !claims.has_scope("a/w"));
}

#[test]
fn the_context_of_a_lambda_authorizer_keeps_its_types() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Context {
        tenant: String,
        level: u8,
        digits: u8,
        flags: Vec<bool>,
        roles: Vec<String>,
        former: Vec<String>,
        bracketed: Vec<String>,
        nothing: Option<String>,
    }
    let context: Claims<Context> = claims(&json!({ "lambda": {
        "tenant": "t", "level": 3, "digits": "4", "flags": [true], "nothing": null,
        "roles": ["not admin"], "former": "former admin", "bracketed": "[a admin]",
    } }))
    .unwrap();
    let expected = Context {
        tenant: "t".to_owned(),
        level: 3,
        digits: 4,
        flags: vec![true],
        roles: vec!["not admin".to_owned()],
        former: vec!["former admin".to_owned()],
        bracketed: vec!["[a admin]".to_owned()],
        nothing: None,
    };
    assert_eq!(*context, expected);
    let scopes = |context: Value| take::<Scopes>(&event(&json!({ "lambda": context }), &json!({}))).unwrap();
    assert_eq!(&*scopes(json!({ "scope": ["a/r", "a/w"] })), ["a/r", "a/w"]);
    // A null counts as absent.
    assert_eq!(&*scopes(json!({ "scp": null, "scope": "a/r a/w" })), ["a/r", "a/w"]);
}

#[test]
fn claims_that_are_missing_or_malformed_are_401() {
    let refused = |authorizer: Value| {
        let refused = claims::<Customer>(&authorizer).unwrap_err();
        assert_eq!(refused.status, 401);
        refused.detail().to_owned()
    };
    assert_eq!(refused(json!(null)), "the request has no claims");
    assert_eq!(refused(json!({ "iam": { "userId": "u" } })), "the request has no claims");
    assert_eq!(refused(jwt(json!({}))), "there is no claim `sub`");
    assert_eq!(refused(jwt(json!({ "sub": "c", "age": "old" }))), "the claim `age` is not a valid u8");
    // A type that is not a struct: the author's mistake, which the client does not see.
    assert_eq!(claims::<u8>(&jwt(json!({ "sub": "c" }))).unwrap_err().problem.get("detail"), None);
}

/// A type that parses its text itself, and shows it in its errors.
#[derive(Debug)]
struct Even;

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(serde::de::Error::custom(format_args!("{text} is not even")))
    }
}

#[test]
fn a_client_learns_the_name_and_the_type_and_the_log_learns_the_value() {
    fn refused<T: DeserializeOwned>() -> Refused {
        roles::<T>("hunter2", &json!({})).err().unwrap()
    }
    for (refused, detail) in [
        (refused::<u8>(), "the claim `roles` is not a valid u8"),
        (refused::<bool>(), "the claim `roles` is not a valid bool"),
        (refused::<Plan>(), "the claim `roles` is not one of free, paid"),
        (refused::<HashMap<String, u8>>(), "the claim `roles` is not a valid value: expected a map"),
        (refused::<()>(), "the claim `roles` is not a valid value: expected unit"),
        (refused::<Even>(), "the claim `roles` is not a valid value"),
        (refused::<std::net::IpAddr>(), "the claim `roles` is not a valid value"),
        (refused::<Vec<u8>>(), "the claim `roles` is not a valid u8"),
        (refused::<Vec<Even>>(), "the claim `roles` is not a valid value"),
    ] {
        assert_eq!((refused.status, refused.detail()), (401, detail));
        assert!(!refused.problem.to_string().contains("hunter2"), "{refused:?}");
        let log = refused.log.unwrap();
        assert!(log.starts_with("the claim `roles` is not"), "{log}");
        assert!(log.contains("hunter2") || detail.ends_with("value"), "{log}");
    }
}

#[test]
fn a_context_that_is_not_of_the_type_is_the_authors_mistake() {
    let refused = |context: Value| claims::<Customer>(&json!({ "lambda": context })).unwrap_err();
    for (context, log) in [
        (
            json!({ "sub": 7_777 }),
            "the claim `sub` is not a valid value: invalid type: integer `7777`, expected a string",
        ),
        (json!({ "sub": "c", "age": "secret" }), "the claim `age` is not a valid u8: it is \"secret\""),
        (
            json!({ "sub": "c", "age": 7_777 }),
            "the claim `age` is not a valid value: invalid value: integer `7777`, expected u8",
        ),
        (
            json!({ "sub": "c", "plan": "secret" }),
            "the claim `plan` is not one of free, paid: it is \"secret\"",
        ),
        (
            json!({ "sub": "c", "roles": { "a": 7_777 } }),
            "the claim `roles` is not a valid value: invalid type: map, expected a sequence",
        ),
        (json!({}), "there is no `sub`"),
        (json!(null), "there is no `sub`"),
    ] {
        let refused = refused(context.clone());
        assert_eq!(refused.problem, json!({ "title": "Internal Server Error", "status": 500 }), "{context}");
        let expected = format!("the context of the authorizer is not of the handler's type: {log}");
        assert_eq!(refused.log, Some(expected), "{context}");
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Flattened {
    tenant: String,
    #[serde(flatten)]
    standard: StandardClaims,
}

#[test]
fn a_flattened_struct_has_its_types() {
    let cognito = json!({
        "tenant": "7", "sub": "1700000000", "cognito:groups": "admins", "client_id": "42", "scope": "a/r a/w",
        "exp": "1700003600", "iat": "1700000000", "auth_time": "1700000000", "username": "true", "jti": "-1",
        "token_use": "access", "iss": "https://example.com/pool", "origin_jti": "o", "event_id": "e", "version": "2",
    });
    let Claims(me) = claims::<Flattened>(&jwt(cognito.clone())).unwrap();
    assert_eq!((&*me.tenant, &*me.standard.sub), ("7", "1700000000"));
    assert_eq!((me.standard.exp, me.standard.iat), (Some(1_700_003_600), Some(1_700_000_000)));
    assert_eq!((me.standard.client_id.as_deref(), me.standard.jti.as_deref()), (Some("42"), Some("-1")));
    assert!(me.standard.is_in_group("admins") && me.standard.has_scope("a/w"));
    // Lists that only the token shows.
    let payload = json!({
        "tenant": "7", "sub": "s", "cognito:groups": ["a b", "c"], "aud": ["x", "y"], "exp": 5, "scp": ["a/r"],
    });
    let printed = json!({
        "tenant": "7", "sub": "s", "cognito:groups": "[a b c]", "aud": "[x y]", "exp": "5", "scp": "[a/r]",
    });
    let bearer = json!({ "authorization": token(&payload) });
    let Claims(me) = extract::<Flattened>(&event(&jwt(printed.clone()), &bearer)).unwrap();
    assert_eq!((&*me.standard.groups.join("|"), me.standard.aud.len()), ("a b|c", 2));
    assert_eq!(me.standard.scopes(), ["a/r"]);
    let refused = extract::<Flattened>(&event(&jwt(printed), &json!({}))).unwrap_err();
    assert_eq!(refused.status, 401, "{refused:?}");
    // Errors name the claim.
    let mut wrong = cognito;
    wrong["exp"] = "soon".into();
    let refused = claims::<Flattened>(&jwt(wrong)).unwrap_err();
    assert_eq!(refused.detail(), "the claim `exp` is not a valid value: expected u64");
    assert_eq!((refused.status, refused.log.unwrap().contains("soon")), (401, true));
    assert_eq!(
        claims::<Flattened>(&jwt(json!({ "tenant": "7" }))).unwrap_err().detail(),
        "there is no claim `sub`"
    );
}

#[test]
fn shapes_that_take_anything_are_read_as_what_they_take() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Level {
        Number(u8),
        Switch(bool),
        Several(Vec<u8>),
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Caller {
        User { level: u8, sub: String },
        Machine { client_id: String },
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Wrapped(Inner);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        level: Level,
        #[serde(default)]
        other: Option<u8>,
    }
    let level = |text: &str| claims::<Wrapped>(&jwt(json!({ "level": text }))).unwrap().into_inner().0.level;
    assert_eq!(level("7"), Level::Number(7));
    assert_eq!(level("true"), Level::Switch(true));
    assert_eq!(level(""), Level::Several(vec![]));
    assert_eq!(claims::<Wrapped>(&jwt(json!({ "level": "x" }))).unwrap_err().status, 401);
    let user = json!({ "kind": "user", "level": "3", "sub": "3" });
    assert_eq!(
        claims::<Caller>(&jwt(user)).unwrap().into_inner(),
        Caller::User { level: 3, sub: "3".to_owned() }
    );
    let machine = json!({ "kind": "machine", "client_id": "3" });
    assert_eq!(
        claims::<Option<Caller>>(&jwt(machine)).unwrap().into_inner(),
        Some(Caller::Machine { client_id: "3".into() })
    );
    assert_eq!(claims::<Caller>(&jwt(json!({ "kind": "other" }))).unwrap_err().status, 401);
}

#[test]
fn a_nested_claim_is_read_from_its_json() {
    #[derive(Debug, Deserialize)]
    struct Beside {
        tenant: String,
        #[serde(flatten)]
        keycloak: Keycloak,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Realm {
        roles: Vec<String>,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Keycloak {
        realm_access: Realm,
        #[serde(default)]
        resource_access: HashMap<String, Realm>,
    }
    let roles = |headers: &Value, text: &str| {
        let claims = jwt(json!({ "sub": "c1", "realm_access": text }));
        extract::<Keycloak>(&event(&claims, headers)).map(|claims| claims.into_inner().realm_access.roles)
    };
    let printed = r#"{"roles":["Site Admin","Viewer"]}"#;
    assert_eq!(roles(&json!({}), printed).unwrap(), ["Site Admin", "Viewer"]);
    let of = |realm: Value| json!({ "authorization": token(&json!({ "sub": "c1", "realm_access": realm })) });
    let object = json!({ "roles": ["Site Admin", "Viewer"] });
    assert_eq!(roles(&of(object.clone()), printed).unwrap(), ["Site Admin", "Viewer"]);
    // However it is printed, it is read from the token.
    assert_eq!(roles(&of(object), "map[roles:[Site Admin Viewer]]").unwrap(), ["Site Admin", "Viewer"]);
    // A string that only looks like an object is not one.
    assert_eq!(roles(&of(printed.into()), printed).unwrap_err().status, 401);
    for text in ["map[roles:[Site Admin Viewer]]", "", "{", "[]", r#"{"roles":"admin"}"#, r#"["roles"]"#] {
        let refused = roles(&json!({}), text).unwrap_err();
        assert_eq!(refused.status, 401);
        assert!(refused.detail().starts_with("the claim `realm_access` is not a valid value"), "{refused:?}");
    }
    let both = json!({ "realm_access": printed, "resource_access": r#"{"app":{"roles":[]}}"# });
    assert_eq!(claims::<Keycloak>(&jwt(both)).unwrap().resource_access["app"].roles.len(), 0);
    let Claims(beside) = claims::<Beside>(&jwt(json!({ "tenant": "t", "realm_access": printed }))).unwrap();
    assert_eq!((&*beside.tenant, beside.keycloak.realm_access.roles.len()), ("t", 2));
}

#[test]
fn claims_that_are_no_texts_are_read_all_the_same() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Typed {
        sub: String,
        exp: u64,
        level: String,
        email_verified: bool,
        roles: Vec<String>,
        realm: HashMap<String, Vec<u8>>,
        #[serde(default)]
        groups: Vec<String>,
        nothing: Option<String>,
    }
    let Claims(typed) = claims::<Typed>(&jwt(json!({
        "sub": "s", "exp": 5, "level": 7, "email_verified": true, "roles": ["Site Admin", 3], "realm": { "a": [1] },
        "groups": null, "nothing": null,
    })))
    .unwrap();
    assert_eq!((typed.exp, &*typed.level, typed.email_verified), (5, "7", true));
    assert_eq!(typed.roles, ["Site Admin", "3"]);
    assert_eq!((typed.realm["a"].len(), typed.groups.len(), typed.nothing), (1, 0, None));
    let flattened = |iat: Value| {
        let claims = json!({ "tenant": "t", "sub": "s", "exp": 5, "cognito:groups": ["a b"], "iat": iat });
        self::claims::<Flattened>(&jwt(claims)).map(Claims::into_inner)
    };
    let me = flattened(7.into()).unwrap();
    assert_eq!((me.standard.exp, me.standard.iat, &*me.standard.groups[0]), (Some(5), Some(7), "a b"));
    let refused = flattened(json!(1.5)).unwrap_err();
    assert_eq!(refused.detail(), "the claim `iat` is not a valid value: expected u64");
    assert_eq!(claims::<Typed>(&jwt(json!({ "sub": "s", "exp": -5 }))).unwrap_err().status, 401);
}

#[test]
fn a_type_that_no_claims_have_is_never_the_callers_mistake() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[expect(dead_code, reason = "only its name is asked for")]
        sub: String,
    }
    for refused in [
        claims::<u8>(&jwt(json!({ "sub": "c" }))).unwrap_err(),
        claims::<Vec<String>>(&jwt(json!({ "sub": "c" }))).unwrap_err(),
        claims::<Strict>(&jwt(json!({ "sub": "c", "iat": "1" }))).unwrap_err(),
    ] {
        assert_eq!((refused.status, refused.detail()), (500, ""));
        assert!(refused.log.unwrap().starts_with("the claims cannot be of the handler's type"));
    }
}

#[test]
fn optional_claims_are_none_where_no_authorizer_has_said_any() {
    let taken = |authorizer: Value| take::<Option<Claims>>(&event(&authorizer, &json!({})));
    assert_eq!(taken(Value::Null).unwrap(), None);
    assert_eq!(taken(json!({ "iam": { "userId": "u" } })).unwrap(), None);
    assert_eq!(taken(jwt(json!({ "sub": "s" }))).unwrap().unwrap().sub, "s");
    assert_eq!(taken(jwt(json!({ "iat": "1" }))).unwrap_err().status, 401);
    assert_eq!(taken(json!({ "lambda": { "sub": 7 } })).unwrap_err().status, 500);
}

#[cfg(feature = "rest")]
type Any = HashMap<String, String>;

#[cfg(feature = "rest")]
fn rest_event(authorizer: &Value, headers: &Value) -> Value {
    json!({
        "version": "1.0", "resource": "/me", "path": "/me", "httpMethod": "GET", "headers": headers,
        "requestContext": {
            "authorizer": authorizer, "httpMethod": "GET", "path": "/me", "stage": "$default",
            "identity": {}, "requestTimeEpoch": 1, "resourcePath": "/me",
        },
        "isBase64Encoded": false,
    })
}

#[cfg(feature = "rest")]
#[test]
fn events_of_payload_1_have_the_same_claims() {
    let event = |authorizer: Value| rest_event(&authorizer, &json!({}));
    for scopes in [json!(null), json!("a/r a/w"), json!(["a/r", "a/w"])] {
        let token = json!({ "sub": "u1", "scope": "a/r a/w" });
        let both = event(json!({ "claims": token, "scopes": scopes }));
        assert_eq!(extract::<Any>(&both).unwrap()["sub"], "u1");
        assert_eq!(scopes_of(&both).unwrap().len(), 2);
        let beside = event(json!({ "claims": {}, "scopes": scopes }));
        assert_eq!(scopes_of(&beside).unwrap().len(), if scopes.is_null() { 0 } else { 2 });
    }
    let context: Claims<Any> = extract(&event(json!({ "principalId": "p", "tenant": "t" }))).unwrap();
    assert_eq!(context["tenant"], "t");
    assert_eq!(extract::<Any>(&event(json!({}))).unwrap_err().status, 401);
    assert_eq!(extract::<Any>(&event(json!({ "claims": null, "scopes": null }))).unwrap_err().status, 401);
}

/// An HTTP API prints lists in these events too. A REST API reportedly prints them as `a,b`, which is a
/// string like any other.
#[cfg(feature = "rest")]
#[test]
fn lists_of_payload_1_are_those_of_the_token_and_texts_stay_whole() {
    let groups = |groups: &str, headers: Value| {
        let claims = json!({ "claims": { "sub": "u1", "cognito:groups": groups } });
        extract::<StandardClaims>(&rest_event(&claims, &headers)).map(|claims| claims.groups.clone())
    };
    let own = token(&json!({ "sub": "u1", "cognito:groups": ["not admins", "staff"] }));
    let headers = json!({ "Authorization": own });
    assert_eq!(groups("[not admins staff]", headers.clone()).unwrap(), ["not admins", "staff"]);
    assert_eq!(groups("[not admins staff]", json!({})).unwrap_err().status, 401);
    assert_eq!(groups("not admins,staff", headers).unwrap(), ["not admins,staff"]);
    // The context of a REST API's Lambda authorizer is chosen by its author.
    let context = rest_event(&json!({ "principalId": "p", "level": "secret" }), &json!({}));
    let refused = extract::<HashMap<String, u8>>(&context).unwrap_err();
    assert_eq!((refused.status, refused.detail()), (500, ""));
}

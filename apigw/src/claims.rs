//! The claims that a token needs to pass a JWT authorizer, and the form in which an event shows them
//! ([its rules]).
//!
//! In: the claims of a token whose signature is valid. Out: when they expire, the texts that functions see,
//! and the scopes. Error texts are API Gateway's where its documentation or captures show them.
//!
//! [its rules]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

use routegen_spec::token_scopes;
use serde_json::{Map, Value};

/// Why claims do not pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BadClaims {
    /// A time is not a number.
    #[error("the token is malformed")]
    Malformed,
    /// They are from another issuer.
    #[error("the token does not have a valid issuer")]
    Issuer,
    /// They are for another audience.
    #[error("the token does not have a valid audience")]
    Audience,
    /// They have expired.
    #[error("the token has expired")]
    Expired,
    /// They are not valid yet.
    #[error("the token is not valid yet")]
    NotYet,
    /// They have no expiry.
    #[error("the token does not say when it expires")]
    NoExpiry,
}

/// Checks claims at the current time. Returns the second at which they expire.
pub fn check(
    claims: &Map<String, Value>,
    issuer: &str,
    audience: &[String],
    now: u64,
) -> Result<u64, BadClaims> {
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        return Err(BadClaims::Issuer);
    }
    if !is_for(claims, audience) {
        return Err(BadClaims::Audience);
    }
    let until = seconds(claims, "exp")?.ok_or(BadClaims::NoExpiry)?;
    if until <= now {
        return Err(BadClaims::Expired);
    }
    for claim in ["nbf", "iat"] {
        if seconds(claims, claim)?.is_some_and(|from| from > now) {
            return Err(BadClaims::NotYet);
        }
    }
    Ok(until)
}

/// Whether the claims are for one of these audiences. `client_id` counts only if there is no `aud`.
fn is_for(claims: &Map<String, Value>, audience: &[String]) -> bool {
    let known = |value: &Value| value.as_str().is_some_and(|text| audience.iter().any(|own| own == text));
    match claims.get("aud") {
        Some(Value::Array(several)) => several.iter().any(known),
        Some(one) => known(one),
        None => claims.get("client_id").is_some_and(known),
    }
}

/// A time, which may have a fraction (RFC 7519). A value that is not a time does not pass.
fn seconds(claims: &Map<String, Value>, name: &str) -> Result<Option<u64>, BadClaims> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    if let Some(seconds) = value.as_u64() {
        return Ok(Some(seconds));
    }
    let seconds = value.as_f64().filter(|seconds| *seconds >= 0.0).ok_or(BadClaims::Malformed)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    Ok(Some(seconds as u64))
}

/// The scopes of a token, from the claim that [`token_scopes`] selects, which is a text or a list.
pub fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    match token_scopes::claim(|name| claims.get(name).filter(|claim| !claim.is_null())) {
        Some((_, Value::String(text))) => token_scopes::words(text).map(str::to_owned).collect(),
        Some((_, Value::Array(list))) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Whether a token with these scopes has one of `wanted`. If `wanted` is empty, every token passes.
pub fn has_one_of<S: AsRef<str>>(scopes: &[String], wanted: &[S]) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| scopes.iter().any(|own| own == wanted.as_ref()))
}

/// `requestContext.authorizer.jwt.scopes`: the token's scopes if the route requires any, otherwise null
/// (reported, with captures: floci-io/floci #2011 and localstack/localstack #6864).
pub fn shown_scopes<S: AsRef<[String]>, W>(scopes: S, wanted: &[W]) -> Option<S> {
    (!wanted.is_empty()).then_some(scopes)
}

/// `requestContext.authorizer.jwt.claims`: every claim as a text. Lists become `[a b]`, nested values
/// become JSON, and `null` is left out (reported, with captures: floci-io/floci #2011).
pub fn shown(claims: &Map<String, Value>) -> Map<String, Value> {
    let text = |(name, value): (&String, &Value)| Some((name.clone(), Value::String(printed(value)?)));
    claims.iter().filter_map(text).collect()
}

fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value.to_string()),
        Value::Array(list) => {
            Some(format!("[{}]", list.iter().filter_map(printed).collect::<Vec<_>>().join(" ")))
        }
    }
}

/// The token in the value of an identity source, with or without `Bearer ` before it.
pub fn bare_token(text: &str) -> &str {
    let text = text.trim();
    match text.split_at_checked("Bearer ".len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer ") => token.trim_start(),
        _ => text,
    }
}

/// The values of `www-authenticate` in a JWT authorizer's refusals.
pub mod challenge {
    /// There is no token (reported, not documented).
    pub const NO_TOKEN: &str = "Bearer";

    /// The token does not pass ([the form]).
    ///
    /// [the form]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
    pub fn invalid_token(description: &str) -> String {
        format!("Bearer scope=\"\" error=\"invalid_token\" error_description=\"{description}\"")
    }

    /// The token has none of the route's scopes (the words are our own).
    pub fn insufficient_scope<S: AsRef<str>>(wanted: &[S]) -> String {
        let wanted: Vec<&str> = wanted.iter().map(AsRef::as_ref).collect();
        format!(
            "Bearer scope=\"{}\" error=\"insufficient_scope\" error_description=\"{NO_SCOPE}\"",
            wanted.join(" ")
        )
    }

    /// Why a token without the scopes is refused.
    pub const NO_SCOPE: &str = "the token has none of the route's scopes";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(change: impl FnOnce(&mut Value)) -> Map<String, Value> {
        let mut claims = json!({ "iss": "https://i", "client_id": "c", "exp": 200, "iat": 100 });
        change(&mut claims);
        claims.as_object().unwrap().clone()
    }

    fn checked(change: impl FnOnce(&mut Value)) -> Result<u64, BadClaims> {
        check(&changed(change), "https://i", &["c".to_owned(), "d".to_owned()], 100)
    }

    #[test]
    fn the_audience_is_aud_and_only_without_it_client_id() {
        assert!(checked(|_| ()).is_ok());
        assert!(checked(|claims| claims["aud"] = "d".into()).is_ok());
        assert!(checked(|claims| claims["aud"] = json!(["x", "c"])).is_ok());
        for aud in [json!("x"), json!(["x"]), json!([]), json!(null), json!(7)] {
            assert_eq!(
                checked(|claims| claims["aud"] = aud.clone()).unwrap_err(),
                BadClaims::Audience,
                "{aud}"
            );
        }
        assert_eq!(checked(|claims| claims["client_id"] = "x".into()).unwrap_err(), BadClaims::Audience);
    }

    #[test]
    fn times_are_kept() {
        let time = |claim: &'static str, value: Value| checked(move |claims| claims[claim] = value).map(drop);
        assert_eq!(time("exp", json!(100)), Err(BadClaims::Expired));
        assert_eq!(time("exp", json!(101)), Ok(()));
        assert_eq!(time("exp", json!(100.5)), Err(BadClaims::Expired));
        assert_eq!(time("exp", json!("200")), Err(BadClaims::Malformed));
        assert_eq!(time("exp", json!(-1)), Err(BadClaims::Malformed));
        assert_eq!(time("exp", json!(1e300)), Ok(()));
        assert_eq!(time("nbf", json!(101)), Err(BadClaims::NotYet));
        assert_eq!(time("nbf", json!(100)), Ok(()));
        assert_eq!(time("iat", json!(101)), Err(BadClaims::NotYet));
        let without = checked(|claims| drop(claims.as_object_mut().unwrap().remove("exp")));
        assert_eq!(without.unwrap_err(), BadClaims::NoExpiry);
        assert_eq!(checked(|claims| claims["iss"] = "https://i/".into()).unwrap_err(), BadClaims::Issuer);
    }

    #[test]
    fn scopes_are_of_both_claims_and_both_forms() {
        let scopes = |claims: Value| scopes(claims.as_object().unwrap()).join(",");
        assert_eq!(scopes(json!({ "scope": "a  b" })), "a,b");
        assert_eq!(scopes(json!({ "scp": ["a", 1, "b"] })), "a,b");
        assert_eq!(scopes(json!({ "scope": 7 })), "");
        assert_eq!(scopes(json!({ "scope": "a", "scp": "b" })), "b");
        assert_eq!(scopes(json!({ "scope": "a", "scp": null })), "a");
        assert_eq!(scopes(json!({ "scope": "a", "scp": [] })), "");
        // A space does not split a value of a list.
        assert_eq!(scopes(json!({ "scp": ["not admin"] })), "not admin");
    }

    #[test]
    fn one_of_the_scopes_is_enough_and_none_is_asked_for_by_no_route() {
        let own = ["a".to_owned(), "b".to_owned()];
        assert!(
            has_one_of(&own, &["x", "b"]) && has_one_of::<&str>(&own, &[]) && has_one_of::<&str>(&[], &[])
        );
        assert!(!has_one_of(&own, &["x"]) && !has_one_of(&[], &["a"]) && !has_one_of(&own, &["a b"]));
        assert_eq!(shown_scopes(&own[..], &["x"]), Some(&own[..]));
        assert_eq!(shown_scopes::<_, &str>(&own[..], &[]), None);
    }

    #[test]
    fn claims_are_shown_as_texts() {
        let shown = Value::Object(shown(&changed(|claims| {
            claims["list"] = json!(["a", "b"]);
            claims["map"] = json!({ "a": true });
            claims["nothing"] = Value::Null;
        })));
        let expected = json!({
            "iss": "https://i", "client_id": "c", "exp": "200", "iat": "100", "list": "[a b]", "map": r#"{"a":true}"#,
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_token_may_be_bare() {
        for text in ["a.b.c", "Bearer a.b.c", " bearer  a.b.c ", "BEARER a.b.c"] {
            assert_eq!(bare_token(text), "a.b.c", "{text}");
        }
        assert_eq!(bare_token("Basic a"), "Basic a");
        assert_eq!(bare_token("Bearer"), "Bearer");
    }
}

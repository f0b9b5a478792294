//! What a token's claims must say, and how an event shows them.

use std::sync::Arc;

use serde_json::{Map, Value, value::RawValue};

use super::{BadToken, Verified};

/// The claims of a token with a good signature, and the second from which on they do not count.
pub(super) fn check(
    claims: &Map<String, Value>,
    issuer: &str,
    audience: &[String],
    now: u64,
) -> Result<(Verified, u64), BadToken> {
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        return Err(BadToken::Issuer);
    }
    if !is_for(claims, audience) {
        return Err(BadToken::Audience);
    }
    let until = seconds(claims, "exp")?.ok_or(BadToken::NoExpiry)?;
    if until <= now {
        return Err(BadToken::Expired);
    }
    for claim in ["nbf", "iat"] {
        if seconds(claims, claim)?.is_some_and(|from| from > now) {
            return Err(BadToken::NotYet);
        }
    }
    let text = |(name, value): (&String, &Value)| Some((name.clone(), Value::String(shown(value)?)));
    let shown: Map<String, Value> = claims.iter().filter_map(text).collect();
    let json = RawValue::from_string(Value::Object(shown).to_string()).map_err(|_| BadToken::Malformed)?;
    Ok((Verified { claims: Arc::from(json), scopes: scopes(claims) }, until))
}

/// `client_id` counts only where there is no `aud`.
fn is_for(claims: &Map<String, Value>, audience: &[String]) -> bool {
    let known = |value: &Value| value.as_str().is_some_and(|text| audience.iter().any(|own| own == text));
    match claims.get("aud") {
        Some(Value::Array(several)) => several.iter().any(known),
        Some(one) => known(one),
        None => claims.get("client_id").is_some_and(known),
    }
}

/// A time, which RFC 7519 allows a fraction of. What is there and is no time does not pass.
fn seconds(claims: &Map<String, Value>, name: &str) -> Result<Option<u64>, BadToken> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    if let Some(seconds) = value.as_u64() {
        return Ok(Some(seconds));
    }
    let seconds = value.as_f64().filter(|seconds| *seconds >= 0.0).ok_or(BadToken::Malformed)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    Ok(Some(seconds as u64))
}

/// Those of `scp`, or else those of `scope`, which are one text or a list. That `scp` comes first is reported
/// (floci-io/floci #2011), not documented; `Claims` in the crate `routegen` has the same order. A claim that is null is not shown
/// to anybody, and says nothing here either.
fn scopes(claims: &Map<String, Value>) -> Arc<[String]> {
    match ["scp", "scope"].into_iter().filter_map(|name| claims.get(name)).find(|claim| !claim.is_null()) {
        Some(Value::String(text)) => text.split_ascii_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Arc::new([]),
    }
}

/// A claim as text: lists print as `[a b]`, what is nested as JSON, and `null` not at all (reported with captures in
/// floci-io/floci #2011, not documented).
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value.to_string()),
        Value::Array(list) => {
            Some(format!("[{}]", list.iter().filter_map(shown).collect::<Vec<_>>().join(" ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(change: impl FnOnce(&mut Value)) -> Result<(Verified, u64), BadToken> {
        let mut claims = json!({ "iss": "https://i", "client_id": "c", "exp": 200, "iat": 100 });
        change(&mut claims);
        check(claims.as_object().unwrap(), "https://i", &["c".to_owned(), "d".to_owned()], 100)
    }

    #[test]
    fn the_audience_is_aud_and_only_without_it_client_id() {
        assert!(checked(|_| ()).is_ok());
        assert!(checked(|claims| claims["aud"] = "d".into()).is_ok());
        assert!(checked(|claims| claims["aud"] = json!(["x", "c"])).is_ok());
        for aud in [json!("x"), json!(["x"]), json!([]), json!(null), json!(7)] {
            assert_eq!(
                checked(|claims| claims["aud"] = aud.clone()).unwrap_err(),
                BadToken::Audience,
                "{aud}"
            );
        }
        assert_eq!(checked(|claims| claims["client_id"] = "x".into()).unwrap_err(), BadToken::Audience);
    }

    #[test]
    fn times_are_kept() {
        let time = |claim: &'static str, value: Value| checked(move |claims| claims[claim] = value).map(drop);
        assert_eq!(time("exp", json!(100)), Err(BadToken::Expired));
        assert_eq!(time("exp", json!(101)), Ok(()));
        assert_eq!(time("exp", json!(100.5)), Err(BadToken::Expired));
        assert_eq!(time("exp", json!("200")), Err(BadToken::Malformed));
        assert_eq!(time("exp", json!(-1)), Err(BadToken::Malformed));
        assert_eq!(time("exp", json!(1e300)), Ok(()));
        assert_eq!(time("nbf", json!(101)), Err(BadToken::NotYet));
        assert_eq!(time("nbf", json!(100)), Ok(()));
        assert_eq!(time("iat", json!(101)), Err(BadToken::NotYet));
        let without = checked(|claims| drop(claims.as_object_mut().unwrap().remove("exp")));
        assert_eq!(without.unwrap_err(), BadToken::NoExpiry);
        assert_eq!(checked(|claims| claims["iss"] = "https://i/".into()).unwrap_err(), BadToken::Issuer);
    }

    #[test]
    fn scopes_are_of_both_claims_and_both_forms() {
        let scopes = |claim: &'static str, value: Value| {
            checked(move |claims| claims[claim] = value).unwrap().0.scopes
        };
        assert_eq!(*scopes("scope", json!("a  b")), ["a", "b"]);
        assert_eq!(*scopes("scp", json!(["a", 1, "b"])), ["a", "b"]);
        assert!(scopes("scope", json!(7)).is_empty());
        let both = checked(|claims| (claims["scope"], claims["scp"]) = (json!("a"), json!("b"))).unwrap();
        assert_eq!(*both.0.scopes, ["b"]);
        let null = checked(|claims| (claims["scope"], claims["scp"]) = (json!("a"), json!(null))).unwrap();
        assert_eq!(*null.0.scopes, ["a"]);
        // No blank parts what is a value of a list.
        assert_eq!(*scopes("scp", json!(["not admin"])), ["not admin"]);
    }

    #[test]
    fn claims_are_shown_as_texts() {
        let (verified, until) = checked(|claims| {
            claims["list"] = json!(["a", "b"]);
            claims["map"] = json!({ "a": true });
            claims["nothing"] = Value::Null;
        })
        .unwrap();
        assert_eq!(until, 200);
        let shown: Value = serde_json::from_str(verified.claims.get()).unwrap();
        let expected = json!({
            "iss": "https://i", "client_id": "c", "exp": "200", "iat": "100", "list": "[a b]", "map": r#"{"a":true}"#,
        });
        assert_eq!(shown, expected);
    }
}

//! The claims of a token with their types, which the event's strings have lost.
//!
//! In: a request's head, and the claims of its token as API Gateway prints them: `["a b"]` and `["a", "b"]`
//! give the same string, and so does the string `[a b]` itself. Out: the payloads of the tokens in the
//! request that print these claims. It verifies nothing, because API Gateway has verified one of them, and so
//! it never returns which one that is: a client may add others that print the same.

use std::{borrow::Cow, collections::HashMap};

use aws_lambda_events::encodings::Base64Data;
use axum::http::request::Parts;
use serde_json::{Number, Value};

use crate::event::details;

/// The claims in a token.
pub(super) type Payload = HashMap<String, Value>;

/// The payloads of all tokens in the request that may be the one that API Gateway has verified: that one is
/// always among them.
///
/// API Gateway takes a token from a header or from a query parameter ([its rules]), and passes both on to the
/// function. The event does not show which one it was. So every word that could be part of a token is
/// examined, wherever it is.
///
/// [its rules]: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers-authorizerid.html
pub(super) fn payloads<'a>(
    head: &Parts,
    claims: &(impl Iterator<Item = (&'a str, &'a str)> + Clone),
) -> Vec<Payload> {
    let mut payloads = Vec::new();
    let mut look = |text: &str| {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        let read = words.filter_map(payload);
        payloads.extend(read.filter(|payload| may_print(payload, claims.clone())));
    };
    for value in head.headers.values() {
        look(&String::from_utf8_lossy(value.as_bytes()));
    }
    if let Some(query) = details::query(&head.extensions) {
        query.iter().for_each(|(_, value)| look(value));
    }
    payloads
}

/// The JSON object that a word encodes in base64.
fn payload(word: &str) -> Option<Payload> {
    let padding = match word.len() % 4 {
        0 => "",
        2 => "==",
        3 => "=",
        _ => return None,
    };
    // Converted to the alphabet with which bodies are decoded, so that artifacts link one decoder.
    let word = format!("\"{}{padding}\"", word.replace('-', "+").replace('_', "/"));
    let bytes: Base64Data = serde_json::from_str(&word).ok()?;
    serde_json::from_str(str::from_utf8(&bytes).ok()?).ok()
}

/// Whether API Gateway may have printed these claims from this payload.
fn may_print<'a>(payload: &Payload, mut claims: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    claims.all(|(name, text)| {
        payload.get(name).is_some_and(|value| printed(value).is_none_or(|printed| printed == text))
    })
}

/// A claim as API Gateway prints it, where that is known. (Reported, not documented: strings, numbers and
/// lists of strings, as `[a b]`, with captures in floci-io/floci #2011; objects as JSON there, and as
/// `map[a:b]` in aws/aws-lambda-go #570.)
fn printed(value: &Value) -> Option<Cow<'_, str>> {
    let Value::Array(values) = value else {
        let is_exact =
            |number: &Number| number.as_i64().is_some_and(|number| number.unsigned_abs() < 1 << 53);
        return scalar(value).filter(|_| value.as_number().is_none_or(is_exact));
    };
    let mut list = "[".to_owned();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            list.push(' ');
        }
        list.push_str(value.as_str()?);
    }
    list.push(']');
    Some(list.into())
}

/// A string, a number or a bool as a string.
pub(super) fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        // Not `Value::to_string`, which would link the serializer of arbitrary JSON into an artifact.
        Value::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::encodings::Body;
    use axum::http::{HeaderName, Request};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use serde_json::json;

    use lambda_http::RequestExt as _;

    use super::*;

    fn encoded(json: &str) -> String {
        let padded: String = serde_json::from_value(json!(Body::Binary(json.into()))).unwrap();
        padded.trim_end_matches('=').replace('+', "-").replace('/', "_")
    }

    fn token(payload: &Value) -> String {
        format!("{}.{}.c2lnbmF0dXJl", encoded(r#"{"alg":"RS256","kid":"k"}"#), encoded(&payload.to_string()))
    }

    fn found(headers: &[(&'static str, &str)], query: &str, claims: &[(&str, &str)]) -> Vec<Value> {
        let mut request = Request::new(());
        for (name, value) in headers {
            request.headers_mut().append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let query = query.parse::<aws_lambda_events::query_map::QueryMap>().unwrap();
        let request = request.with_query_string_parameters(query);
        payloads(&request.into_parts().0, &claims.iter().copied())
            .iter()
            .map(|payload| json!(payload))
            .collect()
    }

    #[test]
    fn a_token_is_found_wherever_api_gateway_may_have_taken_it_from() {
        // The encoded claims contain characters of the URL-safe alphabet only.
        let claims = json!({ "sub": "\u{ff}\u{fe}?>~???>>>", "n": 7 });
        let token = token(&claims);
        assert!(token.contains('-') && token.contains('_'), "{token}");
        let expected = std::slice::from_ref(&claims);
        let printed = [("sub", "\u{ff}\u{fe}?>~???>>>"), ("n", "7")];
        for value in [
            token.clone(),
            format!("Bearer {token}"),
            format!("bearer   {token} "),
            format!("BEARER\t{token}"),
            format!("\"{token}\""),
            format!("other,Bearer {token}"),
            format!("{token}=="),
        ] {
            assert_eq!(found(&[("x-any", &value)], "", &printed), expected, "{value}");
            let query = utf8_percent_encode(&value, NON_ALPHANUMERIC);
            assert_eq!(found(&[], &format!("a=b&token={query}"), &printed), expected, "{value}");
        }
        let several = [("authorization", &*token), ("x-any", &*token)];
        assert_eq!(found(&several, &format!("token={token}"), &printed).len(), 3);
    }

    #[test]
    fn a_token_of_other_claims_is_none() {
        let of =
            |payload: Value| found(&[("authorization", &token(&payload))], "", &[("sub", "a"), ("n", "7")]);
        assert_eq!(of(json!({ "sub": "a", "n": 7, "more": [] })).len(), 1);
        for other in [
            json!({ "sub": "b", "n": 7 }),
            json!({ "sub": "a", "n": 8 }),
            json!({ "sub": "a" }),
            json!({ "sub": "a", "n": ["7"] }),
            json!({ "sub": ["a"], "n": 7 }),
            json!(["sub", "a"]),
            json!("sub"),
        ] {
            assert_eq!(of(other.clone()), Vec::<Value>::new(), "{other}");
        }
    }

    #[test]
    fn what_is_printed_in_a_way_that_is_not_known_excludes_no_token() {
        let of = |value: Value, text: &str| {
            found(
                &[("authorization", &token(&json!({ "sub": "a", "x": value })))],
                "",
                &[("sub", "a"), ("x", text)],
            )
        };
        for value in [
            json!({ "a": "b" }),
            json!(1.5),
            json!(u64::MAX),
            json!(1_u64 << 53),
            json!([["a"], "b"]),
            json!(["a", null]),
            json!([1.5, true]),
            json!(null),
        ] {
            assert_eq!(of(value, "map[a:b]").len(), 1);
        }
        assert_eq!(of(json!(["a", "b c"]), "[a b c]").len(), 1);
        assert_eq!(of(json!(["a", "b c"]), "[a b d]").len(), 0);
        assert_eq!(of(json!([]), "[]").len(), 1);
        assert_eq!(of(json!([""]), "[]").len(), 1);
        assert_eq!(of(json!(-3), "-3").len(), 1);
        assert_eq!(of(json!(-3), "3").len(), 0);
        assert_eq!(of(json!(true), "false").len(), 0);
    }

    #[test]
    fn what_clients_send_in_place_of_a_token_fails_nothing() {
        let deep = encoded(&"[".repeat(5_000));
        for value in
            ["", ".", "..", "a", "ab", "abc", "eyJ", "====", "\u{e4}.\u{e4}", &deep, &encoded("\u{0}{}")]
        {
            assert_eq!(found(&[("authorization", value)], "a", &[]), Vec::<Value>::new(), "{value}");
        }
        assert_eq!(found(&[("authorization", &encoded("{}"))], "", &[("sub", "a")]), Vec::<Value>::new());
    }
}

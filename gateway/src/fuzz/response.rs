//! Turns functions' answers into responses: the response is what the answer describes, or there is none.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::Value;

use routegen_apigw::{event::is_hop_by_hop, response::response as response_of};

/// Makes the response of an answer.
///
/// # Panics
///
/// If the response differs from the answer.
pub fn response(input: &[u8]) {
    let answer = Bytes::copy_from_slice(input);
    let outcome = response_of(&answer).ok().map(|response| {
        let (head, body) = response.into_parts();
        assert!(head.headers.contains_key(CONTENT_TYPE) && !head.headers.contains_key(CONTENT_LENGTH));
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        let mut headers: Vec<_> = headers.collect();
        headers.sort();
        Said { status: head.status.as_u16().into(), headers, body: body.to_vec() }
    });
    if serde_json::from_slice::<&serde_json::value::RawValue>(input).is_err() {
        let headers = vec![("content-type".to_owned(), b"application/json".to_vec())];
        assert_eq!(outcome, Some(Said { status: 200, headers, body: input.to_vec() }));
        return;
    }
    // Some JSON cannot be parsed into a `Value` (half a surrogate pair, a number that is too large). That
    // is no reason to refuse a body that is passed on unchanged.
    let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
    let expected = said(&value, input);
    // An answer with a duplicate key may be refused, and `Value` does not keep duplicates.
    let unambiguous = value.to_string().as_bytes() == input;
    if outcome.is_some() || unambiguous {
        assert_eq!(outcome, expected);
    }
}

/// The response that an answer describes.
#[derive(Debug, Eq, PartialEq)]
struct Said {
    status: u64,
    /// Sorted.
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

fn said(answer: &Value, text: &[u8]) -> Option<Said> {
    let Some(status) = answer.get("statusCode").filter(|status| !status.is_null()) else {
        let body = answer.as_str().map_or(text, str::as_bytes).to_vec();
        let headers = vec![("content-type".to_owned(), b"application/json".to_vec())];
        return Some(Said { status: 200, headers, body });
    };
    let status = match status {
        Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        status => status.as_u64()?,
    };
    let body = match &answer["body"] {
        Value::Null => "",
        body => body.as_str()?,
    };
    let body = match &answer["isBase64Encoded"] {
        Value::Null | Value::Bool(false) => body.as_bytes().to_vec(),
        Value::Bool(true) => STANDARD.decode(body).ok()?,
        _ => return None,
    };
    let mut headers = Vec::new();
    let mut add = |name: &str, value: &str| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        HeaderValue::from_str(value).ok()?;
        if !is_hop_by_hop(&name) && name != CONTENT_LENGTH {
            headers.push((name.to_string(), value.as_bytes().to_vec()));
        }
        Some(())
    };
    match &answer["headers"] {
        Value::Null => {}
        several => {
            for (name, value) in several.as_object()? {
                let printed =
                    if value.is_number() || value.is_boolean() { Some(value.to_string()) } else { None };
                add(name, printed.as_deref().or(value.as_str())?)?;
            }
        }
    }
    match &answer["cookies"] {
        Value::Null => {}
        several => {
            for cookie in several.as_array()? {
                add("set-cookie", cookie.as_str()?)?;
            }
        }
    }
    if headers.iter().all(|(name, _)| name != "content-type") {
        headers.push(("content-type".to_owned(), b"text/plain; charset=utf-8".to_vec()));
    }
    headers.sort();
    (200..600).contains(&status).then_some(Said { status, headers, body })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..700_u32).prop_map(Value::from),
            "\\PC{0,8}|[a-z]{0,8}|[0-9]{3}|AP8=".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let keys = "statusCode|headers|body|cookies|isBase64Encoded|[a-zA-Z-]{0,8}|content-length";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((keys, inner), 0..5)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_response_is_what_the_answer_says(
            value in value(),
            status in prop_oneof![3 => (190..610_u32).prop_map(|status| Some(Value::from(status))), 1 => Just(None)],
        ) {
            let mut answer = value;
            if let (Value::Object(fields), Some(status)) = (&mut answer, status) {
                fields.insert("statusCode".to_owned(), status);
            }
            response(answer.to_string().as_bytes());
        }

        #[test]
        fn any_bytes_are_an_answer_or_none(
            input in "\\PC{0,60}|\\{\"statusCode\":[0-9\"]{1,5}(,\"(body|headers|cookies)\":[\\[{\"]?[a-z\":%]{0,8}[\\]}\"]?)?\\}",
            bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            response(input.as_bytes());
            response(&bytes);
        }
    }
}

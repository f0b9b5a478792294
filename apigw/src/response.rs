//! Turns a function's answer into the response.
//!
//! An object with `statusCode` describes the response. Anything else is the body of a 200, even if it is
//! not JSON (recorded by aws/aws-lambda-dotnet, Tools/LambdaTestTool-v2: "API Gateway does not validate
//! whether the returned data is valid JSON"). Which malformed answers API Gateway refuses is not documented
//! beyond "a bad shape": here, any whose conversion would lose or guess something.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE},
};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::event::is_hop_by_hop;

/// The media type of a body without one, as in AWS's Lambda Test Tool (aws/aws-lambda-dotnet) and in
/// reports.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Why API Gateway does not accept an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadShape {
    /// A field has another type.
    #[error("the answer's fields are not of the types that API Gateway takes")]
    Types,
    /// The status is not valid.
    #[error("`statusCode` is not the number of an HTTP status from 200 to 599")]
    Status,
    /// A header is not valid.
    #[error("the answer has a header that is not valid in HTTP")]
    Header,
    /// The body is not base64.
    #[error("the body is not base64, though `isBase64Encoded` says so")]
    Base64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Structured<'a> {
    #[serde(borrow)]
    status_code: Option<&'a RawValue>,
    #[serde(borrow)]
    headers: Option<&'a RawValue>,
    #[serde(borrow)]
    cookies: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    is_base64_encoded: Option<&'a RawValue>,
}

/// The response that an answer describes.
pub fn response(answer: &Bytes) -> Result<Response<Bytes>, BadShape> {
    let first = answer.trim_ascii_start().first();
    if first == Some(&b'{') && is_json(answer) {
        // It is a JSON object, so this fails only if a field is duplicated.
        let parts: Structured<'_> = serde_json::from_slice(answer).map_err(|_| BadShape::Types)?;
        if let Some(status) = parts.status_code {
            return structured(&parts, status);
        }
    }
    // A JSON string becomes its text (the documentation's example,
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
    let text = (first == Some(&b'"')).then(|| serde_json::from_slice::<String>(answer).ok()).flatten();
    let mut response = Response::new(text.map_or_else(|| answer.clone(), Bytes::from));
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    Ok(response)
}

fn is_json(answer: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(answer).is_ok()
}

fn structured(parts: &Structured<'_>, status: &RawValue) -> Result<Response<Bytes>, BadShape> {
    let status = status_code(status).ok_or(BadShape::Status)?;
    let base64 = read::<bool>(parts.is_base64_encoded)?.unwrap_or(false);
    let text = read::<Cow<'_, str>>(parts.body)?.unwrap_or_default();
    let body = match text {
        text if base64 => STANDARD.decode(text.as_bytes()).map_err(|_| BadShape::Base64)?.into(),
        Cow::Borrowed(text) => Bytes::copy_from_slice(text.as_bytes()),
        Cow::Owned(text) => text.into(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in read::<Map<String, Value>>(parts.headers)?.unwrap_or_default() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| BadShape::Header)?;
        let value = match value {
            Value::String(text) => text,
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return Err(BadShape::Types),
        };
        let value = HeaderValue::try_from(value).map_err(|_| BadShape::Header)?;
        // The length must be that of the decoded body, and the connection belongs to the gateway.
        if !is_hop_by_hop(&name) && name != CONTENT_LENGTH {
            headers.append(name, value);
        }
    }
    for cookie in read::<Vec<String>>(parts.cookies)?.unwrap_or_default() {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_| BadShape::Header)?);
    }
    headers.entry(CONTENT_TYPE).or_insert(TEXT);
    Ok(response)
}

/// A number, or a text of digits.
fn status_code(status: &RawValue) -> Option<StatusCode> {
    let number = match serde_json::from_str(status.get()).ok()? {
        Value::Number(number) => number.as_u64()?.try_into().ok()?,
        Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        _ => return None,
    };
    StatusCode::from_u16(number).ok().filter(|_| (200..600).contains(&number))
}

/// A field; `null` counts as absent.
fn read<'a, T: Deserialize<'a>>(field: Option<&'a RawValue>) -> Result<Option<T>, BadShape> {
    field.map_or(Ok(None), |field| serde_json::from_str(field.get()).map_err(|_| BadShape::Types))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Seen {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    }

    fn answered(answer: &Value) -> Result<Seen, BadShape> {
        let response = response(&Bytes::from(answer.to_string()))?;
        let (head, body) = response.into_parts();
        let text = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        Ok(Seen {
            status: head.status.as_u16(),
            headers: head.headers.iter().map(text).collect(),
            body: body.to_vec(),
        })
    }

    fn header(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn json_without_a_status_is_the_body_of_a_200() {
        for (answer, body) in [
            (json!({ "message": "hi" }), r#"{"message":"hi"}"#),
            (json!([1, 2]), "[1,2]"),
            (json!("Hello from Lambda!"), "Hello from Lambda!"),
            (json!(null), "null"),
            (json!({ "statusCode": null, "body": "x" }), r#"{"statusCode":null,"body":"x"}"#),
        ] {
            let seen = answered(&answer).unwrap();
            assert_eq!(seen.status, 200);
            assert_eq!(seen.headers, [header("content-type", "application/json")]);
            // The order of an object's keys does not matter.
            let equal = serde_json::from_slice::<Value>(&seen.body).ok() == serde_json::from_str(body).ok();
            assert!(equal && seen.body.len() == body.len(), "{:?}", String::from_utf8_lossy(&seen.body));
        }
    }

    #[test]
    fn an_answer_with_a_status_says_what_the_response_is() {
        let seen = answered(&json!({
            "statusCode": 201,
            "headers": { "X-A": "b", "count": 3, "connection": "close", "content-length": "99" },
            "cookies": ["a=1", "b=2; HttpOnly"],
            "body": "AP8=",
            "isBase64Encoded": true,
            "unknown": {},
        }))
        .unwrap();
        assert_eq!((seen.status, seen.body.as_slice()), (201, &[0, 255][..]));
        let mut headers = seen.headers;
        headers.sort();
        let expected = [
            header("content-type", "text/plain; charset=utf-8"),
            header("count", "3"),
            header("set-cookie", "a=1"),
            header("set-cookie", "b=2; HttpOnly"),
            header("x-a", "b"),
        ];
        assert_eq!(headers, expected);
    }

    #[test]
    fn a_status_may_be_a_text_of_digits() {
        for answer in [r#"{"statusCode":"404"}"#, r#"{"status\u0043ode":"\u0034\u0030\u0034"}"#] {
            assert_eq!(response(&Bytes::from_static(answer.as_bytes())).unwrap().status(), 404, "{answer}");
        }
    }

    #[test]
    fn a_bad_shape_is_none() {
        for (answer, why) in [
            (json!({ "statusCode": "many" }), BadShape::Status),
            (json!({ "statusCode": "+200" }), BadShape::Status),
            (json!({ "statusCode": 101 }), BadShape::Status),
            (json!({ "statusCode": 1000 }), BadShape::Status),
            (json!({ "statusCode": 200, "body": {} }), BadShape::Types),
            (json!({ "statusCode": 200, "headers": { "a": ["b"] } }), BadShape::Types),
            (json!({ "statusCode": 200, "headers": { "a b": "c" } }), BadShape::Header),
            (json!({ "statusCode": 200, "headers": { "a": "b\r\nc: d" } }), BadShape::Header),
            (json!({ "statusCode": 200, "cookies": ["a\nb"] }), BadShape::Header),
            (json!({ "statusCode": 200, "body": "%", "isBase64Encoded": true }), BadShape::Base64),
        ] {
            assert_eq!(answered(&answer).err(), Some(why), "{answer}");
        }
        let twice = Bytes::from_static(br#"{"statusCode":200,"statusCode":500}"#);
        assert_eq!(response(&twice).err(), Some(BadShape::Types));
    }

    #[test]
    fn what_is_no_json_is_the_body_of_a_200_byte_by_byte() {
        for answer in [
            &b"Hello"[..],
            b"",
            b"<html>",
            b"{\"statusCode\":",
            b"{\"statusCode\":404} and more",
            b"\"half a text",
            b"\"text\" and more",
            b"\xff\x00",
            b"{\"statusCode\":404,\"body\":\"\xff\"}",
            b"NaN",
        ] {
            let response = response(&Bytes::from_static(answer)).unwrap();
            assert_eq!((response.status().as_u16(), response.body().as_ref()), (200, answer));
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        }
    }
}

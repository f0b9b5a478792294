//! Converts a response into the JSON that API Gateway expects.

use aws_lambda_events::encodings::Body;
use axum::{
    body::to_bytes,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde::{Serialize, Serializer};

use super::form::Form;

/// A response.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    status_code: u16,
    #[serde(serialize_with = "joined")]
    headers: HeaderMap,
    /// The `set-cookie` values, in payload format 2.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<Vec<String>>,
    /// The same in 1.0, where API Gateway adds them to the headers.
    #[cfg(feature = "rest")]
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_value_headers: Option<MultiValueHeaders>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Body>,
    is_base64_encoded: bool,
}

/// The only header that may have several lines.
#[cfg(feature = "rest")]
#[derive(Serialize)]
struct MultiValueHeaders {
    #[serde(rename = "set-cookie")]
    set_cookie: Vec<String>,
}

impl Answer {
    /// A response with nothing but a status.
    pub(crate) fn of(form: Form, status: StatusCode) -> Self {
        Self::new(form, status, HeaderMap::new(), Vec::new(), Body::Empty)
    }

    fn new(form: Form, status: StatusCode, headers: HeaderMap, cookies: Vec<String>, body: Body) -> Self {
        let answer = Self {
            status_code: status.as_u16(),
            headers,
            cookies: Some(cookies),
            #[cfg(feature = "rest")]
            multi_value_headers: None,
            is_base64_encoded: matches!(body, Body::Binary(_)),
            body: Some(body).filter(|body| !matches!(body, Body::Empty)),
        };
        match form {
            Form::Http => answer,
            #[cfg(feature = "rest")]
            Form::Rest => {
                let set_cookie = answer.cookies.unwrap_or_default();
                let multi_value_headers = Some(MultiValueHeaders { set_cookie });
                Self { cookies: None, multi_value_headers, ..answer }
            }
        }
    }
}

/// Reads the body to its end. The client receives exactly these bytes: a body that is not UTF-8 is sent as
/// base64, and so is a compressed one, whatever it looks like.
pub(crate) async fn answer(form: Form, response: Response) -> Result<Answer, axum::Error> {
    let (head, body) = response.into_parts();
    let mut headers = head.headers;
    let bytes = Vec::from(to_bytes(body, usize::MAX).await?);
    let body = if bytes.is_empty() {
        Body::Empty
    } else if headers.contains_key(header::CONTENT_ENCODING) {
        Body::Binary(bytes)
    } else {
        String::from_utf8(bytes).map_or_else(|error| Body::Binary(error.into_bytes()), Body::Text)
    };
    // API Gateway accepts one value for each header, except for cookies.
    let cookies = headers.get_all(header::SET_COOKIE).iter();
    let cookies = cookies.map(|cookie| String::from_utf8_lossy(cookie.as_bytes()).into_owned()).collect();
    headers.remove(header::SET_COOKIE);
    Ok(Answer::new(form, head.status, headers, cookies, body))
}

/// Joins values of the same header into one list, separated by commas (RFC 9110, section 5.3).
fn joined<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.keys().map(|name| {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (name.as_str(), values.join(", "))
    }))
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, response::IntoResponse};
    use futures_util::{FutureExt as _, stream};
    use serde_json::{Value, json};

    use super::*;

    fn answered(response: impl IntoResponse) -> Value {
        answered_in(Form::Http, response)
    }

    fn answered_in(form: Form, response: impl IntoResponse) -> Value {
        let answer = answer(form, response.into_response()).now_or_never().unwrap().unwrap();
        serde_json::to_value(answer).unwrap()
    }

    #[test]
    fn text_travels_as_it_is() {
        let expected = json!({
            "statusCode": 201, "headers": { "content-type": "text/plain; charset=utf-8" }, "cookies": [],
            "body": "blue ä", "isBase64Encoded": false,
        });
        assert_eq!(answered((StatusCode::CREATED, "blue ä")), expected);
    }

    #[test]
    fn nothing_has_no_body() {
        let expected = json!({ "statusCode": 204, "headers": {}, "cookies": [], "isBase64Encoded": false });
        assert_eq!(answered(StatusCode::NO_CONTENT), expected);
        assert_eq!(serde_json::to_value(Answer::of(Form::Http, StatusCode::NO_CONTENT)).unwrap(), expected);
    }

    #[test]
    fn what_is_no_text_or_compressed_travels_in_base64() {
        let binary = answered(([(header::CONTENT_TYPE, "text/plain; charset=iso-8859-1")], vec![0xe4]));
        assert_eq!((&binary["body"], &binary["isBase64Encoded"]), (&json!("5A=="), &json!(true)));
        let compressed = answered(([(header::CONTENT_ENCODING, "br")], "abc"));
        assert_eq!((&compressed["body"], &compressed["isBase64Encoded"]), (&json!("YWJj"), &json!(true)));
    }

    #[test]
    fn repeated_headers_are_one_list_and_cookies_are_apart() {
        let response = Response::builder()
            .header("vary", "accept")
            .header("set-cookie", "a=1")
            .header("vary", "origin")
            .header("set-cookie", "b=2")
            .body(Body::empty())
            .unwrap();
        let answer = answered(response);
        assert_eq!(answer["headers"], json!({ "vary": "accept, origin" }));
        assert_eq!(answer["cookies"], json!(["a=1", "b=2"]));
    }

    #[cfg(feature = "rest")]
    #[test]
    fn a_rest_api_gets_its_cookies_among_the_headers() {
        let response = Response::builder().header("set-cookie", "a=1").header("set-cookie", "b=2");
        let answer = answered_in(Form::Rest, response.body(Body::from("x")).unwrap());
        let expected = json!({
            "statusCode": 200, "headers": {}, "multiValueHeaders": { "set-cookie": ["a=1", "b=2"] },
            "body": "x", "isBase64Encoded": false,
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn a_body_that_breaks_off_is_an_error() {
        let parts = stream::iter([Ok("a"), Err(std::io::Error::other("gone"))]);
        let outcome = answer(Form::Http, Body::from_stream(parts).into_response()).now_or_never().unwrap();
        assert_eq!(outcome.err().unwrap().to_string(), "gone");
    }
}

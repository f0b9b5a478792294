//! The form of a request's body in an event: text as it is, everything else in base64.
//!
//! The documentation says that binary bodies are in base64, but not which bodies are binary. The list was
//! measured against AWS by ministackorg/ministack #766: `text/*`, and JSON, XML and JavaScript of
//! `application/` are text; everything else is not, including forms (`application/x-www-form-urlencoded`)
//! and bodies without a type. A compressed body is not text, and neither is one that is not UTF-8, whatever
//! its type.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};

/// The body, and whether it is in base64; `None` for an empty one.
pub(super) fn encode<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<(Cow<'a, str>, bool)> {
    if body.is_empty() {
        return None;
    }
    let text = names_text(headers).then(|| std::str::from_utf8(body).ok()).flatten();
    Some(text.map_or_else(|| (Cow::Owned(STANDARD.encode(body)), true), |text| (Cow::Borrowed(text), false)))
}

/// Whether the event contains a body as it is rather than in base64.
pub fn travels_as_text(headers: &HeaderMap, body: &[u8]) -> bool {
    names_text(headers) && std::str::from_utf8(body).is_ok()
}

fn names_text(headers: &HeaderMap) -> bool {
    let compressed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = kind.starts_with("text/")
        || matches!(kind.as_str(), "application/json" | "application/javascript" | "application/xml")
        || (kind.starts_with("application/") && (kind.ends_with("+json") || kind.ends_with("+xml")));
    text && !compressed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(headers: &[(&'static str, &'static str)], body: &[u8]) -> Option<(String, bool)> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        encode(&map, body).map(|(body, base64)| (body.into_owned(), base64))
    }

    #[test]
    fn text_is_what_says_so_and_is_utf_8() {
        let text = |kind| encoded(&[("content-type", kind)], "ä".as_bytes());
        for kind in [
            "application/json",
            "text/plain",
            "TEXT/html; charset=utf-8",
            "application/problem+json",
            "application/xml",
        ] {
            assert_eq!(text(kind), Some(("ä".to_owned(), false)), "{kind}");
        }
        for kind in [
            "application/x-www-form-urlencoded",
            "application/octet-stream",
            "image/svg+xml2",
            "multipart/form-data",
        ] {
            assert_eq!(text(kind), Some(("w6Q=".to_owned(), true)), "{kind}");
        }
        assert_eq!(encoded(&[("content-type", "text/plain")], &[0xff]), Some(("/w==".to_owned(), true)));
        assert_eq!(encoded(&[], b"a"), Some(("YQ==".to_owned(), true)));
        let compressed = [("content-type", "application/json"), ("content-encoding", "gzip")];
        assert_eq!(encoded(&compressed, b"a"), Some(("YQ==".to_owned(), true)));
        assert_eq!(encoded(&[("content-type", "text/plain")], b""), None);
    }
}

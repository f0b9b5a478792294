//! Hides credentials in what the page shows of requests.
//!
//! In: an event, a function's answer or the target of a request, and the identity sources of the API's
//! authorizers. Out: the same, with credentials and cookies shortened. What a handler repeats of them in a
//! body or in its log is not hidden.

use std::{borrow::Cow, collections::BTreeSet};

use percent_encoding::percent_decode_str;
use routegen_spec::IdentitySource;
use serde_json::{Map, Value};

/// Headers whose values are always credentials.
const HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "x-amz-security-token", "x-api-key"];

/// Query parameters of a signature, which are credentials too ([its parameters]).
///
/// [its parameters]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
const PARAMETERS: [&str; 3] = ["X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature"];

/// The schemes that may precede the credentials in `authorization`.
const SCHEMES: [&str; 4] = ["Basic", "Bearer", "Digest", "AWS4-HMAC-SHA256"];

/// The places of credentials in requests.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    /// In lower case.
    headers: BTreeSet<String>,
    parameters: BTreeSet<String>,
    stage_variables: BTreeSet<String>,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            headers: HEADERS.map(str::to_owned).into(),
            parameters: PARAMETERS.map(str::to_owned).into(),
            stage_variables: BTreeSet::new(),
        }
    }
}

impl Credentials {
    /// Adds identity sources of authorizers. The values of `$context` are not the caller's secrets.
    pub(super) fn add(&mut self, sources: &[IdentitySource]) {
        for source in sources {
            match source {
                IdentitySource::Header(name) => self.headers.insert(name.as_str().to_ascii_lowercase()),
                IdentitySource::Query(name) => self.parameters.insert(name.as_str().to_owned()),
                IdentitySource::StageVariable(name) => self.stage_variables.insert(name.as_str().to_owned()),
                _ => false,
            };
        }
    }

    /// Hides credentials in an event or a function's answer.
    pub(super) fn hide(&self, mut value: Value) -> Value {
        let Some(members) = value.as_object_mut() else { return value };
        for headers in ["headers", "multiValueHeaders"] {
            each(members.get_mut(headers), |name, value| match &*name.to_ascii_lowercase() {
                "cookie" => Some(cookies(value, ';')),
                "set-cookie" => Some(cookie(value)),
                name => self.headers.contains(name).then(|| shortened(value)),
            });
        }
        for parameters in ["queryStringParameters", "multiValueQueryStringParameters"] {
            each(members.get_mut(parameters), |name, value| {
                self.parameters.contains(name).then(|| shortened(value))
            });
        }
        each(members.get_mut("stageVariables"), |name, value| {
            self.stage_variables.contains(name).then(|| shortened(value))
        });
        if let Some(Value::String(query)) = members.get_mut("rawQueryString") {
            *query = self.hide_in_query(query).into_owned();
        }
        for cookies in members.get_mut("cookies").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Value::String(text) = cookies {
                *text = cookie(text);
            }
        }
        value
    }

    /// Hides credentials in the path and the query of a request.
    pub(super) fn hide_in_target<'a>(&self, target: &'a str) -> Cow<'a, str> {
        let Some((path, query)) = target.split_once('?') else { return target.into() };
        match self.hide_in_query(query) {
            Cow::Borrowed(_) => target.into(),
            Cow::Owned(query) => format!("{path}?{query}").into(),
        }
    }

    fn hide_in_query<'a>(&self, query: &'a str) -> Cow<'a, str> {
        let is_credential = |name: &str| {
            let name = name.replace('+', " ");
            self.parameters.contains(&*percent_decode_str(&name).decode_utf8_lossy())
        };
        let shown = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_credential(name) => format!("{name}={}", shortened(value)).into(),
            _ => Cow::Borrowed(pair),
        });
        let shown: Vec<Cow<'_, str>> = shown.collect();
        if shown.iter().all(|pair| matches!(pair, Cow::Borrowed(_))) {
            return query.into();
        }
        shown.join("&").into()
    }
}

/// Replaces the texts of an object's members, and of lists in them, for which `replace` returns a text.
fn each(members: Option<&mut Value>, replace: impl Fn(&str, &str) -> Option<String>) {
    let members = members.and_then(Value::as_object_mut);
    for (name, value) in members.into_iter().flat_map(Map::iter_mut) {
        let texts = match value {
            Value::Array(list) => list.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for value in texts {
            if let Value::String(text) = value
                && let Some(replaced) = replace(name, text)
            {
                *text = replaced;
            }
        }
    }
}

/// Shortens the cookies of a header.
fn cookies(text: &str, between: char) -> String {
    text.split(between).map(|one| cookie(one.trim())).collect::<Vec<_>>().join("; ")
}

/// Shortens the value of a cookie, and keeps its name and its attributes.
fn cookie(text: &str) -> String {
    let (pair, attributes) = text.split_once(';').map_or((text, None), |(pair, rest)| (pair, Some(rest)));
    let shown = match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", shortened(value)),
        None => shortened(pair),
    };
    attributes.map_or(shown.clone(), |attributes| format!("{shown};{attributes}"))
}

/// Keeps enough of a long value to tell it from others, and nothing of a short one except its scheme.
fn shortened(value: &str) -> String {
    let scheme = value
        .split_once(' ')
        .filter(|(scheme, _)| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)));
    let (scheme, space, secret) = scheme.map_or(("", "", value), |(scheme, secret)| (scheme, " ", secret));
    let letters = secret.chars().count();
    if letters < 64 {
        return format!("{scheme}{space}…");
    }
    let start: String = secret.chars().take(8).collect();
    let end: String = secret.chars().skip(letters - 4).collect();
    format!("{scheme}{space}{start}…{end}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn credentials(sources: &[&str]) -> Credentials {
        let source = |text: &&str| text.parse::<IdentitySource>().unwrap();
        let mut credentials = Credentials::default();
        credentials.add(&sources.iter().map(source).collect::<Vec<_>>());
        credentials
    }

    #[test]
    fn long_credentials_are_shortened_and_short_ones_hidden() {
        let token = format!("eyJhbGci{}abcd", "x".repeat(200));
        for (value, shown) in [
            (format!("Bearer {token}"), "Bearer eyJhbGci…abcd"),
            (token, "eyJhbGci…abcd"),
            ("Basic dXNlcjpwYXNz".to_owned(), "Basic …"),
            ("hunter2".to_owned(), "…"),
            ("my password".to_owned(), "…"),
            (String::new(), "…"),
            ("ä".repeat(64), "ääääääää…ääää"),
        ] {
            assert_eq!(shortened(&value), shown);
        }
    }

    #[test]
    fn what_an_authorizer_knows_callers_by_is_hidden_wherever_a_request_has_it() {
        let credentials = credentials(&[
            "$request.header.X-Tenant-Key",
            "$request.querystring.the_key",
            "$stageVariables.secret",
            "$context.identity.sourceIp",
        ]);
        let event = json!({
            "headers": { "x-tenant-key": "k", "x-api-key": "k", "accept": "*/*", "cookie": "a=1; b=2" },
            "queryStringParameters": { "the_key": "k", "page": "2" },
            "rawQueryString": "page=2&the_key=k&the%5Fkey=l&the_keys=m&X-Amz-Signature=s",
            "stageVariables": { "secret": "s", "tenant": "t" },
            "cookies": ["session=abc", "bare"],
            "multiValueHeaders": { "X-Tenant-Key": ["k", "l"] },
            "requestContext": { "http": { "sourceIp": "127.0.0.1" } },
            "body": "the key",
        });
        let shown = json!({
            "headers": { "x-tenant-key": "…", "x-api-key": "…", "accept": "*/*", "cookie": "a=…; b=…" },
            "queryStringParameters": { "the_key": "…", "page": "2" },
            "rawQueryString": "page=2&the_key=…&the%5Fkey=…&the_keys=m&X-Amz-Signature=…",
            "stageVariables": { "secret": "…", "tenant": "t" },
            "cookies": ["session=…", "…"],
            "multiValueHeaders": { "X-Tenant-Key": ["…", "…"] },
            "requestContext": { "http": { "sourceIp": "127.0.0.1" } },
            "body": "the key",
        });
        assert_eq!(credentials.hide(event), shown);
        assert_eq!(credentials.hide_in_target("/a?the%5fkey=k&b=1"), "/a?the%5fkey=…&b=1");
        assert_eq!(credentials.hide_in_target("/the_key=1?b=1"), "/the_key=1?b=1");
    }

    #[test]
    fn cookies_that_a_function_sets_are_hidden_with_their_attributes_shown() {
        let answer = json!({
            "cookies": ["session=abc; Path=/; HttpOnly"],
            "headers": { "Set-Cookie": "session=abc; Secure", "content-type": "text/plain" },
        });
        let shown = json!({
            "cookies": ["session=…; Path=/; HttpOnly"],
            "headers": { "Set-Cookie": "session=…; Secure", "content-type": "text/plain" },
        });
        assert_eq!(Credentials::default().hide(answer), shown);
        assert_eq!(Credentials::default().hide(json!(["no object"])), json!(["no object"]));
    }
}

//! The values of an authorizer's identity sources.
//!
//! In: the sources, and the event that is to have their values. Out: the values in their order. A source that has none is
//! a request that API Gateway refuses with 401 before it asks the authorizer.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The values, or `None` where one is missing.
pub(super) fn of(sources: &[&str], event: &Value) -> Option<Vec<String>> {
    sources.iter().map(|source| value(source, event).filter(|value| !value.is_empty())).collect()
}

fn value(source: &str, event: &Value) -> Option<String> {
    if let Some(name) = source.strip_prefix("$request.header.") {
        return text(&event["headers"][name.to_ascii_lowercase()]);
    }
    if let Some(name) = source.strip_prefix("$request.querystring.") {
        return query(event["rawQueryString"].as_str()?, name);
    }
    if let Some(name) = source.strip_prefix("$stageVariables.") {
        return text(&event["stageVariables"][name]);
    }
    let context = &event["requestContext"];
    match source.strip_prefix("$context.")? {
        // The names of REST APIs' variables, which HTTP APIs have too, and their places in the event.
        "httpMethod" => text(&context["http"]["method"]),
        "identity.sourceIp" => text(&context["http"]["sourceIp"]),
        "identity.userAgent" => text(&context["http"]["userAgent"]),
        name @ ("path" | "protocol") => text(&context["http"][name]),
        name => text(&context[name]),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The value of a parameter of the query, decoded.
fn query(query: &str, name: &str) -> Option<String> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.find(|(key, _)| decode(key) == name).map(|(_, value)| decode(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_source_has_its_place_in_the_event() {
        let event = json!({
            "rawQueryString": "a=1&the%20key=x+y%2Fz&empty=",
            "headers": { "x-api-key": "k" },
            "stageVariables": { "tenant": "t" },
            "requestContext": { "routeKey": "GET /a", "http": { "sourceIp": "192.0.2.1", "method": "GET" } },
        });
        for (source, expected) in [
            ("$request.header.X-Api-Key", Some("k")),
            ("$request.header.other", None),
            ("$request.querystring.the key", Some("x y/z")),
            ("$request.querystring.empty", None),
            ("$stageVariables.tenant", Some("t")),
            ("$context.routeKey", Some("GET /a")),
            ("$context.identity.sourceIp", Some("192.0.2.1")),
            ("$context.httpMethod", Some("GET")),
            ("$context.other", None),
        ] {
            assert_eq!(of(&[source], &event), expected.map(|value| vec![value.to_owned()]), "{source}");
        }
        assert_eq!(of(&[], &event), Some(Vec::new()));
        assert_eq!(of(&["$context.routeKey", "$request.header.other"], &event), None);
    }
}

//! The events of requests: payload format 2.0.

use serde_json::{Value, json};

use super::{Difference, Event, Like, NoField, Place, Row, row};
use crate::client::request;

/// Rows for [`PLAIN`](super::setup::PLAIN).
pub fn events(place: &Place<'_>) -> Vec<Row> {
    let port = place.host.rsplit_once(':').map_or("", |(_, port)| port);
    let prefix = place.domain.split('.').next().unwrap_or_default();
    let full = request("DELETE /items/7?parameter1=value1&parameter1=value2&q=a%20b")
        .header("Header1", "value1")
        .header("header2", "value1")
        .header("Header2", "value2")
        .header("Cookie", "cookie1=a; cookie2=b")
        .header("user-agent", "agent")
        .header("x-forwarded-for", "10.0.0.1")
        .header("x-forwarded-proto", "gopher");
    vec![
        row(
            "a request with everything",
            "[A]",
            full,
            200,
            vec![
                Event("/version", "2.0".into()),
                Event("/routeKey", "ANY /items/{id}".into()),
                Event("/rawPath", "/items/7".into()),
                Event("/rawQueryString", "parameter1=value1&parameter1=value2&q=a%20b".into()),
                Event("/queryStringParameters", json!({ "parameter1": "value1,value2", "q": "a b" })),
                Event("/cookies", json!(["cookie1=a", "cookie2=b"])),
                Event("/headers/header1", "value1".into()),
                Event("/headers/header2", "value1,value2".into()),
                Event("/headers/host", place.host.as_str().into()),
                Event("/headers/x-forwarded-for", "10.0.0.1, 127.0.0.1".into()),
                Event("/headers/x-forwarded-port", port.into()),
                Event("/headers/x-forwarded-proto", "http".into()),
                // Only the root: `Sampled` is for the function (all events that AWS publishes, and all
                // captures).
                Like("/headers/x-amzn-trace-id", |id| {
                    id.as_str().is_some_and(|id| id.starts_with("Root=1-") && !id.contains(';'))
                }),
                NoField("/headers/cookie"),
                NoField("/headers/connection"),
                Event("/requestContext/accountId", place.account.into()),
                Event("/requestContext/apiId", place.api.as_str().into()),
                Event("/requestContext/domainName", place.domain.as_str().into()),
                Event("/requestContext/domainPrefix", prefix.into()),
                Event("/requestContext/http/method", "DELETE".into()),
                Event("/requestContext/http/path", "/items/7".into()),
                Event("/requestContext/http/protocol", "HTTP/1.1".into()),
                Event("/requestContext/http/sourceIp", "127.0.0.1".into()),
                Event("/requestContext/http/userAgent", "agent".into()),
                Event("/requestContext/stage", "$default".into()),
                Like("/requestContext/time", is_in_log_format),
                Like("/requestContext/timeEpoch", |time| time.as_u64().unwrap() > 1_700_000_000_000),
                NoField("/requestContext/authorizer"),
                NoField("/requestContext/authentication"),
                NoField("/body"),
                NoField("/stageVariables"),
                Event("/isBase64Encoded", false.into()),
            ],
        )
        .ministack("/cookies", "nothing", NO_COOKIES)
        .ministack("/headers/cookie", "\"cookie1=a; cookie2=b\"", NO_COOKIES)
        .ministack("/headers/header2", "\"value1, value2\"", "it joins with a space")
        .ministack("/headers/x-forwarded-for", "\"10.0.0.1\"", NO_PROXY)
        .ministack("/headers/x-forwarded-port", "nothing", NO_PROXY)
        .ministack("/headers/x-forwarded-proto", "\"gopher\"", NO_PROXY)
        .ministack("/headers/x-amzn-trace-id", "nothing", NO_PROXY)
        .ministack("/headers/connection", "\"close\"", NO_PROXY)
        .ministack("/requestContext/domainPrefix", "nothing", "it leaves the prefix out"),
        row(
            "several lines of one header, not all of them ASCII",
            "[?]",
            request("GET /")
                .header("cookie", "a=ä; b=c")
                .header("cookie", "d=e")
                .header("x-forwarded-for", "10.0.0.1")
                .header("x-forwarded-for", "10.0.0.2, ä"),
            200,
            vec![
                Event("/cookies", json!(["a=ä", "b=c", "d=e"])),
                Event("/headers/x-forwarded-for", "10.0.0.1,10.0.0.2, ä, 127.0.0.1".into()),
            ],
        )
        .ministack("/cookies", "nothing", NO_COOKIES)
        .ministack("/headers/x-forwarded-for", "\"10.0.0.1, 10.0.0.2, ä\"", NO_PROXY),
        row(
            "a host of numbers",
            "[?]",
            request("GET /").header("host", "[::1]"),
            200,
            vec![Event("/requestContext/domainName", "[::1]".into())],
        )
        .not_of_ministack("it distinguishes APIs by their hosts"),
        row(
            "a request with nothing",
            "[A]",
            request("GET /"),
            200,
            vec![
                Event("/rawQueryString", "".into()),
                NoField("/queryStringParameters"),
                NoField("/cookies"),
                NoField("/pathParameters"),
            ],
        )
        .known(NULL_PARAMETERS),
    ]
}

const NO_COOKIES: &str = "it leaves the cookies in the headers";

const NO_PROXY: &str = "it passes the client's headers on as they are";

/// `MiniStack` has null in place of missing parameters.
pub(super) const NULL_PARAMETERS: Difference =
    Difference { at: "/pathParameters", found: "null", why: "it has null where a field is empty" };

/// `12/Mar/2020:19:03:58 +0000`
fn is_in_log_format(time: &Value) -> bool {
    let shape = |text: &str| -> String {
        let kind = |character: char| if character.is_ascii_digit() { '0' } else { character };
        text.chars().map(kind).collect()
    };
    let time = shape(time.as_str().unwrap_or_default());
    time.len() == 26 && time.starts_with("00/") && time.ends_with("/0000:00:00:00 +0000")
}

/// Rows for [`PLAIN`](super::setup::PLAIN).
pub fn bodies(_: &Place<'_>) -> Vec<Row> {
    let sent = |kind: &str, body: &[u8]| request("POST /items/7").body(kind, body);
    vec![
        row(
            "JSON",
            "[3]",
            sent("application/json", b"{}"),
            200,
            vec![
                Event("/body", "{}".into()),
                Event("/isBase64Encoded", false.into()),
                Event("/headers/content-length", "2".into()),
            ],
        ),
        row(
            "bytes",
            "[3]",
            sent("application/octet-stream", &[0, 255]),
            200,
            vec![Event("/body", "AP8=".into()), Event("/isBase64Encoded", true.into())],
        ),
        row(
            "a form",
            "[3]",
            sent("application/x-www-form-urlencoded", b"a=b"),
            200,
            vec![Event("/body", "YT1i".into()), Event("/isBase64Encoded", true.into())],
        ),
        row(
            "a missing body has the content length 0",
            "[A] (awsdocs/aws-lambda-developer-guide, sample-apps/nodejs-apig/event-v2.json)",
            request("GET /"),
            200,
            vec![Event("/headers/content-length", "0".into()), NoField("/body")],
        )
        .ministack("/headers/content-length", "nothing", NO_PROXY),
    ]
}

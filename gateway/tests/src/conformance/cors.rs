//! Cross-origin requests, and requests that look like them.

use serde_json::json;

use super::{Event, NoHeader, Place, Row, Text, header, row};
use crate::client::{Request, request};

/// Rows for [`GUARDED`](super::setup::GUARDED).
pub fn cors(_: &Place<'_>) -> Vec<Row> {
    let from = |request: Request, origin: &str| request.header("origin", origin);
    let preflight =
        |origin| from(request("OPTIONS /scoped"), origin).header("access-control-request-method", "GET");
    let talkative = || {
        let answer = json!({ "statusCode": 200, "headers": {
            "access-control-allow-origin": "*", "access-control-allow-methods": "DELETE", "x-a": "b",
        } });
        request("POST /open").body("application/json", answer.to_string())
    };
    vec![
        row(
            "a preflight without a token and without its own route",
            "[A]",
            preflight("https://app.test"),
            204,
            vec![
                header("access-control-allow-origin", "https://app.test"),
                header("access-control-allow-methods", "GET,POST"),
                header("access-control-allow-headers", "authorization"),
                header("access-control-allow-credentials", "true"),
                header("access-control-max-age", "300"),
                Text(""),
            ],
        )
        .ministack(
            "access-control-allow-methods",
            "POST,GET",
            "the order is Terraform's, which treats the methods as a set",
        ),
        row(
            "a preflight from another origin",
            "[A], the status [?]",
            preflight("https://evil.test"),
            204,
            vec![NoHeader("access-control-allow-origin"), NoHeader("access-control-allow-methods")],
        )
        .ministack("status", "403", "it refuses what API Gateway leaves to the browser"),
        row(
            "OPTIONS without the headers of a preflight",
            "[A]",
            from(request("OPTIONS /scoped"), "https://app.test"),
            404,
            vec![],
        )
        .ministack("status", "204", ALWAYS_PREFLIGHT),
        row(
            "the function's own headers are dropped",
            "[A]",
            from(talkative(), "https://app.test"),
            200,
            vec![
                header("access-control-allow-origin", "https://app.test"),
                header("access-control-expose-headers", "x-a"),
                NoHeader("access-control-allow-methods"),
                header("x-a", "b"),
            ],
        )
        .ministack("access-control-allow-origin", "* and https://app.test", OWN_HEADERS)
        .ministack("access-control-allow-methods", "DELETE", OWN_HEADERS),
        row(
            "no CORS headers without an origin",
            "[A]",
            talkative(),
            200,
            vec![NoHeader("access-control-allow-origin"), NoHeader("access-control-allow-methods")],
        )
        .ministack("access-control-allow-origin", "*", OWN_HEADERS)
        .ministack("access-control-allow-methods", "DELETE", OWN_HEADERS),
        row(
            "a refusal has CORS headers too",
            "[?]",
            from(request("GET /scoped"), "https://app.test"),
            401,
            vec![header("access-control-allow-origin", "https://app.test")],
        )
        .ministack(
            "access-control-allow-origin",
            "nothing",
            "it adds them only to functions' answers",
        ),
    ]
}

const ALWAYS_PREFLIGHT: &str = "it treats every OPTIONS as a preflight";

const OWN_HEADERS: &str = "it keeps the function's own headers";

/// Rows for [`PLAIN`](super::setup::PLAIN). If the API has no CORS, OPTIONS is a method like any other.
pub fn no_preflight(_: &Place<'_>) -> Vec<Row> {
    let preflight = request("OPTIONS /options")
        .header("origin", "https://a.test")
        .header("access-control-request-method", "GET");
    let expected =
        vec![Event("/requestContext/http/method", "OPTIONS".into()), NoHeader("access-control-allow-origin")];
    vec![row("OPTIONS as a route", "[A]", preflight, 200, expected).ministack(
        "status",
        "403",
        ALWAYS_PREFLIGHT,
    )]
}

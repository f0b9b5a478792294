//! Which route a request selects.

use serde_json::json;

use super::{Event, Expected, NoField, Place, Row, events::NULL_PARAMETERS, message, row};
use crate::client::request;

/// Rows for [`PLAIN`](super::setup::PLAIN).
pub fn routes(_: &Place<'_>) -> Vec<Row> {
    let key = |key: &str| vec![Event("/routeKey", key.into()), Event("/requestContext/routeKey", key.into())];
    let with = |mut expected: Vec<Expected>, more| {
        expected.push(more);
        expected
    };
    vec![
        row("an exact match", "[A]", request("GET /items"), 200, key("GET /items")),
        row("another method of the path", "[A]", request("POST /items"), 200, key("POST /items")),
        row("a method that no route has", "[A]", request("PUT /items"), 404, vec![message("Not Found")]),
        row("a slash too many", "[3]", request("GET /items/"), 404, vec![message("Not Found")]).ministack(
            "status",
            "200",
            "it treats the first segment as a stage, finds none, and restores it without the slash",
        ),
        row("a path that no route has", "[A]", request("GET /nothing"), 404, vec![message("Not Found")]),
        row(
            "the exact method takes precedence over ANY",
            "[3]",
            request("GET /items/7"),
            200,
            key("GET /items/{id}"),
        ),
        row("ANY matches other methods", "[A]", request("DELETE /items/7"), 200, key("ANY /items/{id}")),
        row(
            "a method that HTTP does not define",
            "[?]",
            request("BREW /items/7"),
            200,
            key("ANY /items/{id}"),
        ),
        row(
            "a full match takes precedence over greedy",
            "[A]",
            request("GET /files/a/raw"),
            200,
            key("GET /files/{name}/raw"),
        ),
        row(
            "greedy matches the rest, decoded",
            "[A]",
            request("GET /files/a/b%20c/d"),
            200,
            with(key("GET /files/{path+}"), Event("/pathParameters", json!({ "path": "a/b c/d" }))),
        ),
        row(
            "a parameter is decoded, and may hold a slash",
            "[A], the slash [?]",
            request("GET /items/a%2Fb"),
            200,
            vec![Event("/pathParameters", json!({ "id": "a/b" }))],
        )
        .ministack("status", "404", "it decodes the path before it looks for a route"),
        row("a path that is not UTF-8", "[?]", request("GET /items/%ff"), 400, vec![message("Bad Request")])
            .ministack("status", "200", "it replaces invalid bytes with U+FFFD"),
        row("a target that is not a path", "[?]", request("OPTIONS *"), 400, vec![message("Bad Request")])
            .not_of_ministack("its server breaks off the connection"),
        row("greedy needs something to take", "[A]", request("GET /files"), 404, vec![]),
    ]
}

/// Rows for [`STAGED`](super::setup::STAGED).
pub fn stages(place: &Place<'_>) -> Vec<Row> {
    vec![
        row(
            "$default takes everything, with the stage in the path",
            "[A], the stage [3] (aws-powertools/powertools-lambda-python #621)",
            request("PATCH /live/any/thing"),
            200,
            vec![
                Event("/routeKey", "$default".into()),
                Event("/rawPath", "/live/any/thing".into()),
                Event("/requestContext/http/path", "/live/any/thing".into()),
                Event("/requestContext/stage", "live".into()),
                NoField("/pathParameters"),
            ],
        )
        .ministack("/rawPath", "\"/any/thing\"", NO_STAGE)
        .ministack("/requestContext/http/path", "\"/any/thing\"", NO_STAGE)
        .known(NULL_PARAMETERS),
        row(
            "stage variables",
            "[A]",
            request("GET /live/x"),
            200,
            vec![Event("/stageVariables", json!({ "colour": "blue" }))],
        )
        .not_of_ministack("the emitted module makes no stage variables"),
        row("the stage alone", "[?]", request("GET /live"), 200, vec![Event("/rawPath", "/live".into())])
            .ministack("/rawPath", "\"/\"", NO_STAGE),
        row(
            "an authorizer gets the route without the stage in its path",
            "[A]",
            request("GET /live/asked/a%20b?q=1"),
            200,
            vec![
                Event("/requestContext/authorizer/lambda/rawPath", "/live/asked/a b".into()),
                Event(
                    "/requestContext/authorizer/lambda/routeArn",
                    format!(
                        "arn:aws:execute-api:us-east-1:{}:{}/live/GET/asked/a%20b",
                        place.account, place.api
                    )
                    .into(),
                ),
            ],
        )
        .not_of_ministack(
            "the emitted module calls only functions of the package, and these are the table's",
        ),
        row("no stage", "[A]", request("GET /any/thing"), 404, vec![message("Not Found")]),
        row("a stage that begins alike", "[A]", request("GET /lively/x"), 404, vec![message("Not Found")]),
    ]
}

const NO_STAGE: &str = "it removes the stage";

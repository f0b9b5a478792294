//! The responses for functions' answers.

use serde_json::{Value, json};

use super::{Body, Headers, Place, Row, Text, header, message, row};
use crate::client::request;

/// Rows for [`PLAIN`](super::setup::PLAIN).
pub fn responses(_: &Place<'_>) -> Vec<Row> {
    let answer = |answer: &Value| request("POST /").body("application/json", answer.to_string());
    vec![
        row(
            "JSON without a status",
            "[A]",
            answer(&json!({ "a": 1 })),
            200,
            vec![header("content-type", "application/json"), Body(json!({ "a": 1 }))],
        ),
        row(
            "a text without a status",
            "[A]",
            answer(&json!("Hello from Lambda!")),
            200,
            vec![header("content-type", "application/json"), Text("Hello from Lambda!")],
        ),
        row(
            "a status without a body, and one",
            "RFC 9110",
            answer(&json!({ "statusCode": 204, "body": "x" })),
            204,
            vec![Text("")],
        ),
        row("a status alone", "[T]", answer(&json!({ "statusCode": 204 })), 204, vec![Text("")]),
        row(
            "everything",
            "[A]",
            answer(&json!({
                "statusCode": 201, "headers": { "X-A": "b", "content-type": "text/html" },
                "body": "aGk=", "isBase64Encoded": true,
            })),
            201,
            vec![
                Text("hi"),
                header("x-a", "b"),
                header("content-type", "text/html"),
                header("content-length", "2"),
            ],
        ),
        row(
            "one header for each cookie",
            "[A]",
            answer(&json!({ "statusCode": 200, "cookies": ["a=1", "b=2"] })),
            200,
            vec![Headers("set-cookie", &["a=1", "b=2"])],
        ),
        row(
            "no content type",
            "[T]",
            answer(&json!({ "statusCode": 200, "body": "x" })),
            200,
            vec![header("content-type", "text/plain; charset=utf-8")],
        )
        .ministack("content-type", "application/json", "it treats every body as JSON"),
        row(
            "a bad shape",
            "[A]",
            answer(&json!({ "statusCode": "x" })),
            500,
            vec![message("Internal Server Error")],
        )
        .ministack("body", "", BREAKS)
        .ministack("apigw-requestid", "", BREAKS),
    ]
}

const BREAKS: &str = "its server fails on the status, and answers 500 without a body";

//! Fingerprints, which are in the `routegen.toml` of users: a new wording of a message must not change them.

use serde_json::{Value, json};

use super::{answer, body, get, query, today};
use crate::contract::diff::compare;

/// The only finding: its message, and its fingerprint.
fn found(before: &Value, after: &Value) -> (String, String) {
    let found = compare(before, after, "", "openapi.json", today()).unwrap();
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    (finding.message.clone(), finding.fingerprint())
}

#[test]
fn messages_speak_of_requests_and_responses_and_fingerprints_are_those_of_earlier_versions() {
    let text = || json!({ "type": "string" });
    let nullable = || json!({ "type": ["string", "null"] });
    let schema = |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    let any = |it: Value| get(json!({ "responses": { "default": schema(it) } }));
    let header = |it: Value| get(json!({ "responses": { "200": { "headers": { "X-A": it } } } }));
    for (before, after, message, fingerprint) in [
        (body(nullable()), body(text()), "the request body may no longer be null", "16c8d17135bf"),
        (
            answer(text()),
            answer(nullable()),
            "the response 200 (application/json) became nullable",
            "ae213716b4b8",
        ),
        (
            any(text()),
            any(nullable()),
            "the default response (application/json) became nullable",
            "43b92d57d928",
        ),
        (
            header(json!({ "schema": text() })),
            header(json!({ "schema": nullable() })),
            "the header `X-A` of the response 200 became nullable",
            "91d2a547dc27",
        ),
        (
            header(json!({ "schema": text() })),
            header(Value::Null),
            "the header `X-A` of the response 200 was removed",
            "17426493c7b6",
        ),
        (
            query(json!({ "schema": nullable() })),
            query(json!({ "schema": text() })),
            "the query parameter `q` may no longer be null",
            "2cb8f697e934",
        ),
    ] {
        assert_eq!(found(&before, &after), (message.to_owned(), fingerprint.to_owned()));
    }
}

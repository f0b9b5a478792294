//! Parses JSON into a value of the user's type, or returns an error with the place in the JSON.

use axum::Json;
use lambda_runtime::Error;
use serde::de::DeserializeOwned;

/// What axum's message begins with, before the place in the JSON. There is no request here.
const AXUM: [&str; 2] = [
    "Failed to deserialize the JSON body into the target type: ",
    "Failed to parse the request body as JSON: ",
];

/// Parses JSON.
pub(super) fn read<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, Error> {
    // axum's deserializer, which every function with a JSON body links already, tracks the path to each
    // value.
    match Json::<T>::from_bytes(json.as_bytes()) {
        Ok(Json(value)) => Ok(value),
        Err(rejection) => Err(unreadable(what, &rejection.body_text())),
    }
}

#[inline]
fn unreadable(what: &str, text: &str) -> Error {
    let reason = AXUM.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    format!("{what} cannot be read: {reason}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "it is read")]
    struct Order {
        lines: Vec<Line>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "it is read")]
    struct Line {
        count: u32,
    }

    #[test]
    fn an_error_says_where_in_the_json_it_is() {
        let error = |json: &str| read::<Order>("the body", json).unwrap_err().to_string();
        assert_eq!(
            error(r#"{"lines": [{"count": 1}, {"count": "2"}]}"#),
            r#"the body cannot be read: lines[1].count: invalid type: string "2", expected u32 at line 1 column 38"#
        );
        assert_eq!(
            error(r#"{"lines": [{}]}"#),
            "the body cannot be read: lines[0]: missing field `count` at line 1 column 13"
        );
        assert!(error("Test message.").starts_with("the body cannot be read: expected value at line 1"));
        assert!(read::<Order>("the body", r#"{"lines": []}"#).is_ok());
    }
}

//! Converts DynamoDB's JSON into JSON that serde reads.
//!
//! In: the attributes of an item in a stream, `{"count": {"N": "3"}}`. Out: `{"count":3}`. Numbers are copied
//! as they are written, so that no digit is lost; sets become lists, and bytes stay base64. It refuses a kind
//! of value that DynamoDB does not have.

use lambda_runtime::Error;
use serde_json::{Map, Value};

/// Returns the JSON of an item.
#[inline]
pub(super) fn item(attributes: &Map<String, Value>) -> Result<String, Error> {
    let mut json = String::new();
    map(attributes, &mut json)?;
    Ok(json)
}

#[inline]
fn map(attributes: &Map<String, Value>, json: &mut String) -> Result<(), Error> {
    json.push('{');
    for (index, (name, value)) in attributes.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        text(name, json);
        json.push(':');
        attribute(value, json).map_err(|error| format!("`{name}`: {error}"))?;
    }
    json.push('}');
    Ok(())
}

#[inline]
fn list(
    values: &[Value],
    json: &mut String,
    one: impl Fn(&Value, &mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    json.push('[');
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        one(value, json)?;
    }
    json.push(']');
    Ok(())
}

#[inline]
fn attribute(value: &Value, json: &mut String) -> Result<(), Error> {
    let of_one = value.as_object().filter(|object| object.len() == 1);
    let (kind, value) =
        of_one.and_then(|object| object.iter().next()).ok_or("no attribute value of DynamoDB")?;
    match (kind.as_str(), value) {
        ("S" | "B", value) => string(value, json),
        ("N", value) => number(value, json),
        ("BOOL", Value::Bool(value)) => {
            json.push_str(if *value { "true" } else { "false" });
            Ok(())
        }
        ("NULL", _) => {
            json.push_str("null");
            Ok(())
        }
        ("M", Value::Object(attributes)) => map(attributes, json),
        ("L", Value::Array(values)) => list(values, json, attribute),
        ("SS" | "BS", Value::Array(values)) => list(values, json, string),
        ("NS", Value::Array(values)) => list(values, json, number),
        (kind, _) => Err(format!("DynamoDB has no such value of kind `{kind}`").into()),
    }
}

#[inline]
fn string(value: &Value, json: &mut String) -> Result<(), Error> {
    text(value.as_str().ok_or("a value that is not a string")?, json);
    Ok(())
}

#[inline]
fn text(text: &str, json: &mut String) {
    json.push_str(&Value::from(text).to_string());
}

/// DynamoDB writes numbers as JSON does.
#[inline]
fn number(value: &Value, json: &mut String) -> Result<(), Error> {
    let number = value.as_str().ok_or("a number that is not a string")?;
    serde_json::from_str::<&serde_json::value::RawValue>(number)
        .ok()
        .filter(|_| number.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
        .ok_or_else(|| format!("{number:?} is not a number"))?;
    json.push_str(number);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(serde::Deserialize)]
    struct Big {
        big: u128,
    }

    fn converted(attributes: &Value) -> Result<String, String> {
        item(attributes.as_object().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_kind_of_value_becomes_json_and_no_number_loses_a_digit() {
        let attributes = json!({
            "binary": { "B": "AAEqQQ==" }, "binaries": { "BS": ["AAEqQQ==", "AA=="] }, "big": { "N": "12345678901234567890123456789012345678" },
            "flag": { "BOOL": false }, "exact": { "N": "0.1234567890123456789012345678901234567" }, "list": { "L": [{ "S": "a\"b" }, { "N": "-1" }, { "L": [] }] },
            "map": { "M": { "\u{e9}\n": { "NULL": true } } }, "numbers": { "NS": ["1", "2.5"] }, "texts": { "SS": ["a", "b"] }, "none": { "M": {} },
        });
        let json = converted(&attributes).unwrap();
        let expected = r#"{"big":12345678901234567890123456789012345678,"binaries":["AAEqQQ==","AA=="],"binary":"AAEqQQ==","exact":0.1234567890123456789012345678901234567,"flag":false,"list":["a\"b",-1,[]],"map":{"é\n":null},"none":{},"numbers":[1,2.5],"texts":["a","b"]}"#;
        assert_eq!(json, expected);
        let big: Big = serde_json::from_str(&json).unwrap();
        assert_eq!(big.big, 12_345_678_901_234_567_890_123_456_789_012_345_678);
    }

    #[test]
    fn what_dynamodb_does_not_have_is_refused_with_its_place() {
        for (attributes, error) in [
            (json!({ "a": "b" }), "`a`: no attribute value of DynamoDB"),
            (json!({ "a": { "S": "b", "N": "1" } }), "`a`: no attribute value of DynamoDB"),
            (
                json!({ "a": { "M": { "b": { "X": 1 } } } }),
                "`a`: `b`: DynamoDB has no such value of kind `X`",
            ),
            (json!({ "a": { "N": "1]" } }), "`a`: \"1]\" is not a number"),
            (json!({ "a": { "N": "true" } }), "`a`: \"true\" is not a number"),
            (json!({ "a": { "S": 1 } }), "`a`: a value that is not a string"),
        ] {
            assert_eq!(converted(&attributes).unwrap_err(), error);
        }
    }
}

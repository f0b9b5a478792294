//! Converts JSON to attribute values of DynamoDB.

use serde_json::{Map, Value, json};

/// A value in DynamoDB's form ([AttributeValue]): `{"S": "a"}`, `{"N": "1"}`, `{"M": {…}}`. Sets and bytes
/// have no equivalent in JSON.
///
/// [AttributeValue]: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
pub fn to_attribute_value(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(value) => json!({ "BOOL": value }),
        Value::Number(value) => json!({ "N": value.to_string() }),
        Value::String(value) => json!({ "S": value }),
        Value::Array(values) => json!({ "L": values.iter().map(to_attribute_value).collect::<Vec<_>>() }),
        Value::Object(values) => json!({ "M": to_item(values) }),
    }
}

/// The attributes of an item.
pub(super) fn to_item(values: &Map<String, Value>) -> Map<String, Value> {
    values.iter().map(|(name, value)| (name.clone(), to_attribute_value(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_json_has_its_attribute_value() {
        let value = json!({ "id": "7", "n": 1.5, "on": true, "none": null, "tags": ["a", 2] });
        let expected = json!({ "M": {
            "id": { "S": "7" }, "n": { "N": "1.5" }, "on": { "BOOL": true }, "none": { "NULL": true },
            "tags": { "L": [{ "S": "a" }, { "N": "2" }] }
        } });
        assert_eq!(to_attribute_value(&value), expected);
    }
}

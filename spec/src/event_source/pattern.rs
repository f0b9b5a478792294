//! Event patterns, which EventBridge rules and the filters of event source mappings share.
//!
//! In: JSON. Out: a pattern that EventBridge accepts by its [documented grammar], as compact JSON. It does
//! not check whether any event can match.
//!
//! [documented grammar]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::limits;

/// A pattern, as compact JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String"))]
pub struct Pattern(String);

/// Why a text is not a pattern.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields hold the offending texts")]
pub enum PatternError {
    #[error("the pattern is not JSON: {reason}")]
    Json { reason: String },
    #[error("{at} must be an object")]
    Object { at: String },
    #[error("{at} must be an array of the values that match, or an object of further keys")]
    Leaf { at: String },
    #[error("{at} is empty, so nothing matches")]
    Empty { at: String },
    #[error("{at} has the operator `{operator}`, which EventBridge does not support")]
    Operator { at: String, operator: String },
    #[error("{at} has a value that its operator `{operator}` does not accept")]
    Operand { at: String, operator: String },
    #[error(
        "the pattern has {characters} characters, but at most {} are allowed",
        limits::EVENT_PATTERN_CHARS
    )]
    Long { characters: usize },
}

impl PatternError {
    /// What to write instead.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Json { .. } | Self::Object { .. } | Self::Leaf { .. } | Self::Empty { .. } => {
                r#"write an object whose leaves are arrays, such as `{"detail": {"status": ["paid"]}}`"#
            }
            Self::Operator { .. } => {
                "the operators are `prefix`, `suffix`, `equals-ignore-case`, `wildcard`, `anything-but`, `numeric`, `cidr`, `exists` and, \
                 over whole keys, `$or`"
            }
            Self::Operand { .. } => {
                r#"write it as in `{"prefix": "a"}`, `{"numeric": [">", 0, "<=", 5]}`, `{"exists": false}`, `{"anything-but": ["a"]}` or `{"cidr": "10.0.0.0/24"}`"#
            }
            Self::Long { .. } => "shorten it, and check the rest in the handler",
        }
    }
}

impl Pattern {
    /// The JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON as a value.
    pub fn to_value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// The keys of an event that it looks at, with those of its alternatives (`$or`).
    pub fn keys(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        if let Value::Object(object) = self.to_value() {
            collect_keys(object, &mut keys);
        }
        keys
    }

    /// Whether an event, as JSON, matches.
    pub fn matches(&self, event: &Value) -> bool {
        self.to_value().as_object().is_some_and(|pattern| matching::object(pattern, Some(event)))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| PatternError::Json { reason: error.to_string() })?;
        let Value::Object(object) = &value else {
            return Err(PatternError::Object { at: "the pattern".to_owned() });
        };
        check(object, "the pattern")?;
        let text = value.to_string();
        match text.chars().count() {
            characters if characters > limits::EVENT_PATTERN_CHARS => Err(PatternError::Long { characters }),
            _ => Ok(Self(text)),
        }
    }
}

fn collect_keys(object: Map<String, Value>, keys: &mut BTreeSet<String>) {
    for (key, value) in object {
        match value {
            Value::Array(alternatives) if key == "$or" => {
                for alternative in alternatives {
                    if let Value::Object(object) = alternative {
                        collect_keys(object, keys);
                    }
                }
            }
            _ => {
                keys.insert(key);
            }
        }
    }
}

/// The location of a key, for messages.
fn below(at: &str, key: &str) -> String {
    match at.strip_prefix('`').and_then(|at| at.strip_suffix('`')) {
        Some(at) => format!("`{at}.{key}`"),
        None => format!("`{key}`"),
    }
}

fn check(object: &Map<String, Value>, at: &str) -> Result<(), PatternError> {
    if object.is_empty() {
        return Err(PatternError::Empty { at: at.to_owned() });
    }
    for (key, value) in object {
        let at = below(at, key);
        match value {
            Value::Object(object) => check(object, &at)?,
            Value::Array(values) if values.is_empty() => return Err(PatternError::Empty { at }),
            Value::Array(alternatives) if key == "$or" => {
                for alternative in alternatives {
                    let Value::Object(object) = alternative else { return Err(PatternError::Object { at }) };
                    check(object, &at)?;
                }
            }
            Value::Array(values) => values.iter().try_for_each(|value| leaf(value, &at))?,
            _ => return Err(PatternError::Leaf { at }),
        }
    }
    Ok(())
}

/// Checks one of the values that may match.
fn leaf(value: &Value, at: &str) -> Result<(), PatternError> {
    let Value::Object(operation) = value else {
        let is_value = !value.is_array();
        return if is_value { Ok(()) } else { Err(PatternError::Leaf { at: at.to_owned() }) };
    };
    let Some((operator, operand)) = operation.iter().next().filter(|_| operation.len() == 1) else {
        return Err(PatternError::Leaf { at: at.to_owned() });
    };
    match takes(operator, operand) {
        Some(true) => Ok(()),
        Some(false) => Err(PatternError::Operand { at: at.to_owned(), operator: operator.clone() }),
        None => Err(PatternError::Operator { at: at.to_owned(), operator: operator.clone() }),
    }
}

/// Whether an operator accepts an operand; `None` if there is no such operator.
fn takes(operator: &str, operand: &Value) -> Option<bool> {
    let texts = |value: &Value| match value {
        Value::Array(values) => !values.is_empty() && values.iter().all(Value::is_string),
        value => value.is_string(),
    };
    Some(match operator {
        "prefix" | "suffix" => match operand {
            Value::Object(of) => of.len() == 1 && of.get("equals-ignore-case").is_some_and(Value::is_string),
            operand => operand.is_string(),
        },
        "equals-ignore-case" | "wildcard" => operand.is_string(),
        "cidr" => operand.as_str().is_some_and(|text| matching::Cidr::parse(text).is_some()),
        "exists" => operand.is_boolean(),
        "numeric" => matching::numeric(operand).is_some(),
        "anything-but" => match operand {
            Value::Object(of) => {
                of.len() == 1
                    && of.iter().all(|(operator, operand)| {
                        ["prefix", "suffix", "equals-ignore-case", "wildcard"].contains(&operator.as_str())
                            && texts(operand)
                    })
            }
            Value::Array(values) => {
                !values.is_empty() && values.iter().all(|value| value.is_string() || value.is_number())
            }
            operand => operand.is_string() || operand.is_number(),
        },
        _ => return None,
    })
}

/// Matching events against patterns.
mod matching {
    use std::net::IpAddr;

    use serde_json::{Map, Value};

    pub(super) fn object(pattern: &Map<String, Value>, event: Option<&Value>) -> bool {
        pattern.iter().all(|(key, of)| match of {
            Value::Array(alternatives) if key == "$or" => alternatives
                .iter()
                .any(|alternative| alternative.as_object().is_some_and(|pattern| object(pattern, event))),
            Value::Array(values) => leaf(values, event.and_then(|event| event.get(key))),
            Value::Object(pattern) => object(pattern, event.and_then(|event| event.get(key))),
            _ => false,
        })
    }

    fn leaf(values: &[Value], found: Option<&Value>) -> bool {
        // An array matches if one of its values does.
        match found {
            Some(Value::Array(items)) => values
                .iter()
                .any(|value| items.iter().any(|item| one(value, Some(item))) || exists(value, true)),
            found => values.iter().any(|value| one(value, found)),
        }
    }

    fn exists(value: &Value, is_there: bool) -> bool {
        value.get("exists").and_then(Value::as_bool) == Some(is_there)
    }

    fn one(value: &Value, found: Option<&Value>) -> bool {
        let Some(operation) = value.as_object() else { return found == Some(value) };
        let Some((operator, operand)) = operation.iter().next() else { return false };
        let is_leaf = found.is_some_and(|found| !found.is_object());
        if operator == "exists" {
            return operand.as_bool() == Some(is_leaf);
        }
        let Some(found) = found.filter(|_| is_leaf) else { return false };
        let text = found.as_str();
        match operator.as_str() {
            "anything-but" => match operand {
                Value::Object(of) => !of.iter().any(|(operator, operand)| {
                    all(operand).any(|operand| text.is_some_and(|text| texts(operator, operand, text)))
                }),
                operand => !all(operand).any(|operand| operand == found),
            },
            "numeric" => found.as_f64().zip(numeric(operand)).is_some_and(|(found, bounds)| {
                bounds.iter().all(|(comparison, bound)| match *comparison {
                    "<" => found < *bound,
                    "<=" => found <= *bound,
                    ">" => found > *bound,
                    ">=" => found >= *bound,
                    _ => (found - bound).abs() < f64::EPSILON,
                })
            }),
            "cidr" => {
                let cidr = operand.as_str().and_then(Cidr::parse);
                let address = text.and_then(|text| text.parse().ok());
                cidr.zip(address).is_some_and(|(cidr, address)| cidr.contains(address))
            }
            operator => text.is_some_and(|text| texts(operator, operand, text)),
        }
    }

    fn all(operand: &Value) -> impl Iterator<Item = &Value> {
        operand.as_array().map_or(std::slice::from_ref(operand), Vec::as_slice).iter()
    }

    fn texts(operator: &str, operand: &Value, text: &str) -> bool {
        let (operand, text) = match operand.get("equals-ignore-case").and_then(Value::as_str) {
            Some(operand) => (operand.to_lowercase(), text.to_lowercase()),
            None => (operand.as_str().unwrap_or_default().to_owned(), text.to_owned()),
        };
        match operator {
            "prefix" => text.starts_with(&operand),
            "suffix" => text.ends_with(&operand),
            "equals-ignore-case" => text.to_lowercase() == operand.to_lowercase(),
            "wildcard" => wildcard(operand.as_bytes(), text.as_bytes()),
            _ => false,
        }
    }

    /// Whether a text matches a pattern with `*`; a backslash makes the next character literal.
    fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
        match pattern {
            [] => text.is_empty(),
            [b'*', rest @ ..] => (0..=text.len()).any(|skipped| wildcard(rest, &text[skipped..])),
            [b'\\', next, rest @ ..] | [next, rest @ ..] => {
                text.split_first().is_some_and(|(first, text)| first == next && wildcard(rest, text))
            }
        }
    }

    /// The comparisons of `[">", 0, "<=", 5]`.
    pub(super) fn numeric(operand: &Value) -> Option<Vec<(&str, f64)>> {
        let values = operand.as_array().filter(|values| matches!(values.len(), 2 | 4))?;
        let bounds: Option<Vec<_>> = values
            .chunks(2)
            .map(|pair| {
                let comparison = pair[0].as_str().filter(|of| ["=", "<", "<=", ">", ">="].contains(of))?;
                Some((comparison, pair[1].as_f64()?))
            })
            .collect();
        bounds
    }

    /// A block of addresses.
    pub(super) struct Cidr {
        address: IpAddr,
        bits: u32,
    }

    impl Cidr {
        pub(super) fn parse(text: &str) -> Option<Self> {
            let (address, bits) = text.split_once('/')?;
            let address: IpAddr = address.parse().ok()?;
            let bits = bits.parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            (bits <= most).then_some(Self { address, bits })
        }

        fn contains(&self, address: IpAddr) -> bool {
            let differ = match (self.address, address) {
                (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
                (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
                _ => return false,
            };
            differ >= self.bits
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_eventbridge_takes_is_a_pattern() {
        for good in [
            r#"{"source": ["aws.s3"]}"#,
            r#"{"detail": {"bucket": {"name": [{"prefix": "in-"}, "uploads", null, 1, true]}}}"#,
            r#"{"detail": {"n": [{"numeric": [">", 0, "<=", 5]}], "a": [{"anything-but": {"suffix": [".png"]}}]}}"#,
            r#"{"$or": [{"detail": {"a": [{"exists": false}]}}, {"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}]}"#,
        ] {
            let pattern: Pattern = good.parse().unwrap();
            assert_eq!(pattern.to_value(), serde_json::from_str::<Value>(good).unwrap());
        }
    }

    #[test]
    fn the_keys_of_alternatives_are_keys_of_the_pattern() {
        let keys = |text: &str| text.parse::<Pattern>().unwrap().keys().into_iter().collect::<Vec<_>>();
        assert_eq!(keys(r#"{"body": {"attributes": [1], "$or": [{"a": [1]}]}}"#), ["body"]);
        let nested = r#"{"$or": [{"body": [""]}, {"$or": [{"messageId": ["a"]}, {"body": ["b"]}]}], "awsRegion": ["c"]}"#;
        assert_eq!(keys(nested), ["awsRegion", "body", "messageId"]);
    }

    #[test]
    fn what_eventbridge_refuses_is_refused_with_its_place() {
        let shown: Vec<String> = [
            "{",
            "[]",
            "{}",
            r#"{"source": "aws.s3"}"#,
            r#"{"source": []}"#,
            r#"{"detail": {"a": {}}}"#,
            r#"{"detail": {"a": [[1]]}}"#,
            r#"{"detail": {"a": [{"starts-with": "a"}]}}"#,
            r#"{"detail": {"a": [{"prefix": 1}]}}"#,
            r#"{"detail": {"a": [{"prefix": "a", "suffix": "b"}]}}"#,
            r#"{"detail": {"a": [{"numeric": [">"]}]}}"#,
            r#"{"detail": {"a": [{"cidr": "10.0.0.0/33"}]}}"#,
            r#"{"$or": ["a"]}"#,
        ]
        .into_iter()
        .map(|bad| {
            let error = bad.parse::<Pattern>().unwrap_err();
            format!("{bad}\n    {error}; {}", error.help())
        })
        .collect();
        insta::assert_snapshot!(shown.join("\n"));
        let long = json!({ "source": ["a".repeat(limits::EVENT_PATTERN_CHARS)] }).to_string();
        assert!(matches!(long.parse::<Pattern>(), Err(PatternError::Long { .. })));
    }

    #[test]
    fn an_event_matches_as_eventbridge_documents() {
        let event = json!({
            "source": "orders", "detail": { "status": "paid", "total": 5, "ip": "10.0.0.7", "tags": ["a", "b"], "none": null }
        });
        let cases = [
            (r#"{"source": ["orders"]}"#, true),
            (r#"{"source": ["Orders"]}"#, false),
            (r#"{"source": [{"equals-ignore-case": "Orders"}]}"#, true),
            (r#"{"source": [{"prefix": {"equals-ignore-case": "ORD"}}]}"#, true),
            (r#"{"detail": {"status": [{"suffix": "id"}], "total": [5]}}"#, true),
            (r#"{"detail": {"status": [{"suffix": "id"}], "total": [6]}}"#, false),
            (r#"{"detail": {"total": [{"numeric": [">", 0, "<=", 5]}]}}"#, true),
            (r#"{"detail": {"total": [{"numeric": ["<", 5]}]}}"#, false),
            (r#"{"detail": {"ip": [{"cidr": "10.0.0.0/29"}]}}"#, true),
            (r#"{"detail": {"ip": [{"cidr": "10.0.0.0/30"}]}}"#, false),
            (r#"{"detail": {"tags": ["b"]}}"#, true),
            (r#"{"detail": {"tags": ["c"]}}"#, false),
            (r#"{"detail": {"none": [null]}}"#, true),
            (r#"{"detail": {"gone": [{"exists": false}], "tags": [{"exists": true}]}}"#, true),
            (r#"{"detail": {"status": [{"exists": false}]}}"#, false),
            (r#"{"detail": {"status": [{"anything-but": ["open", "paid"]}]}}"#, false),
            (r#"{"detail": {"status": [{"anything-but": {"prefix": "o"}}]}}"#, true),
            (r#"{"detail": {"gone": [{"anything-but": "a"}]}}"#, false),
            (r#"{"detail": {"status": [{"wildcard": "p*d"}]}}"#, true),
            (r#"{"detail": {"status": [{"wildcard": "p*x"}]}}"#, false),
            (r#"{"$or": [{"source": ["a"]}, {"detail": {"total": [5]}}]}"#, true),
            (r#"{"$or": [{"source": ["a"]}, {"detail": {"total": [6]}}]}"#, false),
        ];
        for (pattern, matches) in cases {
            assert_eq!(pattern.parse::<Pattern>().unwrap().matches(&event), matches, "{pattern}");
        }
    }
}

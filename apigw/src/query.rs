//! The parameters of a query, decoded. Repeated ones become one value, joined by commas.

use std::{borrow::Cow, collections::BTreeMap};

use percent_encoding::percent_decode_str;
use serde::{Serialize, Serializer};

/// The parameters of a query by name.
#[derive(Debug, Default)]
pub struct QueryParameters<'a>(BTreeMap<Cow<'a, str>, Cow<'a, str>>);

impl<'a> QueryParameters<'a> {
    /// Parses the query of a request line.
    pub fn parse(query: &'a str) -> Self {
        let mut parameters = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            parameters
                .entry(decode(name))
                .and_modify(|values: &mut Cow<'_, str>| {
                    let values = values.to_mut();
                    values.push(',');
                    values.push_str(&value);
                })
                .or_insert(value);
        }
        Self(parameters)
    }

    /// Whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(AsRef::as_ref)
    }
}

impl Serialize for QueryParameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0)
    }
}

fn decode(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
    }
    percent_decode_str(text).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_repeats_joined() {
        let parameters =
            QueryParameters::parse("parameter1=value1&parameter1=value2&parameter2=a%20b+c&flag&&=x");
        let json = serde_json::to_value(&parameters).unwrap();
        let expected =
            serde_json::json!({ "": "x", "flag": "", "parameter1": "value1,value2", "parameter2": "a b c" });
        assert_eq!(json, expected);
        assert!(QueryParameters::parse("").is_empty());
    }
}

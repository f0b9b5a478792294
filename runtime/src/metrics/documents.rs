//! The documents of the embedded metric format ([specification]).
//!
//! In: values and dimensions. Out: a line for each document, as many as the limits require. It refuses names
//! and values that CloudWatch would not accept.
//!
//! [specification]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

use serde_json::{Map, Value, json};

use super::Unit;

/// The maximum number of metrics in one document, and of values of one metric in it.
const PER_DOCUMENT: usize = 100;

/// The maximum number of dimensions in one document.
const DIMENSIONS: usize = 30;

/// The maximum length of a metric's name and of a dimension's value, in bytes.
const NAME_BYTES: usize = 1024;

/// The maximum length of a dimension's name, in bytes ([Dimension]).
///
/// [Dimension]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
const DIMENSION_NAME_BYTES: usize = 250;

/// Names that are, or may be, in every document.
const TAKEN: [&str; 6] = ["_aws", "service", "function", "route", "authorizer", "requestId"];

/// Dimensions that are, or may be, in every document: service, function, and route or authorizer.
const OWN_DIMENSIONS: usize = 3;

/// What an invocation has recorded.
#[derive(Debug, Default)]
pub(super) struct Documents {
    dimensions: Vec<(String, String)>,
    /// The metrics of each document.
    documents: Vec<Vec<Metric>>,
}

#[derive(Debug)]
struct Metric {
    name: String,
    unit: Unit,
    values: Vec<f64>,
}

/// What all documents of an invocation share.
pub(super) struct Around<'a> {
    /// Milliseconds since 1970.
    pub(super) timestamp: u128,
    pub(super) namespace: &'a str,
    /// They come before the recorded ones.
    pub(super) dimensions: Vec<(&'a str, &'a str)>,
    pub(super) request_id: Option<String>,
}

impl Documents {
    pub(super) const fn new() -> Self {
        Self { dimensions: Vec::new(), documents: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    pub(super) fn metric(&mut self, name: &str, value: f64, unit: Unit) -> Result<(), String> {
        if name.is_empty() || name.len() > NAME_BYTES {
            return Err(format!("its name has {} bytes, and may have 1 to {NAME_BYTES}", name.len()));
        }
        if TAKEN.contains(&name) || self.dimensions.iter().any(|(dimension, _)| dimension == name) {
            return Err(format!("`{name}` is the name of something else"));
        }
        if !value.is_finite() {
            return Err(format!("the value of `{name}` is {value}"));
        }
        // The first document that has the metric with this unit and room for a value, or else room for the
        // metric.
        for document in &mut self.documents {
            let has_room = document.len() < PER_DOCUMENT;
            match document.iter_mut().find(|metric| metric.name == name) {
                Some(metric) if metric.unit == unit && metric.values.len() < PER_DOCUMENT => {
                    metric.values.push(value);
                    return Ok(());
                }
                None if has_room => {
                    document.push(Metric { name: name.to_owned(), unit, values: vec![value] });
                    return Ok(());
                }
                _ => {}
            }
        }
        self.documents.push(vec![Metric { name: name.to_owned(), unit, values: vec![value] }]);
        Ok(())
    }

    pub(super) fn dimension(&mut self, name: &str, value: &str) -> Result<(), String> {
        if name.is_empty() || name.len() > DIMENSION_NAME_BYTES || name.starts_with(':') || !name.is_ascii() {
            return Err(format!(
                "`{name}` is not a valid dimension name: write 1 to {DIMENSION_NAME_BYTES} ASCII characters, not beginning with `:`"
            ));
        }
        let metrics = self.documents.iter().flatten();
        if TAKEN.contains(&name) || metrics.into_iter().any(|metric| metric.name == name) {
            return Err(format!("`{name}` is the name of something else"));
        }
        if value.trim().is_empty() || value.len() > NAME_BYTES {
            return Err(format!(
                "the value of the dimension `{name}` has {} bytes, and may have 1 to {NAME_BYTES}",
                value.len()
            ));
        }
        let has_room = self.dimensions.len() + OWN_DIMENSIONS < DIMENSIONS;
        match self.dimensions.iter_mut().find(|(dimension, _)| dimension == name) {
            Some((_, old)) => value.clone_into(old),
            None if has_room => {
                self.dimensions.push((name.to_owned(), value.to_owned()));
            }
            None => return Err(format!("`{name}` is a dimension too many: there are at most {DIMENSIONS}")),
        }
        Ok(())
    }

    /// Returns a line for each document.
    pub(super) fn lines(&self, around: &Around<'_>) -> impl Iterator<Item = String> {
        self.documents.iter().map(|metrics| self.document(metrics, around).to_string() + "\n")
    }

    fn document(&self, metrics: &[Metric], around: &Around<'_>) -> Value {
        let recorded = self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let dimensions: Vec<(&str, &str)> = around.dimensions.iter().copied().chain(recorded).collect();
        let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
        let definitions: Vec<Value> = metrics
            .iter()
            .map(|metric| json!({ "Name": metric.name, "Unit": metric.unit.as_str() }))
            .collect();
        let directive =
            json!({ "Namespace": around.namespace, "Dimensions": [names], "Metrics": definitions });
        let mut document = Map::new();
        let timestamp = u64::try_from(around.timestamp).unwrap_or(u64::MAX);
        document
            .insert("_aws".to_owned(), json!({ "Timestamp": timestamp, "CloudWatchMetrics": [directive] }));
        document.extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        document.extend(around.request_id.iter().map(|id| ("requestId".to_owned(), json!(id))));
        document.extend(metrics.iter().map(|metric| {
            let value = match metric.values.as_slice() {
                [value] => json!(value),
                values => json!(values),
            };
            (metric.name.clone(), value)
        }));
        document.into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn around() -> Around<'static> {
        Around {
            timestamp: 1_773_119_783_123,
            namespace: "shop",
            dimensions: vec![("service", "orders"), ("function", "create-order"), ("route", "POST /orders")],
            request_id: Some("r".to_owned()),
        }
    }

    fn documents(documents: &Documents) -> Vec<Value> {
        let parse = |line: String| {
            assert_eq!(line.find('\n'), Some(line.len() - 1), "{line}");
            let document = serde_json::from_str(&line).unwrap();
            conforms(&document);
            document
        };
        documents.lines(&around()).map(parse).collect()
    }

    /// Checks the document against the specification's schema and its rules about references.
    fn conforms(document: &Value) {
        let text = |value: &Value, longest| {
            let text = value.as_str().unwrap();
            assert!(!text.is_empty() && text.len() <= longest, "{text}");
            text.to_owned()
        };
        assert!(document["_aws"]["Timestamp"].is_u64());
        let directives = document["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        for directive in directives {
            text(&directive["Namespace"], 1024);
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = set.as_array().unwrap();
                assert!((1..=30).contains(&set.len()));
                for name in set {
                    text(&document[text(name, 250)], 1024);
                }
            }
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!((1..=100).contains(&metrics.len()));
            for metric in metrics {
                let value = &document[text(&metric["Name"], 1024)];
                let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                assert!((1..=100).contains(&values.len()) && values.iter().all(Value::is_number), "{value}");
                assert!(Unit::ALL.iter().any(|unit| metric["Unit"] == unit.as_str()));
            }
        }
    }

    #[test]
    fn a_document_has_the_form_of_the_specification() {
        let mut recorded = Documents::default();
        recorded.metric("Orders", 1.0, Unit::Count).unwrap();
        recorded.dimension("tenant", "acme").unwrap();
        recorded.dimension("tenant", "acme \"2\"").unwrap();
        recorded.metric("Total", 9.5, Unit::None).unwrap();
        recorded.metric("Orders", 2.0, Unit::Count).unwrap();
        let expected = json!({
            "_aws": { "Timestamp": 1_773_119_783_123_u64, "CloudWatchMetrics": [{
                "Namespace": "shop",
                "Dimensions": [["service", "function", "route", "tenant"]],
                "Metrics": [{ "Name": "Orders", "Unit": "Count" }, { "Name": "Total", "Unit": "None" }],
            }] },
            "service": "orders", "function": "create-order", "route": "POST /orders", "tenant": "acme \"2\"",
            "requestId": "r", "Orders": [1.0, 2.0], "Total": 9.5,
        });
        assert_eq!(documents(&recorded), [expected]);
    }

    #[test]
    fn what_is_too_much_for_one_document_is_in_the_next() {
        let mut recorded = Documents::default();
        for index in 0..250 {
            recorded.metric(&format!("m{index}"), 1.0, Unit::Count).unwrap();
        }
        assert_eq!(documents(&recorded).len(), 3);
        let mut recorded = Documents::default();
        for index in 0..101 {
            recorded.metric("m", f64::from(index), Unit::Count).unwrap();
        }
        recorded.metric("m", 1.0, Unit::Bytes).unwrap();
        let units: Vec<_> = documents(&recorded)
            .iter()
            .map(|document| document["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"].clone())
            .collect();
        assert_eq!(units, ["Count", "Count", "Bytes"]);
    }

    #[test]
    fn what_cloudwatch_would_not_take_is_refused() {
        let mut recorded = Documents::default();
        recorded.metric("m", 1.0, Unit::Count).unwrap();
        recorded.dimension("d", "1").unwrap();
        for (name, value) in [
            ("", 1.0),
            (&*"m".repeat(1025), 1.0),
            ("m", f64::NAN),
            ("m", f64::INFINITY),
            ("_aws", 1.0),
            ("d", 1.0),
            ("route", 1.0),
        ] {
            assert!(recorded.metric(name, value, Unit::Count).is_err(), "{name} {value}");
        }
        let long = "v".repeat(1025);
        for (name, value) in [
            ("", "v"),
            (&*"d".repeat(251), "v"),
            (":d", "v"),
            ("ä", "v"),
            ("m", "v"),
            ("service", "v"),
            ("e", ""),
            ("e", " "),
            ("e", &long),
        ] {
            assert!(recorded.dimension(name, value).is_err(), "{name} {value}");
        }
        for index in 0..26 {
            recorded.dimension(&format!("d{index}"), "v").unwrap();
        }
        assert!(recorded.dimension("one too many", "v").is_err());
        assert_eq!(documents(&recorded).len(), 1);
    }

    const NAMES: [&str; 8] = ["a", "b", "\u{e9}\n\"", ":c", "d d", "", "_aws", "route"];

    proptest! {
        #[test]
        fn whatever_is_recorded_conforms_and_nothing_is_lost(
            calls in prop::collection::vec((0..NAMES.len(), -9_i32..9, 0..3_usize, any::<bool>()), 0..300)
        ) {
            let mut recorded = Documents::default();
            let mut sums = BTreeMap::<String, f64>::new();
            for (name, value, unit, is_metric) in calls {
                let name = NAMES[name];
                if is_metric {
                    if recorded.metric(name, f64::from(value), Unit::ALL[unit]).is_ok() {
                        *sums.entry(name.to_owned()).or_default() += f64::from(value);
                    }
                } else {
                    // Other tests check whether it is accepted.
                    let _ = recorded.dimension(name, "v");
                }
            }
            let mut found = BTreeMap::<String, f64>::new();
            for document in documents(&recorded) {
                for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap() {
                    let name = metric["Name"].as_str().unwrap();
                    let value = &document[name];
                    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    let sum: f64 = values.iter().filter_map(Value::as_f64).sum();
                    *found.entry(name.to_owned()).or_default() += sum;
                }
            }
            prop_assert_eq!(found, sums);
        }
    }
}

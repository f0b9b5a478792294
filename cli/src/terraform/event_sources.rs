//! The event sources of the functions, as locals: one map for each kind, by the keys of the functions.
//!
//! Pure: the checked manifest in, values out. Settings have AWS's names, except for the names of resources.

use routegen_spec::{
    AsyncRetries, EventRule, EventSource, Name, Pattern, QueueSource, Schedule, StreamSource,
};

use super::hcl::Value;
use crate::check::{CheckedManifest, Function};

/// The entries of `locals`, each with its comment and name. `key` returns a function's key in the maps.
pub(super) fn entries(
    manifest: &CheckedManifest,
    key: impl Fn(&Function) -> String + Copy,
) -> [(&'static str, &'static str, Value); 4] {
    let map = |of: fn(&EventSource) -> Option<Value>| {
        Value::object(
            manifest
                .functions
                .iter()
                .filter_map(|function| Some((key(function), function.consumes.as_ref().and_then(of)?))),
        )
    };
    [
        (
            "When schedules call functions, by the functions' keys",
            "lambda_schedules",
            map(|source| match source {
                EventSource::Schedule(schedule) => Some(self::schedule(schedule)),
                _ => None,
            }),
        ),
        (
            "The SQS queues whose messages functions receive",
            "lambda_queues",
            map(|source| match source {
                EventSource::Queue(queue) => Some(self::queue(queue)),
                _ => None,
            }),
        ),
        (
            "The EventBridge events that functions receive",
            "lambda_event_rules",
            map(|source| match source {
                EventSource::Event(rule) => Some(self::event_rule(rule)),
                _ => None,
            }),
        ),
        (
            "The DynamoDB tables whose changes functions receive",
            "lambda_streams",
            map(|source| match source {
                EventSource::Stream(stream) => Some(self::stream(stream)),
                _ => None,
            }),
        ),
    ]
}

fn schedule(schedule: &Schedule) -> Value {
    let mut entries = vec![
        ("expression".to_owned(), Value::String(schedule.expression.to_string())),
        ("timezone".to_owned(), Value::from(schedule.timezone.as_deref().unwrap_or("UTC"))),
        ("flexible_window".to_owned(), number(schedule.flexible_window)),
        ("enabled".to_owned(), Value::Bool(schedule.enabled)),
    ];
    entries.extend(retries(schedule.retries));
    Value::Object(entries)
}

fn queue(queue: &QueueSource) -> Value {
    Value::object([
        ("queue", Value::from(queue.queue.as_str())),
        ("fifo", Value::Bool(queue.fifo)),
        ("batch_size", Value::Number(queue.batch)),
        ("batching_window", Value::Number(queue.window)),
        ("maximum_concurrency", number(queue.concurrency)),
        ("max_receive_count", Value::Number(queue.receives)),
        ("filters", filters(&queue.filter)),
    ])
}

fn event_rule(rule: &EventRule) -> Value {
    let bus = rule.bus.as_ref().map_or(Value::Null, |bus| Value::from(bus.as_str()));
    let pattern = ("event_pattern".to_owned(), Value::String(rule.event_pattern().to_string()));
    let mut entries = vec![("bus".to_owned(), bus), pattern];
    entries.extend(retries(rule.retries));
    Value::Object(entries)
}

fn stream(stream: &StreamSource) -> Value {
    Value::object([
        ("table", Value::from(Name::as_str(&stream.table))),
        ("starting_position", Value::from(stream.start.as_aws())),
        ("batch_size", Value::Number(stream.batch)),
        ("batching_window", Value::Number(stream.window)),
        ("parallelization_factor", Value::Number(stream.parallel)),
        ("maximum_retry_attempts", Value::Number(stream.retries)),
        ("maximum_record_age", number(stream.max_age)),
        ("bisect_batch_on_function_error", Value::Bool(stream.bisect)),
        ("filters", filters(&stream.filter)),
    ])
}

fn retries(AsyncRetries { retries, max_age, .. }: AsyncRetries) -> [(String, Value); 2] {
    [
        ("maximum_retry_attempts".to_owned(), Value::Number(retries)),
        ("maximum_event_age".to_owned(), Value::Number(max_age)),
    ]
}

fn filters(filters: &[Pattern]) -> Value {
    Value::strings(filters.iter().map(Pattern::as_str))
}

fn number(number: Option<u32>) -> Value {
    number.map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use routegen_spec::{Manifest, StartingPosition};

    use super::*;
    use crate::{
        check::{check, fixture},
        project::config::Config,
        terraform::{LOCALS, Layout, Previous, Syntax, files, hcl, previous},
    };

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn every_kind() -> CheckedManifest {
        let mut schedule = Schedule::new("cron(0 8 ? * MON-FRI *)".parse().unwrap());
        schedule.timezone = Some("Europe/Berlin".to_owned());
        schedule.flexible_window = Some(15);
        let mut queue = QueueSource::new(name("orders"));
        queue.filter = vec![r#"{"body": {"kind": ["a \"${b}\" <c>"]}}"#.parse().unwrap()];
        queue.concurrency = Some(10);
        let mut fifo = QueueSource::new(name("payments"));
        (fifo.fifo, fifo.window) = (true, 0);
        let mut rule = EventRule::new();
        (rule.source, rule.bus) = (vec!["shop".to_owned()], Some(name("shop_bus")));
        rule.retries = AsyncRetries::new(0, 60);
        let mut stream = StreamSource::new(name("items_table"));
        (stream.start, stream.max_age, stream.bisect) = (StartingPosition::Latest, Some(3600), false);
        let consumers = [
            ("open_shop", EventSource::Schedule(schedule)),
            ("on_order", EventSource::Queue(queue)),
            ("on_payment", EventSource::Queue(fifo)),
            ("on_visit", EventSource::Event(rule)),
            ("on_change", EventSource::Stream(stream)),
        ];
        let consumers = consumers.map(|(name, source)| fixture::consumer(name, source)).to_vec();
        let manifest = Manifest::new("0.0.0", vec![fixture::route("get", "/")], Vec::new());
        let manifest = manifest.with_consumers(consumers);
        check(Utf8Path::new("/"), "shop", &manifest, &Config::default()).unwrap().manifest
    }

    #[test]
    fn every_kind_of_event_source_is_an_entry_of_its_map() {
        let manifest = every_kind();
        insta::assert_snapshot!(hcl::locals(&entries(&manifest, |function| function.key.clone())));
        for layout in [Layout::Module, Layout::Locals] {
            let [hcl, json] = [Syntax::Hcl, Syntax::Json].map(|syntax| {
                let emitted = files(&manifest, &Previous::default(), layout, syntax, "".into());
                let is_locals = |path: &Utf8Path| path.as_str().starts_with(LOCALS);
                let file = emitted.into_iter().find(|file| is_locals(&file.path)).unwrap();
                previous::value(file.path.as_str(), &file.text.replace("$${", "${")).unwrap()["locals"]
                    .clone()
            });
            assert_eq!(hcl, json);
            let on_order = if layout == Layout::Module { "on_order" } else { "on_order_lambda" };
            assert_eq!(hcl["lambda_queues"][on_order]["queue"], "orders");
        }
    }
}

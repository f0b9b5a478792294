//! Parses the attribute's tokens into a [`ConsumerAttr`].
//!
//! In: which attribute it is, and the tokens between its parentheses. Out: the value of every argument with
//! its tokens. It refuses arguments that are wrong by themselves, and never stops at the first mistake. Rules
//! about two arguments, or about the function, are in `validate.rs`.

use proc_macro2::TokenStream;
use routegen_spec::{
    EnvName, Name, Pattern, ScheduleExpression, StartingPosition, TriggerKind, attributes::Key,
};

use crate::{
    arguments::{is_assignment, split},
    errors::Errors,
    slot::Slot,
    table::{Row, Table},
    values,
};

/// The attributes of the family.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Family {
    Schedule,
    Queue,
    Event,
    Stream,
}

/// An attribute as written, with each argument valid by itself. It has the slots of the whole family; those
/// that are not in its table stay absent.
pub(crate) struct ConsumerAttr {
    pub(crate) family: Family,
    pub(crate) expression: Slot<ScheduleExpression>,
    /// The queue or the table.
    pub(crate) resource: Slot<Name>,
    pub(crate) timezone: Slot<String>,
    pub(crate) flexible_window: Slot<u32>,
    pub(crate) enabled: Slot<bool>,
    pub(crate) retries: Slot<u32>,
    pub(crate) max_age: Slot<u32>,
    pub(crate) batch: Slot<u32>,
    pub(crate) window: Slot<u32>,
    pub(crate) concurrency: Slot<u32>,
    pub(crate) receives: Slot<u32>,
    pub(crate) fifo: Slot<bool>,
    pub(crate) filter: Slot<Vec<Pattern>>,
    pub(crate) source: Slot<Vec<String>>,
    pub(crate) detail_type: Slot<Vec<String>>,
    pub(crate) bus: Slot<Name>,
    pub(crate) pattern: Slot<Pattern>,
    pub(crate) start: Slot<StartingPosition>,
    pub(crate) parallel: Slot<u32>,
    pub(crate) bisect: Slot<bool>,
    pub(crate) memory: Slot<u32>,
    pub(crate) timeout: Slot<u32>,
    pub(crate) multi_thread: Slot<bool>,
    pub(crate) env: Slot<Vec<EnvName>>,
    pub(crate) name: Slot<Name>,
    pub(crate) description: Slot<String>,
    pub(crate) krate: Slot<syn::Path>,
}

pub(crate) fn parse(family: Family, attribute: TokenStream, errors: &mut Errors) -> ConsumerAttr {
    let mut consumer = ConsumerAttr::new(family);
    for (index, argument) in split(attribute, errors).into_iter().enumerate() {
        if index > 0 || is_assignment(&argument) || !consumer.read_first(&argument, errors) {
            consumer.table().read(argument, errors);
        }
    }
    consumer
}

impl Family {
    /// The kind of its trigger.
    pub(crate) fn kind(self) -> TriggerKind {
        match self {
            Self::Schedule => TriggerKind::Schedule,
            Self::Queue => TriggerKind::Queue,
            Self::Event => TriggerKind::Event,
            Self::Stream => TriggerKind::Stream,
        }
    }

    /// The attribute's name.
    pub(crate) fn as_str(self) -> &'static str {
        self.kind().as_str()
    }

    /// The runtime's trait of the arguments: `FromSchedule` for `schedule`.
    pub(crate) fn argument_trait(self) -> String {
        let (first, rest) = self.as_str().split_at(1);
        format!("From{}{rest}", first.to_uppercase())
    }
}

impl ConsumerAttr {
    fn new(family: Family) -> Self {
        Self {
            family,
            expression: Slot::default(),
            resource: Slot::default(),
            timezone: Slot::default(),
            flexible_window: Slot::default(),
            enabled: Slot::default(),
            retries: Slot::default(),
            max_age: Slot::default(),
            batch: Slot::default(),
            window: Slot::default(),
            concurrency: Slot::default(),
            receives: Slot::default(),
            fifo: Slot::default(),
            filter: Slot::default(),
            source: Slot::default(),
            detail_type: Slot::default(),
            bus: Slot::default(),
            pattern: Slot::default(),
            start: Slot::default(),
            parallel: Slot::default(),
            bisect: Slot::default(),
            memory: Slot::default(),
            timeout: Slot::default(),
            multi_thread: Slot::default(),
            env: Slot::default(),
            name: Slot::default(),
            description: Slot::default(),
            krate: Slot::default(),
        }
    }

    /// Reads the argument without a key, if the attribute has one.
    fn read_first(&mut self, argument: &TokenStream, errors: &mut Errors) -> bool {
        let fill = |slot: &mut Slot<Name>, name| slot.fill(name, argument.clone());
        match self.family {
            Family::Schedule => {
                let expression = values::expression(argument, errors);
                self.expression.fill(expression, argument.clone());
            }
            Family::Queue => {
                fill(&mut self.resource, values::resource_name("queue", "orders", argument, errors));
            }
            Family::Stream => {
                fill(&mut self.resource, values::resource_name("table", "items_table", argument, errors));
            }
            Family::Event => return false,
        }
        true
    }

    fn table(&mut self) -> Table<'_> {
        let mut rows = match self.family {
            Family::Schedule => vec![
                Row::new(Key::TIMEZONE, &mut self.timezone, values::timezone),
                Row::new(Key::FLEXIBLE_WINDOW, &mut self.flexible_window, values::flexible_window),
                Row::new(Key::ENABLED, &mut self.enabled, values::flag),
                Row::new(Key::RETRIES, &mut self.retries, values::async_retries),
                Row::new(Key::MAX_AGE, &mut self.max_age, values::async_max_age),
            ],
            Family::Queue => vec![
                Row::new(Key::BATCH, &mut self.batch, values::batch),
                Row::new(Key::WINDOW, &mut self.window, values::window),
                Row::new(Key::CONCURRENCY, &mut self.concurrency, values::concurrency),
                Row::new(Key::RECEIVES, &mut self.receives, values::receives),
                Row::new(Key::FIFO, &mut self.fifo, values::flag),
                Row::new(Key::FILTER, &mut self.filter, values::filter),
            ],
            Family::Event => vec![
                Row::new(Key::SOURCE, &mut self.source, values::texts),
                Row::new(Key::DETAIL_TYPE, &mut self.detail_type, values::texts),
                Row::new(Key::BUS, &mut self.bus, values::bus),
                Row::new(Key::PATTERN, &mut self.pattern, values::pattern),
                Row::new(Key::RETRIES, &mut self.retries, values::async_retries),
                Row::new(Key::MAX_AGE, &mut self.max_age, values::async_max_age),
            ],
            Family::Stream => vec![
                Row::new(Key::START, &mut self.start, values::start),
                Row::new(Key::BATCH, &mut self.batch, values::batch),
                Row::new(Key::WINDOW, &mut self.window, values::window),
                Row::new(Key::PARALLEL, &mut self.parallel, values::parallel),
                Row::new(Key::RETRIES, &mut self.retries, values::stream_retries),
                Row::new(Key::MAX_AGE, &mut self.max_age, values::stream_max_age),
                Row::new(Key::BISECT, &mut self.bisect, values::flag),
                Row::new(Key::FILTER, &mut self.filter, values::filter),
            ],
        };
        rows.extend([
            Row::new(Key::MEMORY, &mut self.memory, values::memory),
            Row::new(Key::TIMEOUT, &mut self.timeout, values::consumer_timeout),
            Row::new(Key::MULTI_THREAD, &mut self.multi_thread, values::flag),
            Row::new(Key::ENV, &mut self.env, values::env),
            Row::new(Key::NAME, &mut self.name, values::id),
            Row::new(Key::DESCRIPTION, &mut self.description, values::text),
            Row::new(Key::CRATE, &mut self.krate, values::krate),
        ]);
        Table(rows)
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::attributes;

    use super::*;

    /// The attribute and its errors, one per line.
    fn read(family: Family, attribute: &str) -> (ConsumerAttr, Vec<String>) {
        let mut errors = Errors::default();
        let consumer = parse(family, attribute.parse().unwrap(), &mut errors);
        (consumer, errors.into_vec().iter().map(|error| error.to_string().replace('\n', "; ")).collect())
    }

    #[test]
    fn the_keys_are_those_of_the_tables_that_the_documentation_is_made_of() {
        let known = |arguments: &[attributes::Argument]| {
            arguments.iter().map(|argument| argument.key).collect::<Vec<_>>()
        };
        for (family, expected) in [
            (Family::Schedule, known(&attributes::SCHEDULE)),
            (Family::Queue, known(&attributes::QUEUE)),
            (Family::Event, known(&attributes::EVENT)),
            (Family::Stream, known(&attributes::STREAM)),
        ] {
            assert_eq!(ConsumerAttr::new(family).table().keys(), expected, "{family:?}");
        }
    }

    #[test]
    fn the_first_argument_is_what_calls() {
        let (schedule, errors) = read(Family::Schedule, r#""rate(5 minutes)", enabled = false"#);
        assert_eq!(errors, [""; 0]);
        assert_eq!(schedule.expression.value().unwrap().to_string(), "rate(5 minutes)");
        assert_eq!(schedule.enabled.value(), Some(false));
        let (queue, errors) = read(Family::Queue, "orders, batch = 100, window = 5, concurrency = 2");
        assert_eq!(errors, [""; 0]);
        assert_eq!(queue.resource.value().unwrap().as_str(), "orders");
        assert_eq!((queue.batch.value(), queue.window.value()), (Some(100), Some(5)));
        let (stream, errors) = read(Family::Stream, r#"items_table, start = "latest""#);
        assert_eq!(errors, [""; 0]);
        assert_eq!(stream.resource.value().unwrap().as_str(), "items_table");
        assert_eq!(stream.start.value(), Some(StartingPosition::Latest));
    }

    #[test]
    fn one_text_stands_for_a_list_of_one() {
        let (event, errors) =
            read(Family::Event, r#"source = "aws.s3", detail_type = ["Object Created", "Object Deleted"]"#);
        assert_eq!(errors, [""; 0]);
        assert_eq!(event.source.value().unwrap(), ["aws.s3"]);
        assert_eq!(event.detail_type.value().unwrap(), ["Object Created", "Object Deleted"]);
    }

    #[test]
    fn every_mistake_has_one_error_and_its_fix() {
        let written = [
            (Family::Schedule, r"5"),
            (Family::Schedule, r#""every 5 minutes""#),
            (Family::Schedule, r#""cron(0 8 * * *)""#),
            (Family::Schedule, r#""rate(5 minutes)" timezone = "Europe/Berlin""#),
            (Family::Schedule, r#""rate(5 minutes)", timezone = "Central European Time""#),
            (Family::Schedule, r#""rate(5 minutes)", time_zone = "Europe/Berlin""#),
            (Family::Schedule, r#""rate(5 minutes)", flexible_window = 0"#),
            (Family::Schedule, r#""rate(5 minutes)", enabled = "no""#),
            (Family::Schedule, r#""rate(5 minutes)", retries = 3"#),
            (Family::Schedule, r#""rate(5 minutes)", max_age = 59"#),
            (Family::Schedule, r#""rate(5 minutes)", auth = "none""#),
            (Family::Queue, r#""orders""#),
            (Family::Queue, r#""arn:aws:sqs:us-east-1:123456789012:orders""#),
            (Family::Queue, r#""https://sqs.us-east-1.amazonaws.com/123456789012/orders""#),
            (Family::Queue, r"Orders"),
            (Family::Queue, r"my::orders"),
            (Family::Queue, r"aws_region"),
            (Family::Queue, r"orders, batch = 10001"),
            (Family::Queue, r"orders, window = 301"),
            (Family::Queue, r"orders, concurrency = 1"),
            (Family::Queue, r"orders, receives = 0"),
            (Family::Queue, r"orders, fifo"),
            (Family::Queue, r#"orders, filter = ["{"]"#),
            (Family::Queue, r"orders, filter = []"),
            (Family::Queue, r#"orders, filter = "{\"body\": {\"kind\": \"a\"}}""#),
            (
                Family::Queue,
                r#"orders, filter = ["{\"a\":[1]}", "{\"a\":[2]}", "{\"a\":[3]}", "{\"a\":[4]}", "{\"a\":[5]}", "{\"a\":[6]}"]"#,
            ),
            (Family::Queue, r"orders, timeout = 901"),
            (Family::Queue, r"orders, items"),
            (Family::Event, r#""aws.s3""#),
            (Family::Event, r"source = aws"),
            (Family::Event, r"source = []"),
            (Family::Event, r#"source = """#),
            (Family::Event, r#"source = ["a", "a"]"#),
            (Family::Event, r#"bus = "arn:aws:events:us-east-1:123456789012:event-bus/orders""#),
            (Family::Event, r#"bus = "orders_bus""#),
            (Family::Event, r##"pattern = r#"{"source": [{"prefiks": "aws."}]}"#"##),
            (Family::Event, r"batch = 10"),
            (Family::Stream, r#""arn:aws:dynamodb:us-east-1:123456789012:table/items/stream/2026""#),
            (Family::Stream, r#"items_table, start = "now""#),
            (Family::Stream, r"items_table, parallel = 11"),
            (Family::Stream, r"items_table, retries = 10001"),
            (Family::Stream, r"items_table, max_age = 604801"),
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|(family, attribute)| {
                let (_, errors) = read(family, attribute);
                assert_eq!(errors.len(), 1, "{attribute}: {errors:?}");
                format!("#[{}({attribute})]\n    {}", family.as_str(), errors[0])
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}

//! Validates a [`ConsumerAttr`] and the item under it as a [`ValidConsumer`].
//!
//! In: the attribute, with each argument valid by itself, and the item's tokens. Out: the only type that is
//! expanded. It refuses contradictions between two arguments, or an argument and the function, and missing
//! arguments.

use proc_macro2::TokenStream;
use routegen_spec::{
    AsyncRetries, ConsumerSpec, Entry, EventRule, EventSource, Pattern, QueueSource, Schedule,
    ScheduleExpression, Serves, StreamSource, attributes::Key, limits,
};

use super::parse::{ConsumerAttr, Family};
use crate::{
    errors::Errors,
    function,
    signature::{self, Handler, Role},
    slot::Slot,
};

/// A consumer that can be expanded.
pub(crate) struct ValidConsumer {
    pub(crate) family: Family,
    /// The content of the attribute. Fields that only the compiler can fill are empty.
    pub(crate) spec: ConsumerSpec,
    /// The path of the crate `routegen`.
    pub(crate) krate: syn::Path,
    pub(crate) handler: Handler,
}

/// Returns `None` only together with an error.
pub(crate) fn validate(
    crate_name: &str,
    mut attribute: ConsumerAttr,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<ValidConsumer> {
    let source = source(&mut attribute, errors);
    let handler = signature::read(item, Role::Consumer, errors)?;
    let name = match attribute.name {
        Slot::Absent => function::name(&handler, Key::NAME, errors)?,
        slot => slot.value()?,
    };
    let serves = Serves::Consumer(attribute.family.kind(), name.clone());
    let mut spec = ConsumerSpec::new(name, source?);
    spec.memory = attribute.memory.value();
    spec.timeout = attribute.timeout.value();
    spec.multi_thread = attribute.multi_thread.value();
    spec.env = attribute.env.value().unwrap_or_default();
    spec.description = function::description(attribute.description, &handler)?;
    spec.entry = Entry::new(crate_name, serves).to_string();
    Some(ValidConsumer { family: attribute.family, spec, krate: function::krate(attribute.krate)?, handler })
}

fn source(attribute: &mut ConsumerAttr, errors: &mut Errors) -> Option<EventSource> {
    match attribute.family {
        Family::Schedule => schedule(attribute, errors).map(EventSource::Schedule),
        Family::Queue => queue(attribute, errors).map(EventSource::Queue),
        Family::Event => event(attribute, errors).map(EventSource::Event),
        Family::Stream => stream(attribute, errors).map(EventSource::Stream),
    }
}

fn schedule(attribute: &mut ConsumerAttr, errors: &mut Errors) -> Option<Schedule> {
    if attribute.expression.is_absent() {
        missing(
            "the schedule has no expression",
            "write it first: `#[schedule(\"rate(5 minutes)\")]`",
            errors,
        );
    }
    let is_rate = |expression: &ScheduleExpression| matches!(expression, ScheduleExpression::Rate { .. });
    if let (Some(timezone), Some(expression)) = (attribute.timezone.given(), attribute.expression.given())
        && is_rate(&expression.value)
    {
        errors.push(
            &timezone.tokens,
            "a rate has no time zone: it counts from the creation of the schedule",
            "remove `timezone`, or write a `cron` expression",
        );
    }
    let retries = retries(attribute);
    let mut schedule = Schedule::new(std::mem::take(&mut attribute.expression).value()?);
    schedule.timezone = std::mem::take(&mut attribute.timezone).value();
    schedule.flexible_window = std::mem::take(&mut attribute.flexible_window).value();
    schedule.enabled = std::mem::take(&mut attribute.enabled).value().unwrap_or(true);
    schedule.retries = retries;
    Some(schedule)
}

fn queue(attribute: &mut ConsumerAttr, errors: &mut Errors) -> Option<QueueSource> {
    if attribute.resource.is_absent() {
        missing(
            "the attribute names no queue",
            "write a name of your choice first: `#[queue(orders)]`",
            errors,
        );
    }
    let is_fifo = attribute.fifo.given().is_some_and(|fifo| fifo.value);
    let most = limits::BATCH_WITHOUT_WINDOW;
    let window = attribute.window.given().filter(|window| window.value > 0);
    let batch = attribute.batch.given().filter(|batch| batch.value > most);
    if is_fifo {
        if let Some(window) = window {
            errors.push(&window.tokens, "a FIFO queue has no batch window", "remove `window`");
        }
        if let Some(batch) = batch {
            errors.push(
                &batch.tokens,
                format!("a FIFO queue delivers at most {most} messages to an invocation"),
                format!("write `batch = {most}` or less"),
            );
        }
    } else if let (Some(batch), None, false) = (batch, window, matches!(attribute.window, Slot::Refused)) {
        errors.push(
            &batch.tokens,
            format!("more than {most} messages for an invocation require a batch window"),
            format!("add `window = 1` or more seconds, or write `batch = {most}`"),
        );
    }
    if let Some(filter) = attribute.filter.given()
        && let Some(key) = filter.value.iter().flat_map(Pattern::keys).find(|key| key != "body")
    {
        // https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
        errors.push(
            &filter.tokens,
            format!("`{key}` is not a key by which messages of a queue can be filtered"),
            format!("filter by `body`, as in `{}`, and check the rest in the handler", Key::FILTER.example),
        );
    }
    let mut queue = QueueSource::new(std::mem::take(&mut attribute.resource).value()?);
    queue.fifo = is_fifo;
    queue.batch = std::mem::take(&mut attribute.batch).value().unwrap_or(queue.batch);
    queue.window = std::mem::take(&mut attribute.window).value().unwrap_or(queue.window);
    queue.concurrency = std::mem::take(&mut attribute.concurrency).value();
    queue.receives = std::mem::take(&mut attribute.receives).value().unwrap_or(queue.receives);
    queue.filter = std::mem::take(&mut attribute.filter).value().unwrap_or_default();
    Some(queue)
}

fn event(attribute: &mut ConsumerAttr, errors: &mut Errors) -> Option<EventRule> {
    if attribute.source.is_absent() && attribute.detail_type.is_absent() && attribute.pattern.is_absent() {
        missing(
            "the attribute does not define which events call the function",
            format!("write `{}`, `{}` or a `pattern`", Key::SOURCE.example, Key::DETAIL_TYPE.example),
            errors,
        );
        return None;
    }
    if let Some(pattern) = attribute.pattern.given() {
        let keys = [
            (Key::SOURCE, "source", attribute.source.is_absent()),
            (Key::DETAIL_TYPE, "detail-type", attribute.detail_type.is_absent()),
        ];
        for (key, name, is_absent) in keys {
            if !is_absent && pattern.value.to_value().get(name).is_some() {
                errors.push(
                    &pattern.tokens,
                    format!("`{name}` is set both in the pattern and by the key `{}`", key.name),
                    "keep one of them",
                );
            }
        }
    }
    let mut rule = EventRule::new();
    rule.retries = retries(attribute);
    rule.source = std::mem::take(&mut attribute.source).value().unwrap_or_default();
    rule.detail_type = std::mem::take(&mut attribute.detail_type).value().unwrap_or_default();
    rule.bus = std::mem::take(&mut attribute.bus).value();
    rule.pattern = std::mem::take(&mut attribute.pattern).value();
    Some(rule)
}

fn stream(attribute: &mut ConsumerAttr, errors: &mut Errors) -> Option<StreamSource> {
    if attribute.resource.is_absent() {
        missing(
            "the attribute names no table",
            "write a name of your choice first: `#[stream(items_table)]`",
            errors,
        );
    }
    let mut stream = StreamSource::new(std::mem::take(&mut attribute.resource).value()?);
    stream.start = std::mem::take(&mut attribute.start).value().unwrap_or_default();
    stream.batch = std::mem::take(&mut attribute.batch).value().unwrap_or(stream.batch);
    stream.window = std::mem::take(&mut attribute.window).value().unwrap_or(stream.window);
    stream.parallel = std::mem::take(&mut attribute.parallel).value().unwrap_or(stream.parallel);
    stream.retries = std::mem::take(&mut attribute.retries).value().unwrap_or(stream.retries);
    stream.max_age = std::mem::take(&mut attribute.max_age).value();
    stream.bisect = std::mem::take(&mut attribute.bisect).value().unwrap_or(stream.bisect);
    stream.filter = std::mem::take(&mut attribute.filter).value().unwrap_or_default();
    Some(stream)
}

/// How often an event of an asynchronous source is retried if the function fails.
fn retries(attribute: &mut ConsumerAttr) -> AsyncRetries {
    let default = AsyncRetries::default();
    let retries = std::mem::take(&mut attribute.retries).value().unwrap_or(default.retries);
    AsyncRetries::new(retries, std::mem::take(&mut attribute.max_age).value().unwrap_or(default.max_age))
}

/// Reports an error at the attribute as a whole.
fn missing(message: &str, help: impl std::fmt::Display, errors: &mut Errors) {
    errors.push(&TokenStream::new(), message, help);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consumer::parse::parse;

    fn validated(family: Family, attribute: &str, item: &str) -> (Option<ValidConsumer>, Vec<String>) {
        let mut errors = Errors::default();
        let attribute = parse(family, attribute.parse().unwrap(), &mut errors);
        let consumer = validate("items", attribute, item.parse().unwrap(), &mut errors);
        (consumer, errors.into_vec().iter().map(|error| error.to_string().replace('\n', "; ")).collect())
    }

    #[test]
    fn what_is_not_said_has_the_defaults_of_the_documentation() {
        let spec = |family, attribute| {
            let (consumer, errors) = validated(family, attribute, "/// Does it\nasync fn on_it() {}");
            assert_eq!(errors, [""; 0]);
            consumer.unwrap().spec
        };
        let queue = spec(Family::Queue, "orders");
        assert_eq!(queue.consumes, EventSource::Queue(QueueSource::new("orders".parse().unwrap())));
        assert_eq!((queue.name.as_str(), &*queue.description), ("on_it", "Does it"));
        assert_eq!(queue.entry, "routegen.items.queue.on_5fit");
        let stream = spec(Family::Stream, "items_table");
        assert_eq!(stream.consumes, EventSource::Stream(StreamSource::new("items_table".parse().unwrap())));
        let every = "rate(1 hour)".parse().unwrap();
        assert_eq!(
            spec(Family::Schedule, r#""rate(1 hour)""#).consumes,
            EventSource::Schedule(Schedule::new(every))
        );
        let mut rule = EventRule::new();
        rule.source = vec!["aws.s3".to_owned()];
        assert_eq!(spec(Family::Event, r#"source = "aws.s3""#).consumes, EventSource::Event(rule));
    }

    #[test]
    fn a_window_allows_more_messages_and_a_refused_one_is_the_only_error() {
        let (queue, errors) = validated(Family::Queue, "orders, batch = 11, window = 1", "async fn f() {}");
        assert_eq!((errors.as_slice(), queue.is_some()), (&[][..], true));
        let (_, errors) = validated(Family::Queue, "orders, batch = 11, window = 301", "async fn f() {}");
        assert_eq!(errors.len(), 1, "{errors:?}");
        let (queue, errors) = validated(Family::Queue, "orders, batch = 10, fifo = true", "async fn f() {}");
        assert_eq!((errors.as_slice(), queue.is_some()), (&[][..], true));
    }

    #[test]
    fn every_contradiction_has_one_error_and_its_fix() {
        let written = [
            (Family::Schedule, "", "async fn f() {}"),
            (Family::Schedule, r#"timezone = "Europe/Berlin""#, "async fn f() {}"),
            (Family::Schedule, r#""rate(1 hour)", timezone = "Europe/Berlin""#, "async fn f() {}"),
            (Family::Queue, "", "async fn f() {}"),
            (Family::Queue, "batch = 5", "async fn f() {}"),
            (Family::Queue, "orders, batch = 11", "async fn f() {}"),
            (Family::Queue, "orders, batch = 11, window = 0", "async fn f() {}"),
            (Family::Queue, "orders, batch = 11, fifo = true", "async fn f() {}"),
            (Family::Queue, "orders, window = 1, fifo = true", "async fn f() {}"),
            (
                Family::Queue,
                r#"orders, filter = "{\"attributes\": {\"SenderId\": [\"a\"]}}""#,
                "async fn f() {}",
            ),
            (
                Family::Queue,
                r#"orders, filter = ["{\"body\": [1]}", "{\"$or\": [{\"body\": [1]}, {\"messageId\": [\"a\"]}]}"]"#,
                "async fn f() {}",
            ),
            (Family::Event, "", "async fn f() {}"),
            (Family::Event, "bus = orders_bus", "async fn f() {}"),
            (Family::Event, r#"source = "a", pattern = "{\"source\": [\"b\"]}""#, "async fn f() {}"),
            (
                Family::Event,
                r#"detail_type = "a", pattern = "{\"detail-type\": [\"b\"]}""#,
                "async fn f() {}",
            ),
            (Family::Stream, "", "async fn f() {}"),
            (Family::Queue, "orders", "struct Order;"),
            (Family::Queue, "orders", "fn f() {}"),
            (Family::Queue, "orders", "async fn f(order: &Order) {}"),
            (Family::Queue, "orders", "async fn f<T>(order: Message<T>) {}"),
            (Family::Queue, "orders", "async fn onOrder() {}"),
            (Family::Queue, "orders", "#[schedule(\"rate(1 hour)\")] async fn f() {}"),
            (Family::Queue, "orders", "#[routegen::queue(returns)] async fn f() {}"),
            (Family::Queue, "orders", "#[route(GET, \"/\", auth = \"none\")] async fn f() {}"),
            (Family::Queue, "orders", "#[::routegen::authorizer] async fn f() {}"),
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|(family, attribute, item)| {
                let (_, errors) = validated(family, attribute, item);
                assert_eq!(errors.len(), 1, "{attribute} {item}: {errors:?}");
                format!("#[{}({attribute})] {item}\n    {}", family.as_str(), errors[0])
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}

//! The subscriber that writes events as lines.
//!
//! In: events and spans, as tracing passes them on. Out: a line for each event that the filter accepts.
//! Installing it is up to the caller.

use tracing::{
    Event, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_core::span::Current;

use super::{
    filter::Filter,
    invocation,
    line::{Fields, Line},
    spans::{self, Spans},
    timestamp,
};

/// What a function serves, as its lines name it.
#[derive(Clone, Copy)]
pub(crate) enum Served {
    /// One route, which is also in lines from before the first invocation.
    Route(&'static str),
    /// Several routes: each invocation has its own.
    Group,
    /// Anything with a field and a name of its own: an `authorizer`, whose invocations have the route that it
    /// decides about, or a `consumer`.
    Named(&'static str, &'static str),
}

/// Writes events as lines.
pub(super) struct Logger {
    pub(super) filter: Filter,
    pub(super) spans: Spans,
    pub(super) served: Served,
    pub(super) function: Option<String>,
    pub(super) write: fn(&str),
}

impl Logger {
    /// Writes the line of an event. `parent` is the innermost span around it.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "events alone are the usual case, and cost nothing more for records"
    )]
    pub(super) fn write(&self, level: &str, target: &str, fields: &Fields, parent: Option<Id>) {
        let mut line = Line::new();
        line.text("timestamp", &timestamp::now());
        line.text("level", level);
        line.text("message", fields.message());
        let mut named = false;
        invocation::current(|invocation| {
            line.text("requestId", &invocation.request_id);
            if let Some(id) = &invocation.trace_id {
                line.text("traceId", id);
            }
            line.raw("coldStart", if invocation.cold_start { "true" } else { "false" });
            if let Some(key) = &invocation.route_key {
                line.text("routeKey", key);
                named = true;
            }
        });
        match self.served {
            Served::Route(key) if !named => line.text("routeKey", key),
            Served::Named(what, name) => line.text(what, name),
            Served::Route(_) | Served::Group => {}
        }
        if let Some(function) = &self.function {
            line.text("function", function);
        }
        line.text("target", target);
        line.fields(fields);
        self.spans.outwards(parent, &mut line);
        (self.write)(&line.end());
    }
}

impl Subscriber for Logger {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // `lambda_runtime`'s span around every invocation repeats what every line here contains.
        let redundant = metadata.is_span() && metadata.target() == "lambda_runtime::layers::trace";
        !redundant && self.filter.lets_pass(metadata.target(), *metadata.level())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.filter.most())
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let parent = event.parent().cloned().or_else(|| event.is_contextual().then(spans::entered).flatten());
        self.write(metadata.level().as_str(), metadata.target(), &fields, parent);
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        self.spans.open(attributes)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.spans.record(span, values);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, span: &Id) {
        spans::enter(span);
    }

    fn exit(&self, span: &Id) {
        spans::exit(span);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.spans.share(id);
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        self.spans.release(&id)
    }

    fn current_span(&self) -> Current {
        self.spans.current()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::{Value, json};
    use tracing::{Dispatch, Span, dispatcher, field::Empty, info, info_span};

    use super::{super::records::Records, *};

    thread_local! {
        static WRITTEN: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    }

    /// The lines that `act` logs, without the fields that every line has.
    fn lines(act: impl FnOnce()) -> Vec<Value> {
        let write = |line: &str| {
            assert_eq!(line.find('\n'), Some(line.len() - 1), "{line}");
            let mut line: Value = serde_json::from_str(line).unwrap();
            let object = line.as_object_mut().unwrap();
            for name in ["timestamp", "target", "routeKey"] {
                object.remove(name).unwrap();
            }
            WRITTEN.with_borrow_mut(|lines| lines.push(line));
        };
        let filter = Filter::parse("info,quiet=off");
        let logger =
            Logger { filter, spans: Spans::default(), served: Served::Route("GET /"), function: None, write };
        let dispatch = Dispatch::new(logger);
        dispatcher::with_default(&dispatch, act);
        assert!(dispatch.downcast_ref::<Logger>().unwrap().spans.is_empty(), "a closed span is kept");
        WRITTEN.take()
    }

    #[test]
    fn an_event_is_a_line_with_its_fields() {
        let error = std::io::Error::other(std::env::VarError::NotPresent);
        let error: &(dyn std::error::Error + 'static) = &error;
        let written = lines(|| {
            info!("a \"text\"\n");
            info!(text = "b\u{7}", debug = ?Some(1), display = %2, number = -3, real = 0.5, "c");
            info!(no = f64::NAN, yes = true, "d");
            tracing::warn!(error, answer = 42);
            tracing::debug!("not logged");
            tracing::error!(target: "quiet", "not logged");
        });
        let fields =
            json!({ "text": "b\u{7}", "debug": "Some(1)", "display": "2", "number": -3, "real": 0.5 });
        assert_eq!(
            written,
            [
                json!({ "level": "INFO", "message": "a \"text\"\n" }),
                json!({ "level": "INFO", "message": "c", "fields": fields }),
                json!({ "level": "INFO", "message": "d", "fields": { "no": "NaN", "yes": true } }),
                json!({
                    "level": "WARN", "message": "",
                    "fields": { "error": "environment variable not found", "answer": 42 },
                }),
            ]
        );
    }

    #[test]
    fn a_record_of_the_crate_log_is_a_line_as_an_event_is() {
        let record = |level, target, text: std::fmt::Arguments<'_>| {
            let record = ::log::Record::builder().level(level).target(target).args(text).build();
            dispatcher::get_default(|dispatch| ::log::Log::log(&Records(dispatch.clone()), &record));
        };
        let written = lines(|| {
            record(::log::Level::Error, "library", format_args!("a \"text\"\n{}", 7));
            info_span!("outer", id = 1).in_scope(|| record(::log::Level::Info, "b", format_args!("b")));
            record(::log::Level::Debug, "library", format_args!("not logged"));
            record(::log::Level::Error, "quiet", format_args!("not logged"));
        });
        assert_eq!(
            written,
            [
                json!({ "level": "ERROR", "message": "a \"text\"\n7" }),
                json!({ "level": "INFO", "message": "b", "spans": [{ "name": "outer", "id": 1 }] }),
            ]
        );
    }

    #[test]
    fn a_line_has_the_spans_around_it_from_the_outside_in() {
        let written = lines(|| {
            let outer = info_span!("outer", id = 1, late = Empty);
            outer.record("late", "early");
            outer.record("late", "late");
            let inner = outer.in_scope(|| info_span!("inner"));
            drop(outer);
            inner.in_scope(|| {
                info!("both");
                info!(parent: None, "none");
                Span::current().in_scope(|| info!("both again"));
                info_span!(parent: None, "root").in_scope(|| info!("root"));
            });
            info!(parent: &inner, "named");
            info!("outside");
        });
        let spans = |line: &Value| {
            let spans = line.get("spans").and_then(Value::as_array).cloned().unwrap_or_default();
            spans.iter().map(|span| span["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        };
        let shown: Vec<String> = written
            .iter()
            .map(|line| format!("{}: {}", line["message"].as_str().unwrap(), spans(line)))
            .collect();
        assert_eq!(
            shown,
            [
                "both: outer inner",
                "none: ",
                "both again: outer inner",
                "root: root",
                "named: outer inner",
                "outside: "
            ]
        );
        assert_eq!(written[0]["spans"][0], json!({ "name": "outer", "id": 1, "late": "late" }));
    }
}

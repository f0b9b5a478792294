//! The log of the local gateway: a line for each request and for each call of a consumer, and under it the
//! function's output.
//!
//! In: the gateway's observations, in the order in which they come. Out: entries to print. A function's lines
//! are held until its request is answered, but only briefly, so that they can be seen while a handler hangs.
//! If observations come faster than they are printed, some are left out and counted: the gateway waits for
//! nobody, and the queue is bounded.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    time::{Duration, Instant},
};

use owo_colors::OwoColorize as _;
use routegen_gateway::{DeliveryLog, EventFate, EventLog, Observation, RequestLog};
use routegen_spec::printable;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::support::json;

/// How long a line waits for its request.
const PATIENCE: Duration = Duration::from_millis(500);

/// The largest number of observations that wait to be printed.
const WAITING: usize = 1024;

/// How many requests are remembered for lines that arrive after them.
const REMEMBERED: usize = 64;

/// Something to print.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum JournalLine {
    Request(Answered),
    Delivery(Delivered),
    Event(Happened),
    Log(LogLine),
    LeftOut(LeftOut),
}

/// Requests and lines that came faster than they could be printed.
#[derive(Debug, Serialize)]
pub(crate) struct LeftOut {
    entries: u64,
}

/// A request and its response.
#[derive(Debug, Serialize)]
pub(crate) struct Answered {
    request_id: String,
    method: String,
    path: String,
    route_key: Option<String>,
    function: Option<String>,
    /// The id that the function's lines have too; the next field is the authorizer's.
    invocation: Option<String>,
    authorizer_invocation: Option<String>,
    /// [`RequestLog::UNANSWERED`] if the client left before the response; `error` mentions that too.
    status: u16,
    duration_ms: f64,
    cold_start: bool,
    /// Why the function did not answer, or was not called. The gateway has made it printable.
    error: Option<String>,
}

/// A call of a consumer.
#[derive(Debug, Serialize)]
pub(crate) struct Delivered {
    function: String,
    event_source: String,
    /// The id that the function's lines have too.
    invocation: String,
    /// The ids of messages, the sequence numbers of records, or the id of the one event.
    records: Vec<String>,
    attempt: u32,
    failed: Vec<String>,
    error: Option<String>,
    /// The number of seconds until what failed is retried; `None` if it is not.
    again_s: Option<f64>,
    duration_ms: f64,
    cold_start: bool,
}

/// What happened to a message, an event, a record or a schedule.
#[derive(Debug, Serialize)]
pub(crate) struct Happened {
    /// The queue, bus, table or function.
    at: String,
    id: String,
    what: What,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    Sent { body: String },
    Filtered,
    DeadLetter { receives: u32 },
    Put { functions: Vec<String> },
    Due,
    Changed { functions: Vec<String> },
    GivenUp { attempts: u32 },
}

/// A line that a function wrote.
#[derive(Debug, Serialize)]
pub(crate) struct LogLine {
    function: String,
    invocation: Option<String>,
    /// A JSON value if the line is one, otherwise printable text.
    line: Value,
}

/// Observes the gateway without ever blocking.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    tell: SyncSender<Heard>,
    left_out: Arc<AtomicU64>,
}

/// The parts of an observation that the journal needs: neither events nor answers.
#[derive(Debug)]
enum Heard {
    Request(Box<Answered>),
    Delivery(Box<Delivered>),
    Event(Box<Happened>),
    Log { function: Arc<str>, invocation: Option<String>, line: String },
}

impl Listener {
    pub(crate) fn hear(&self, observation: Observation) {
        let heard = match observation {
            Observation::Request(request) => Heard::Request(Box::new((*request).into())),
            Observation::Log { function, invocation, line } => Heard::Log { function, invocation, line },
            Observation::Delivery(delivery) => Heard::Delivery(Box::new((*delivery).into())),
            Observation::Event(event) => match Happened::new(*event) {
                Some(happened) => Heard::Event(Box::new(happened)),
                None => return,
            },
            _ => return,
        };
        if self.tell.try_send(heard).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The observations that wait to be printed.
#[derive(Debug)]
pub(crate) struct Journal {
    heard: Receiver<Heard>,
    left_out: Arc<AtomicU64>,
    pages: Pages,
    patience: Duration,
}

impl Journal {
    /// A journal, and the listener that feeds it.
    pub(crate) fn new() -> (Listener, Self) {
        let (tell, heard) = mpsc::sync_channel(WAITING);
        let left_out = Arc::default();
        let listener = Listener { tell, left_out: Arc::clone(&left_out) };
        (listener, Self { heard, left_out, pages: Pages::default(), patience: PATIENCE })
    }

    /// Prints until all listeners are gone.
    pub(crate) fn keep(mut self, mut print: impl FnMut(JournalLine)) {
        loop {
            let heard = match self.pages.wait(self.patience) {
                Some(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
                Some(wait) => self.heard.recv_timeout(wait),
                None => self.heard.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match heard {
                Ok(heard) => self.pages.take(heard).into_iter().for_each(&mut print),
                Err(RecvTimeoutError::Timeout) => self.pages.pop().into_iter().for_each(&mut print),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.tell_left_out(&mut print);
        }
        while let Some(entry) = self.pages.pop() {
            print(entry);
        }
        self.tell_left_out(print);
    }

    fn tell_left_out(&self, print: impl FnOnce(JournalLine)) {
        match self.left_out.swap(0, Ordering::Relaxed) {
            0 => {}
            entries => print(JournalLine::LeftOut(LeftOut { entries })),
        }
    }
}

/// The lines that wait for their requests.
#[derive(Debug, Default)]
struct Pages {
    held: VecDeque<(Instant, LogLine)>,
    /// The invocations of the most recent requests, whose lines need not wait.
    told: VecDeque<String>,
}

impl Pages {
    /// How much longer the first line waits, if there is one.
    fn wait(&self, patience: Duration) -> Option<Duration> {
        self.held.front().map(|(since, _)| patience.saturating_sub(since.elapsed()))
    }

    /// Takes the first line, whose wait is over.
    fn pop(&mut self) -> Option<JournalLine> {
        self.held.pop_front().map(|(_, line)| JournalLine::Log(line))
    }

    /// What can be printed now.
    fn take(&mut self, heard: Heard) -> Vec<JournalLine> {
        match heard {
            Heard::Log { function, invocation, line } => {
                let line = LogLine::new(&function, invocation, &line);
                if line.invocation.as_ref().is_none_or(|invocation| self.told.contains(invocation)) {
                    return vec![JournalLine::Log(line)];
                }
                self.held.push_back((Instant::now(), line));
                Vec::new()
            }
            Heard::Request(request) => {
                // The authorizer was called first.
                let asked = [request.authorizer_invocation.clone(), request.invocation.clone()];
                self.with_lines(JournalLine::Request(*request), asked.into_iter().flatten())
            }
            Heard::Delivery(delivery) => {
                let invocation = delivery.invocation.clone();
                self.with_lines(JournalLine::Delivery(*delivery), [invocation])
            }
            Heard::Event(event) => vec![JournalLine::Event(*event)],
        }
    }

    /// An entry, followed by the lines that its invocations wrote.
    fn with_lines(
        &mut self,
        entry: JournalLine,
        invocations: impl IntoIterator<Item = String>,
    ) -> Vec<JournalLine> {
        let mut entries = vec![entry];
        for invocation in invocations {
            let (own, others): (VecDeque<_>, _) =
                self.held.drain(..).partition(|(_, line)| line.invocation.as_ref() == Some(&invocation));
            self.held = others;
            entries.extend(own.into_iter().map(|(_, line)| JournalLine::Log(line)));
            self.told.push_back(invocation);
        }
        let forgotten = self.told.len().saturating_sub(REMEMBERED);
        self.told.drain(..forgotten);
        entries
    }
}

impl From<DeliveryLog> for Delivered {
    fn from(log: DeliveryLog) -> Self {
        Self {
            function: log.function.to_string(),
            event_source: log.event_source.to_string(),
            invocation: log.invocation,
            records: log.records,
            attempt: log.attempt,
            failed: log.failed,
            error: log.error.map(|error| printable(&error).into_owned()),
            again_s: log.again.map(|again| again.as_secs_f64()),
            duration_ms: milliseconds(log.duration),
            cold_start: log.cold_start,
        }
    }
}

impl Happened {
    /// `None` for an event that this version does not know.
    fn new(log: EventLog) -> Option<Self> {
        let what = match log.fate {
            EventFate::Sent { body } => What::Sent { body },
            EventFate::Filtered => What::Filtered,
            EventFate::DeadLetter { receives } => What::DeadLetter { receives },
            EventFate::Put { functions } => What::Put { functions },
            EventFate::Due => What::Due,
            EventFate::Changed { functions } => What::Changed { functions },
            EventFate::GivenUp { attempts } => What::GivenUp { attempts },
            _ => return None,
        };
        Some(Self { at: log.at.to_string(), id: log.id, what })
    }
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 1e2
}

impl From<RequestLog> for Answered {
    fn from(log: RequestLog) -> Self {
        Self {
            request_id: log.request_id,
            method: log.method,
            path: log.path,
            route_key: log.route_key,
            function: log.function.map(|function| function.to_string()),
            invocation: log.invocation,
            authorizer_invocation: log.authorizer_invocation,
            status: log.status,
            duration_ms: milliseconds(log.duration),
            cold_start: log.cold_start,
            error: log.error,
        }
    }
}

impl LogLine {
    pub(crate) fn new(function: &str, invocation: Option<String>, line: &str) -> Self {
        // Text that happens to be valid JSON, such as a number, stays text.
        let json: Option<Value> = serde_json::from_str(line).ok().filter(Value::is_object);
        // The gateway cannot attribute a line that comes after the answer; routegen's own log can.
        let says = || json.as_ref()?.get("requestId")?.as_str().map(str::to_owned);
        let invocation = invocation.or_else(says);
        Self {
            function: function.to_owned(),
            invocation,
            line: json.unwrap_or_else(|| printable(line).into()),
        }
    }
}

impl fmt::Display for JournalLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(request) => request.fmt(f),
            Self::Delivery(delivery) => delivery.fmt(f),
            Self::Event(event) => event.fmt(f),
            Self::Log(line) => line.fmt(f),
            Self::LeftOut(LeftOut { entries }) => {
                let left_out =
                    format!("{entries} requests and lines came too fast to be printed, and were omitted");
                writeln!(f, "{}", left_out.yellow())
            }
        }
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, status, duration_ms, .. } = self;
        match status {
            0..400 => write!(f, "{}", status.green())?,
            400..500 => write!(f, "{}", status.yellow())?,
            _ => write!(f, "{}", status.red())?,
        }
        write!(f, " {} {}  {duration_ms} ms", printable(method).bold(), printable(path))?;
        let route = self.route_key.as_deref().unwrap_or("no route");
        write!(f, "  {}", printable(route).dimmed())?;
        if let Some(function) = &self.function {
            write!(f, "  {}", printable(function).cyan())?;
        }
        if self.cold_start {
            f.write_str("  cold start")?;
        }
        writeln!(f)?;
        self.error.as_ref().map_or(Ok(()), |error| writeln!(f, "    {}", printable(error)))
    }
}

impl fmt::Display for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, failed, duration_ms, attempt, .. } = self;
        let word = if records.len() == 1 { "record" } else { "records" };
        match (&self.error, failed.len()) {
            (None, 0) => write!(f, "{}", "done".green())?,
            (None, count) if count < records.len() => write!(f, "{}", format!("{count} failed").yellow())?,
            _ => write!(f, "{}", "failed".red())?,
        }
        write!(f, " {}", printable(&self.event_source).bold())?;
        if records.len() != 1 {
            write!(f, "  {} {word}", records.len())?;
        }
        write!(f, "  {duration_ms} ms  {}", printable(&self.function).cyan())?;
        if *attempt > 1 {
            write!(f, "  attempt {attempt}")?;
        }
        if self.cold_start {
            f.write_str("  cold start")?;
        }
        writeln!(f)?;
        if let Some(error) = &self.error {
            writeln!(f, "    {}", printable(error))?;
        }
        if failed.is_empty() {
            return Ok(());
        }
        if failed.len() < records.len() {
            writeln!(f, "    failed: {}", printable(&failed.join(" ")))?;
        }
        match self.again_s {
            Some(seconds) => writeln!(f, "    it is retried in {seconds} s"),
            None => Ok(()),
        }
    }
}

/// How much of a message's body is shown.
const SHOWN_CHARS: usize = 200;

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, id) = (printable(&self.at), printable(&self.id));
        let reached = |functions: &[String]| match functions {
            [] => "it reaches no consumer".to_owned(),
            functions => printable(&functions.join(", ")).into_owned(),
        };
        match &self.what {
            What::Sent { body } => {
                // A single line, however the JSON is laid out.
                let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
                let mut shown: String = line.chars().take(SHOWN_CHARS).collect();
                if shown.len() < line.len() {
                    shown.push('…');
                }
                writeln!(
                    f,
                    "{} to queue {}  {}  {}",
                    "sent".blue(),
                    at.bold(),
                    printable(&shown),
                    id.dimmed()
                )
            }
            What::Filtered => {
                writeln!(f, "{} from queue {}: no filter matches {id}", "deleted".yellow(), at.bold())
            }
            What::DeadLetter { receives } => {
                let times = if *receives == 1 { "once".to_owned() } else { format!("{receives} times") };
                writeln!(f, "{} of queue {}: {id} was received {times}", "dead letter".red(), at.bold())
            }
            What::Put { functions } => {
                writeln!(
                    f,
                    "{} on bus {}  {}  {}",
                    "event".blue(),
                    at.bold(),
                    reached(functions),
                    id.dimmed()
                )
            }
            What::Due => writeln!(f, "{} {}  {}", "due".blue(), at.bold(), id.dimmed()),
            What::Changed { functions } => {
                writeln!(
                    f,
                    "{} in table {}  {}  {}",
                    "change".blue(),
                    at.bold(),
                    reached(functions),
                    id.dimmed()
                )
            }
            What::GivenUp { attempts } => {
                let word = if *attempts == 1 { "attempt" } else { "attempts" };
                writeln!(f, "{} by {} after {attempts} {word}: {id}", "given up".red(), at.bold())
            }
        }
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.line {
            Value::Object(line) => write!(f, "    {}", Compact(line)),
            Value::String(line) => writeln!(f, "    {}", printable(line)),
            other => write!(f, "    {}", json::line(other)),
        }
    }
}

/// A line of routegen's own log, for people: without the fields that all lines of an invocation share.
struct Compact<'a>(&'a Map<String, Value>);

impl fmt::Display for Compact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |key: &str| self.0.get(key).and_then(Value::as_str);
        let (Some(level), Some(message)) = (text("level"), text("message")) else {
            // JSON from another logger.
            return f.write_str(&json::line(self.0));
        };
        match level {
            "ERROR" => write!(f, "{}", level.red())?,
            "WARN" => write!(f, "{}", level.yellow())?,
            _ => write!(f, "{}", printable(level).blue())?,
        }
        write!(f, " {}", printable(message))?;
        for (key, value) in self.0.get("fields").and_then(Value::as_object).into_iter().flatten() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            write!(f, "  {}{}", format_args!("{}=", printable(key)).dimmed(), printable(&value))?;
        }
        if let Some(target) = text("target") {
            write!(f, "  {}", printable(target).dimmed())?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(invocation: Option<&str>, line: &str) -> Observation {
        let invocation = invocation.map(str::to_owned);
        Observation::Log { function: "items".into(), invocation, line: line.to_owned() }
    }

    fn request(invocation: &str) -> Heard {
        Heard::Request(Box::new(Answered {
            request_id: "id".to_owned(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            route_key: None,
            function: None,
            invocation: Some(invocation.to_owned()),
            authorizer_invocation: None,
            status: 200,
            duration_ms: 1.0,
            cold_start: false,
            error: None,
        }))
    }

    fn printed(pages: &mut Pages, observation: Observation) -> String {
        let (listener, journal) = Journal::new();
        listener.hear(observation);
        let text: String =
            pages.take(journal.heard.recv().unwrap()).iter().map(ToString::to_string).collect();
        anstream::adapter::strip_str(&text).to_string()
    }

    /// Everything that is printed of the observations so far.
    fn kept(journal: Journal) -> Vec<String> {
        let mut found = Vec::new();
        journal.keep(|entry| found.push(anstream::adapter::strip_str(&entry.to_string()).to_string()));
        found
    }

    #[test]
    fn a_line_without_an_invocation_waits_for_nothing_and_another_does() {
        let mut pages = Pages::default();
        assert_eq!(printed(&mut pages, log(None, "started")), "    started\n");
        assert_eq!(printed(&mut pages, log(Some("1"), "asked")), "");
        // It comes after the answer, and names its own invocation.
        assert_eq!(printed(&mut pages, log(None, r#"{"requestId":"2"}"#)), "");
        assert_eq!(pages.held.len(), 2);
    }

    fn delivery(change: impl FnOnce(&mut Delivered)) -> JournalLine {
        let mut delivered = Delivered {
            function: "on-order".to_owned(),
            event_source: "queue orders".to_owned(),
            invocation: "1".to_owned(),
            records: vec!["a".to_owned(), "b".to_owned()],
            attempt: 1,
            failed: Vec::new(),
            error: None,
            again_s: None,
            duration_ms: 1.5,
            cold_start: false,
        };
        change(&mut delivered);
        JournalLine::Delivery(delivered)
    }

    fn plain(line: &JournalLine) -> String {
        anstream::adapter::strip_str(&line.to_string()).to_string()
    }

    #[test]
    fn what_became_of_a_call_of_a_consumer_is_said_in_plain_lines() {
        for (line, expected) in [
            (delivery(|_| {}), "done queue orders  2 records  1.5 ms  on-order\n"),
            (
                delivery(|log| (log.failed, log.again_s, log.attempt) = (vec!["b".to_owned()], Some(1.0), 2)),
                "1 failed queue orders  2 records  1.5 ms  on-order  attempt 2\n    failed: b\n    it is retried in 1 s\n",
            ),
            (
                delivery(|log| {
                    log.records.truncate(1);
                    (log.failed, log.error) = (log.records.clone(), Some("on purpose".to_owned()));
                }),
                "failed queue orders  1.5 ms  on-order\n    on purpose\n",
            ),
        ] {
            assert_eq!(plain(&line), expected);
        }
        let happened =
            |what| JournalLine::Event(Happened { at: "orders".to_owned(), id: "a".to_owned(), what });
        for (what, expected) in [
            (What::Sent { body: "{\n\u{1b}}".to_owned() }, "sent to queue orders  { \\u{1b}}  a\n"),
            (What::Filtered, "deleted from queue orders: no filter matches a\n"),
            (What::DeadLetter { receives: 1 }, "dead letter of queue orders: a was received once\n"),
            (What::DeadLetter { receives: 5 }, "dead letter of queue orders: a was received 5 times\n"),
            (What::Put { functions: Vec::new() }, "event on bus orders  it reaches no consumer  a\n"),
            (What::Put { functions: vec!["b".to_owned(), "c".to_owned()] }, "event on bus orders  b, c  a\n"),
            (What::GivenUp { attempts: 3 }, "given up by orders after 3 attempts: a\n"),
        ] {
            assert_eq!(plain(&happened(what)), expected);
        }
        let json = json::line(&happened(What::DeadLetter { receives: 5 }));
        let expected = serde_json::json!({ "type": "event", "at": "orders", "id": "a", "what": { "kind": "dead_letter", "receives": 5 } });
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
    }

    #[test]
    fn lines_of_a_consumer_stand_below_its_call() {
        let (listener, journal) = Journal::new();
        listener.hear(log(Some("1"), "one"));
        let JournalLine::Delivery(delivered) = delivery(|_| {}) else { unreachable!() };
        listener.tell.send(Heard::Delivery(Box::new(delivered))).unwrap();
        drop(listener);
        assert_eq!(kept(journal), ["done queue orders  2 records  1.5 ms  on-order\n", "    one\n"]);
    }

    #[test]
    fn lines_that_no_request_claims_are_printed_all_the_same() {
        let (listener, journal) = Journal::new();
        listener.hear(log(Some("1"), "one"));
        listener.hear(log(Some("2"), "two"));
        drop(listener);
        assert_eq!(kept(journal), ["    one\n", "    two\n"]);
    }

    #[test]
    fn a_line_that_waited_long_enough_is_printed_whatever_else_there_is() {
        let (listener, mut journal) = Journal::new();
        journal.patience = Duration::ZERO;
        listener.hear(log(Some("1"), "one"));
        listener.tell.send(request("1")).unwrap();
        drop(listener);
        assert_eq!(kept(journal), ["    one\n", "200 GET /  1 ms  no route\n"]);
    }

    #[test]
    fn what_comes_too_fast_is_left_out_and_counted() {
        let (listener, journal) = Journal::new();
        for _ in 0..WAITING + 2 {
            listener.hear(log(None, "again"));
        }
        drop(listener);
        let kept = kept(journal);
        assert_eq!(kept.len(), WAITING + 1);
        assert!(kept[1].starts_with("2 requests and lines came too fast"), "{}", kept[1]);
    }

    /// Whether a terminal interprets it, or it ends a line or reverses its direction.
    fn obeyed(c: char) -> bool {
        c.is_control() && c != '\t' || matches!(c, '\u{2028}' | '\u{202e}' | '\u{2066}')
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed_of_requests_functions_and_reasons() {
        for c in ('\0'..'\u{a0}').chain(['\u{2028}', '\u{202e}', '\u{2066}']) {
            let text = format!("a{c}b");
            let printed = printable(&text).into_owned();
            let mut answered = match request("1") {
                Heard::Request(answered) => *answered,
                _ => unreachable!(),
            };
            (answered.path, answered.method) = (text.clone(), text.clone());
            (answered.route_key, answered.function) = (Some(text.clone()), Some(text.clone()));
            answered.error = Some(text.clone());
            let object = serde_json::json!({ text.clone(): [text] });
            let event = serde_json::json!({ "level": text, "message": text, "target": text, "fields": { text.clone(): text, "b": [text] } });
            let lines = [text.clone(), object.to_string(), event.to_string()];
            let lines = lines.map(|line| JournalLine::Log(LogLine::new(&text, None, &line)));
            let delivered = delivery(|log| {
                (log.function, log.event_source) = (text.clone(), text.clone());
                (log.failed, log.error) = (vec![text.clone()], Some(text.clone()));
            });
            let happened = |what| JournalLine::Event(Happened { at: text.clone(), id: text.clone(), what });
            let events = [
                happened(What::DeadLetter { receives: 1 }),
                happened(What::Put { functions: vec![text.clone()] }),
                happened(What::Sent { body: text.clone() }),
            ];
            let entries = lines.into_iter().chain([JournalLine::Request(answered), delivered]).chain(events);
            // The second one is JSON from another logger, which is escaped as JSON.
            for (index, (entry, lines)) in entries.zip([1, 1, 1, 2, 3, 1, 1, 1]).enumerate() {
                let shown = anstream::adapter::strip_str(&entry.to_string()).to_string();
                assert_eq!(
                    shown.chars().filter(|c| obeyed(*c)).collect::<String>(),
                    "\n".repeat(lines),
                    "{c:?}: {shown:?}"
                );
                assert!(index == 1 || shown.contains(&printed), "{shown:?}");
                let as_json = json::line(&entry);
                let as_json = as_json.strip_suffix('\n').unwrap();
                assert!(!as_json.contains(obeyed), "{as_json:?}");
            }
        }
    }

    #[test]
    fn a_line_of_json_is_read_by_people_without_what_all_lines_have() {
        let line = r#"{"timestamp":"2026-03-10T05:16:23.123Z","level":"INFO","message":"created",
            "coldStart":true,"target":"items","fields":{"id":7,"name":"pen"}}"#;
        let mut pages = Pages::default();
        assert_eq!(printed(&mut pages, log(None, line)), "    INFO created  id=7  name=pen  items\n");
        assert_eq!(printed(&mut pages, log(None, r#"{"a":1}"#)), "    {\"a\":1}\n");
        assert_eq!(printed(&mut pages, log(None, "12")), "    12\n");
    }
}

//! The journal's entries as people read them.
//!
//! In: an entry. Out: its lines, without characters that a terminal interprets.

use std::fmt;

use owo_colors::OwoColorize as _;
use routegen_spec::printable;
use serde_json::{Map, Value};

use super::entry::{Answered, Delivered, Happened, JournalLine, LeftOut, LogLine, What};
use crate::support::json;

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
    use super::{
        super::sample::{self, delivery, plain},
        *,
    };

    fn delivered(change: impl FnOnce(&mut Delivered)) -> JournalLine {
        JournalLine::Delivery(delivery(change))
    }

    #[test]
    fn what_became_of_a_call_of_a_consumer_is_said_in_plain_lines() {
        for (line, expected) in [
            (delivered(|_| {}), "done queue orders  2 records  1.5 ms  on-order\n"),
            (
                delivered(|log| {
                    (log.failed, log.again_s, log.attempt) = (vec!["b".to_owned()], Some(1.0), 2);
                }),
                "1 failed queue orders  2 records  1.5 ms  on-order  attempt 2\n    failed: b\n    it is retried in 1 s\n",
            ),
            (
                delivered(|log| {
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

    /// Whether a terminal interprets it, or it ends a line or reverses its direction.
    fn obeyed(c: char) -> bool {
        c.is_control() && c != '\t' || matches!(c, '\u{2028}' | '\u{202e}' | '\u{2066}')
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed_of_requests_functions_and_reasons() {
        for c in ('\0'..'\u{a0}').chain(['\u{2028}', '\u{202e}', '\u{2066}']) {
            let text = format!("a{c}b");
            let printed = printable(&text).into_owned();
            let mut answered = sample::request("1");
            (answered.path, answered.method) = (text.clone(), text.clone());
            (answered.route_key, answered.function) = (Some(text.clone()), Some(text.clone()));
            answered.error = Some(text.clone());
            let object = serde_json::json!({ text.clone(): [text] });
            let event = serde_json::json!({ "level": text, "message": text, "target": text, "fields": { text.clone(): text, "b": [text] } });
            let lines = [text.clone(), object.to_string(), event.to_string()];
            let lines = lines.map(|line| JournalLine::Log(LogLine::new(&text, None, &line)));
            let delivered = delivered(|log| {
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
                let shown = plain(&entry);
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
        let printed = |line: &str| plain(&JournalLine::Log(LogLine::new("items", None, line)));
        assert_eq!(printed(line), "    INFO created  id=7  name=pen  items\n");
        assert_eq!(printed(r#"{"a":1}"#), "    {\"a\":1}\n");
        assert_eq!(printed("12"), "    12\n");
    }
}

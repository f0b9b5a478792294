//! The order of the journal: the lines of a function stand below its request.
//!
//! In: what the journal reads, in the order in which it comes. Out: the entries that can be printed now.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{
    entry::{JournalLine, LogLine},
    listener::Heard,
};

/// How many requests are remembered for lines that arrive after them.
const REMEMBERED: usize = 64;

/// The lines that wait for their requests.
#[derive(Debug, Default)]
pub(super) struct Pages {
    held: VecDeque<(Instant, LogLine)>,
    /// The invocations of the most recent requests, whose lines need not wait.
    told: VecDeque<String>,
}

impl Pages {
    /// How much longer the first line waits, if there is one.
    pub(super) fn wait(&self, patience: Duration) -> Option<Duration> {
        self.held.front().map(|(since, _)| patience.saturating_sub(since.elapsed()))
    }

    /// Takes the first line, whose wait is over.
    pub(super) fn pop(&mut self) -> Option<JournalLine> {
        self.held.pop_front().map(|(_, line)| JournalLine::Log(line))
    }

    /// What can be printed now.
    pub(super) fn take(&mut self, heard: Heard) -> Vec<JournalLine> {
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

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{self, plain},
        *,
    };

    fn printed(pages: &mut Pages, invocation: Option<&str>, line: &str) -> String {
        pages.take(sample::heard(invocation, line)).iter().map(plain).collect()
    }

    #[test]
    fn a_line_without_an_invocation_waits_for_nothing_and_another_does() {
        let mut pages = Pages::default();
        assert_eq!(printed(&mut pages, None, "started"), "    started\n");
        assert_eq!(printed(&mut pages, Some("1"), "asked"), "");
        // It comes after the answer, and names its own invocation.
        assert_eq!(printed(&mut pages, None, r#"{"requestId":"2"}"#), "");
        assert_eq!(pages.held.len(), 2);
    }
}

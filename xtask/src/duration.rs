//! How long each test took.
//!
//! In: the lines of `cargo test`, as they come. Out: the tests with their durations, slowest first. On
//! stable, libtest does not print times, but it starts tests in the order of their names, a fixed number at
//! once, and the next one when one ends. So the time when each test ended shows when each was started.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

/// The number of tests in the summary.
const SHOWN: usize = 20;

/// The durations of all tests, binary by binary.
pub(crate) struct Durations {
    /// The number of tests that run at once.
    threads: usize,
    /// When the tests of the current binary began.
    begin: Instant,
    /// Its tests that have ended, with the times since the beginning.
    ended: Vec<(String, Duration)>,
    all: Vec<(Duration, String)>,
}

impl Durations {
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads, begin: Instant::now(), ended: Vec::new(), all: Vec::new() }
    }

    /// Takes a line at the moment when it was printed.
    pub(crate) fn hear(&mut self, line: &str, now: Instant) {
        if line.starts_with("running ") && line.trim_end_matches('s').ends_with(" test") {
            self.next_binary();
            self.begin = now;
        } else if let Some((name, outcome)) =
            line.strip_prefix("test ").and_then(|it| it.rsplit_once(" ... "))
            && !outcome.starts_with("ignored")
        {
            self.ended.push((name.to_owned(), now - self.begin));
        }
    }

    /// Each test began when enough tests before it had ended to free a thread.
    fn next_binary(&mut self) {
        let ended = std::mem::take(&mut self.ended);
        let mut ends: Vec<_> = ended.iter().map(|(_, end)| *end).collect();
        ends.sort_unstable();
        let mut by_name = ended;
        by_name.sort_unstable();
        for (at, (name, end)) in by_name.into_iter().enumerate() {
            let begin = at.checked_sub(self.threads).map_or(Duration::ZERO, |freed| ends[freed]);
            self.all.push((end.saturating_sub(begin), name));
        }
    }

    /// The tests with their durations, slowest first.
    pub(crate) fn slowest_first(mut self) -> Vec<(Duration, String)> {
        self.next_binary();
        self.all.sort_unstable_by(|one, other| other.cmp(one));
        self.all
    }
}

/// The summary: the slowest tests, and the total time.
pub(crate) fn shown(all: &[(Duration, String)]) -> String {
    let sum: Duration = all.iter().map(|(duration, _)| *duration).sum();
    let mut text =
        format!("The slowest of {} tests, which took {} s of threads:\n", all.len(), sum.as_secs());
    for line in lines(all).take(SHOWN) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// One line for each test.
pub(crate) fn lines(all: &[(Duration, String)]) -> impl Iterator<Item = String> {
    all.iter().map(|(duration, name)| format!("{:>8.1} s  {name}", duration.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The durations for these lines, each with its second, and this number of threads.
    fn durations(threads: usize, lines: &[(u64, &str)]) -> Vec<(u64, String)> {
        let mut durations = Durations::new(threads);
        let begin = Instant::now();
        for (second, line) in lines {
            durations.hear(line, begin + Duration::from_secs(*second));
        }
        durations.slowest_first().into_iter().map(|(duration, name)| (duration.as_secs(), name)).collect()
    }

    #[test]
    fn a_test_begins_when_a_thread_is_free_for_it() {
        let lines = [
            (10, "running 4 tests"),
            (13, "test b ... ok"),
            (14, "test ignored ... ignored, needs a reason"),
            // It began at 13.
            (15, "test c ... FAILED"),
            // It began at 15.
            (18, "test d ... ok"),
            (20, "test a ... ok"),
        ];
        let expected = [(10, "a"), (3, "d"), (3, "b"), (2, "c")].map(|(it, name)| (it, name.to_owned()));
        assert_eq!(durations(2, &lines), expected);
    }

    #[test]
    fn binaries_follow_each_other() {
        let lines = [
            (0, "running 2 tests"),
            (4, "test a::a ... ok"),
            (5, "test a::b ... ok"),
            (90, "running 1 test"),
            (92, "test src/lib.rs - (line 3) ... ok"),
            (92, "test result: ok. 1 passed"),
        ];
        let expected = [(5, "a::b"), (4, "a::a"), (2, "src/lib.rs - (line 3)")];
        assert_eq!(durations(2, &lines), expected.map(|(it, name)| (it, name.to_owned())));
    }
}

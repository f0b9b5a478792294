//! What `--check` shows: how files on the disk differ from those of the code.
//!
//! In: the texts of both. Out: a diff, in which there is nothing that a terminal obeys.

use std::fmt;

use camino::Utf8PathBuf;
use routegen_spec::printable_lines;
use serde::Serialize;
use similar::TextDiff;

use super::paths::shown;
use crate::support::files::Difference;

/// The generated files that are not those of the code; none is the good outcome.
#[derive(Serialize)]
pub(super) struct Comparison {
    differences: Vec<Stale>,
}

#[derive(Serialize)]
pub(super) struct Stale {
    path: Utf8PathBuf,
    /// From what is on the disk to what would be written, as `diff -u` shows it.
    diff: String,
}

impl Stale {
    pub(super) fn new(Difference { path, before, after }: Difference) -> Self {
        let shown = shown(&path).to_string();
        let name = |text: &Option<String>| text.as_ref().map_or("/dev/null", |_| shown.as_str());
        let (old, new) = (name(&before), name(&after));
        let (before, after) = (before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
        let diff = TextDiff::from_lines(before, after).unified_diff().header(old, new).to_string();
        Self { path, diff }
    }
}

impl Comparison {
    pub(super) fn new(differences: impl IntoIterator<Item = Stale>) -> Self {
        Self { differences: differences.into_iter().collect() }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.differences.iter().try_for_each(|stale| f.write_str(&printable_lines(&stale.diff)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files on the disk may be those of somebody's pull request.
    #[test]
    fn a_difference_has_nothing_that_a_terminal_obeys() {
        for c in '\0'..'\u{a0}' {
            let text = format!("# a{c}b\n");
            let difference =
                Difference { path: text.clone().into(), before: Some(text), after: Some(String::new()) };
            let shown = Comparison::new([Stale::new(difference)]).to_string();
            assert!(!shown.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{shown:?}");
            // A line feed is the only one that is a line's end.
            assert_eq!(shown.matches('\n').count(), if matches!(c, '\n') { 5 } else { 4 }, "{shown:?}");
        }
    }
}

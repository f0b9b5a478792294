//! What `--check` prints: how the files on disk differ from what the code would generate.
//!
//! In: both texts. Out: a diff, without anything that a terminal would interpret.

use std::fmt;

use camino::Utf8PathBuf;
use diffy::PatchFormatter;
use routegen_spec::printable_lines;
use serde::Serialize;

use super::paths::shown;
use crate::support::files::Difference;

/// The generated files that are out of date; an empty list is success.
#[derive(Serialize)]
pub(super) struct Comparison {
    differences: Vec<Stale>,
}

#[derive(Serialize)]
pub(super) struct Stale {
    path: Utf8PathBuf,
    #[serde(skip)]
    is_missing: bool,
    /// The change from the file on disk to what would be written, in the format of `diff -u`.
    diff: String,
}

impl Stale {
    pub(super) fn new(Difference { path, before, after }: Difference) -> Self {
        let shown = shown(&path).to_string();
        let is_missing = before.is_none();
        let name = |text: &Option<String>| text.as_ref().map_or("/dev/null", |_| shown.as_str());
        let (old, new) = (name(&before), name(&after));
        let (before, after) = (before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
        let patch = diffy::create_patch(before, after);
        let formatter = PatchFormatter::new().suppress_blank_empty(false);
        let mut diff = format!("--- {old}\n+++ {new}\n");
        // The formatter's own two header lines would quote an unusual path.
        diff.extend(formatter.fmt_patch(&patch).to_string().split_inclusive('\n').skip(2));
        Self { path, is_missing, diff }
    }
}

impl Comparison {
    pub(super) fn new(differences: impl IntoIterator<Item = Stale>) -> Self {
        Self { differences: differences.into_iter().collect() }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before the first file is written, the diff would be the whole text of all files.
        if self.differences.iter().all(|stale| stale.is_missing) {
            return Ok(());
        }
        self.differences.iter().try_for_each(|stale| f.write_str(&printable_lines(&stale.diff)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_what_diff_shows() {
        let shown = |before: Option<&str>, after: Option<&str>| {
            let [before, after] = [before, after].map(|text| text.map(str::to_owned));
            Stale::new(Difference { path: "a \"b\".tf".into(), before, after }).diff
        };
        assert_eq!(
            shown(Some("1\n\n3\n4\n5\n6\n7\n8\n9\n"), Some("1\n\n3\n4\nfive\n6\n7\n8\n9")),
            "--- a \"b\".tf\n+++ a \"b\".tf\n@@ -2,8 +2,8 @@\n \n 3\n 4\n-5\n+five\n 6\n 7\n 8\n-9\n+9\n\\ No newline at end of file\n"
        );
        assert_eq!(shown(None, Some("1\n")), "--- /dev/null\n+++ a \"b\".tf\n@@ -0,0 +1 @@\n+1\n");
        assert_eq!(shown(Some("1\n2\n"), None), "--- a \"b\".tf\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-1\n-2\n");
    }

    #[test]
    fn a_missing_file_is_shown_only_beside_one_that_exists() {
        let stale = |before: Option<&str>| {
            let before = before.map(str::to_owned);
            Stale::new(Difference { path: "a.tf".into(), before, after: Some("2\n".to_owned()) })
        };
        assert_eq!(Comparison::new([stale(None), stale(None)]).to_string(), "");
        let shown = Comparison::new([stale(None), stale(Some("1\n"))]).to_string();
        assert!(shown.contains("+++ a.tf\n@@ -0,0 +1 @@\n+2\n--- a.tf\n"), "{shown}");
    }

    /// Files on disk may come from a stranger's pull request.
    #[test]
    fn a_difference_has_nothing_that_a_terminal_obeys() {
        for c in '\0'..'\u{a0}' {
            let text = format!("# a{c}b\n");
            let difference =
                Difference { path: text.clone().into(), before: Some(text), after: Some(String::new()) };
            let shown = Comparison::new([Stale::new(difference)]).to_string();
            assert!(!shown.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{shown:?}");
            // Only a line feed ends a line.
            assert_eq!(shown.matches('\n').count(), if matches!(c, '\n') { 5 } else { 4 }, "{shown:?}");
        }
    }
}

//! For GitHub Actions: an annotation for each finding, at the line of the attribute.
//!
//! [Workflow commands](https://docs.github.com/actions/reference/workflow-commands-for-github-actions) end at
//! a line feed, and their properties at commas and colons, so both are escaped as GitHub's own toolkit does.

use std::fmt::Write as _;

use super::Report;
use crate::contract::diff::Finding;

/// `counts` returns whether a finding makes the command fail.
pub(crate) fn github(report: &Report<'_>, counts: impl Fn(&Finding) -> bool) -> String {
    let mut text = String::new();
    for finding in report.findings {
        let level = if counts(finding) { "error" } else { "warning" };
        let place = finding
            .place
            .as_ref()
            .map_or_else(String::new, |place| format!("file={},line={},", property(&place.file), place.line));
        let title = property(&format!("{} ({})", finding.id, finding.verdict.word()));
        let message = format!(
            "{}: {}\nfingerprint {}, {}",
            finding.operation,
            finding.message,
            finding.fingerprint(),
            Finding::page(finding.id)
        );
        let _ = writeln!(text, "::{level} {place}title={title}::{}", data(&message));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_command_or_a_property_is_escaped() {
        assert_eq!(data("50 %\r\n: ,"), "50 %25%0D%0A: ,");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}

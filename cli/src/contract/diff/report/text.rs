//! For people: a paragraph for each finding, with the fingerprint that accepts it.

use std::fmt::Write as _;

use routegen_spec::printable;
use serde_json::Value;

use super::{super::summary::summary, Report};

pub(crate) fn text(report: &Report<'_>) -> String {
    let mut text = String::new();
    for finding in report.findings {
        let place = finding.place.as_ref().map(|place| format!("  {}:{}", place.file, place.line));
        let operation = printable(&finding.operation);
        let place = place.unwrap_or_default();
        let place = printable(&place);
        let _ = writeln!(text, "{} {operation}: {}{place}", finding.verdict.word(), finding.id);
        let _ = writeln!(text, "    {}", printable(&finding.message));
        for (name, value) in [("before", &finding.before), ("after", &finding.after)] {
            if !value.is_null() {
                let _ = writeln!(text, "    {name}: {}", printable(&short(value)));
            }
        }
        let _ = writeln!(text, "    fingerprint: {}\n", finding.fingerprint());
    }
    let count = report.findings.len();
    let found = match count {
        0 => "No changes to report".to_owned(),
        1 => format!("1 change: {}", summary(report.findings)),
        _ => format!("{count} changes: {}", summary(report.findings)),
    };
    let accepted = match report.accepted {
        0 => String::new(),
        accepted => format!("; accepted in routegen.toml: {accepted}"),
    };
    let _ = writeln!(text, "{found}{accepted}");
    text
}

/// A value on one line, shortened to what is useful there.
pub(super) fn short(value: &Value) -> String {
    const LONG: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(LONG) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

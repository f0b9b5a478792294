//! For a comment on a pull request.

use std::fmt::Write as _;

use super::{super::summary::summary, Report, text::short};
use crate::contract::diff::{ENVIRONMENTS, Finding};

pub(crate) fn markdown(report: &Report<'_>) -> String {
    let mut text = "### API changes\n\n".to_owned();
    if report.findings.is_empty() {
        text += "No changes to report.\n";
    } else {
        let _ = writeln!(text, "{}\n", summary(report.findings));
        text +=
            "| verdict | operation | change | before | after | fingerprint |\n|---|---|---|---|---|---|\n";
    }
    for finding in report.findings {
        let value = |value: &serde_json::Value| {
            if value.is_null() { String::new() } else { code(&short(value)) }
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} ([{}]({})) | {} | {} | {} |",
            finding.verdict.word(),
            code(&finding.operation),
            words(&finding.message),
            finding.id,
            Finding::page(finding.id),
            value(&finding.before),
            value(&finding.after),
            code(&finding.fingerprint()),
        );
    }
    if report.accepted > 0 {
        let _ = writeln!(text, "\nAccepted in `routegen.toml`: {}.", report.accepted);
    }
    let _ = writeln!(
        text,
        "\nFrom {} to {}. Not compared: {ENVIRONMENTS}.",
        words(&report.base.to_string()),
        words(&report.head.to_string())
    );
    text
}

/// Text for a table cell. What is in backticks is code, as in a message; everything else is escaped.
fn words(text: &str) -> String {
    let mut cell = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            cell += &code(part);
            continue;
        }
        for c in part.chars() {
            match c {
                c if c.is_control() => cell.push(' '),
                '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '@' | '&' | '!' => {
                    cell.push('\\');
                    cell.push(c);
                }
                c => cell.push(c),
            }
        }
    }
    cell
}

/// Code for a table cell: a bar would end the cell, and a backtick the code.
fn code(text: &str) -> String {
    let mut cell = String::from("<code>");
    for c in text.chars() {
        match c {
            c if c.is_control() => cell.push(' '),
            c if c.is_alphanumeric() || " -./,".contains(c) => cell.push(c),
            c => {
                let _ = write!(cell, "&#{};", u32::from(c));
            }
        }
    }
    cell + "</code>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_markup_stays_text() {
        assert_eq!(code("a|b`<c"), "<code>a&#124;b&#96;&#60;c</code>");
        assert_eq!(words("`a_b` of *x* | <b>\n"), r"<code>a&#95;b</code> of \*x\* \| \<b\> ");
    }
}

//! Changes that someone has reviewed and accepted in routegen.toml.
//!
//! In: the findings, and the accepted changes. Out: the remaining findings. It refuses an acceptance of a
//! rule that does not exist, and one that matches nothing, which could later hide a change that nobody has
//! reviewed.

use routegen_spec::Date;

use super::{
    finding::Finding,
    rule::{RULES, Rule},
};
use crate::{
    output::words::nearest,
    project::{self, config::Accepted},
};

/// The remaining findings, and how many were accepted.
pub(crate) fn without_accepted(
    findings: Vec<Finding>,
    accepted: &[Accepted],
    today: Date,
) -> Result<(Vec<Finding>, usize), project::Error> {
    for entry in accepted {
        if Rule::named(&entry.id).is_none() {
            let help = nearest(&entry.id, RULES.iter().map(|about| about.id));
            return Err(entry.mistake(format!("there is no rule `{}`", entry.id), help));
        }
        let of_operation =
            |finding: &&Finding| finding.id == entry.id && finding.operation == entry.operation;
        if findings.iter().filter(of_operation).any(|finding| finding.fingerprint() == entry.fingerprint) {
            continue;
        }
        let others: Vec<_> = findings
            .iter()
            .filter(of_operation)
            .map(|finding| format!("`{}`", finding.fingerprint()))
            .collect();
        let help = if others.is_empty() {
            "remove it: the change has reached the base, or no longer exists".to_owned()
        } else {
            format!("review the change again: its fingerprint is now {}", others.join(" or "))
        };
        let reason = format!("no change matches this entry: `{}` of `{}`", entry.id, entry.operation);
        return Err(entry.mistake(reason, Some(help)));
    }
    let is_accepted = |finding: &Finding| {
        accepted.iter().any(|entry| {
            entry.until.is_none_or(|until| today < until)
                && finding.id == entry.id
                && finding.operation == entry.operation
                && finding.fingerprint() == entry.fingerprint
        })
    };
    let (accepted, left): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_accepted);
    Ok((left, accepted.len()))
}

//! The number of findings of each verdict, in words.

use super::{finding::Finding, rule::Verdict};

/// Such as `2 breaking, 1 warning`; empty without findings.
pub(crate) fn summary<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let findings: Vec<_> = findings.into_iter().collect();
    let counts = Verdict::ALL.into_iter().filter_map(|verdict| {
        let count = findings.iter().filter(|finding| finding.verdict == verdict).count();
        let word = if verdict == Verdict::Warning && count > 1 { "warnings" } else { verdict.word() };
        (count > 0).then(|| format!("{count} {word}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

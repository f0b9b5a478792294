//! The findings of a comparison.

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::rule::{Rule, Verdict};

/// A change that a rule reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Finding {
    pub(super) id: &'static str,
    pub(crate) verdict: Verdict,
    /// Method and path, or `$default`.
    pub(crate) operation: String,
    pub(super) message: String,
    /// The changed value before; null if there was none.
    pub(super) before: Value,
    /// The changed value after; null if there is none.
    pub(super) after: Value,
    /// The place of the attribute, or the document if there is no attribute.
    pub(crate) place: Option<Place>,
    #[serde(skip)]
    pub(super) rule: Rule,
    /// The part of the operation that changed. Together with the values, it identifies a finding.
    #[serde(skip)]
    pub(super) subject: String,
}

/// A place in a file of the repository.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
}

impl Place {
    /// Parses `src/lib.rs:7`, as documents contain it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (file, line) = text.rsplit_once(':')?;
        Some(Self { file: file.to_owned(), line: line.parse().ok()? })
    }
}

impl Finding {
    /// Identifies the finding in `[[accepted]]`: a hash of the subject and of both values, but not of the
    /// message.
    pub(crate) fn fingerprint(&self) -> String {
        let known = json!([self.subject, self.before, self.after]).to_string();
        let hash = Sha256::digest(known.as_bytes());
        hash.iter().take(6).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    /// Whether the finding makes the command fail, if these verdicts count.
    pub(crate) fn counts(&self, verdicts: &[Verdict]) -> bool {
        verdicts.contains(&self.verdict) || (!verdicts.is_empty() && self.rule.always_counts())
    }

    /// The section of docs/diff.md that explains the rule.
    pub(super) fn page(id: &str) -> String {
        format!("https://github.com/routegen/routegen/blob/main/docs/diff.md#{id}")
    }
}

/// The findings of one operation, with what they have in common.
#[derive(Debug)]
pub(super) struct Findings {
    operation: String,
    place: Option<Place>,
    pub(super) found: Vec<Finding>,
}

impl Findings {
    pub(super) fn of(operation: String, place: Option<Place>) -> Self {
        Self { operation, place, found: Vec::new() }
    }

    /// Adds a finding. Its subject and values identify it, not its message.
    pub(super) fn add(
        &mut self,
        rule: Rule,
        subject: impl Into<String>,
        message: impl Into<String>,
        before: impl Into<Value>,
        after: impl Into<Value>,
    ) {
        let about = rule.about();
        self.found.push(Finding {
            id: about.id,
            verdict: about.verdict,
            operation: self.operation.clone(),
            message: message.into(),
            before: before.into(),
            after: after.into(),
            place: self.place.clone(),
            rule,
            subject: subject.into(),
        });
    }
}

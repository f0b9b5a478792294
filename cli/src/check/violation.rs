//! A finding as it is shown: with the lines of its attributes.

use std::fmt::Display;

use camino::Utf8Path;
use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};
use thiserror::Error;

use super::finding::Finding;
use crate::output::label::label;

/// A rule that routes or authorizers break. Labels point at them in the file of the first; the message names
/// all places.
#[derive(Debug, Error)]
#[error("{message}")]
pub(crate) struct Violation {
    /// The rule's own code.
    code: &'static str,
    message: String,
    help: String,
    severity: Severity,
    source_code: Option<NamedSource<String>>,
    labels: Vec<LabeledSpan>,
}

impl Violation {
    pub(super) fn new(finding: Finding<'_>, severity: Severity, root: &Utf8Path) -> Self {
        let mut source_code = None;
        let mut labels = Vec::new();
        let file = finding.handlers.first().map(|handler| &handler.source.file);
        for handler in finding.handlers.iter().filter(|handler| Some(&handler.source.file) == file) {
            let (source, span) = label(root, &handler.source.file, handler.source.line);
            source_code = source_code.or(source);
            labels.extend(span.map(|span| LabeledSpan::new_with_span(Some(handler.path.to_owned()), span)));
        }
        Self {
            code: finding.code,
            message: finding.message,
            help: finding.help,
            severity,
            source_code,
            labels,
        }
    }
}

impl Diagnostic for Violation {
    fn code(&self) -> Option<Box<dyn Display + '_>> {
        Some(Box::new(self.code))
    }

    fn help(&self) -> Option<Box<dyn Display + '_>> {
        Some(Box::new(&self.help))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source_code.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

//! Makes the only thing that is built or emitted: a manifest that AWS will take.
//!
//! In: the manifest and the configuration. Out: a [`CheckedManifest`], or every violation with the line of its attribute.
//! What one attribute decides by itself has been checked by the compiler; here is what several of them decide.

#[cfg(test)]
pub(crate) mod fixture;
mod model;
mod rules;

use std::{collections::BTreeSet, fmt::Display};

use camino::Utf8Path;
use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};
use routegen_spec::Manifest;
use thiserror::Error;

pub(crate) use self::model::{Authorizer, CheckedManifest, Function, Route};
use self::rules::{Configured, Finding};
use crate::{
    config::Config,
    error::{Error, Place, label},
};

/// A rule that routes or authorizers break, with them labelled in the file of the first. The message names all places.
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
    fn new(finding: Finding<'_>, severity: Severity, root: &Utf8Path) -> Self {
        let mut source_code = None;
        let mut labels = Vec::new();
        let file = finding.handlers.first().map(|handler| &handler.source.file);
        for handler in finding.handlers.iter().filter(|handler| Some(&handler.source.file) == file) {
            let (source, span) =
                label(root, &Place { file: handler.source.file.clone(), line: handler.source.line });
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

/// The outcome of a check that found nothing that forbids a deployment.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) manifest: CheckedManifest,
    pub(crate) warnings: Vec<Violation>,
}

/// Checks the routes of `package`. Places are read relative to `root`.
pub(crate) fn check(
    root: &Utf8Path,
    package: &str,
    manifest: &Manifest,
    config: &Config,
) -> Result<Checked, Error> {
    // Also those that are not deployed because nothing calls them: that is a warning and no error.
    let functions: BTreeSet<_> =
        manifest.functions().into_iter().map(|function| function.name.as_str()).collect();
    let functions: Vec<_> = functions.into_iter().collect();
    config.refuse_unknown_functions(&functions)?;
    let written: Vec<_> = manifest.authorizers.iter().map(|authorizer| authorizer.name.as_str()).collect();
    config.refuse_authorizers_named_as(&written)?;
    let configured = Configured {
        authorizers: config.jwt_authorizers().map(|(name, _)| name).collect(),
        routes: config.quota_of_routes(),
    };
    let findings = rules::apply(manifest, &configured);
    let violations: Vec<_> =
        findings.errors.into_iter().map(|finding| Violation::new(finding, Severity::Error, root)).collect();
    if !violations.is_empty() {
        return Err(Error::Check { violations });
    }
    Ok(Checked {
        manifest: CheckedManifest::new(package, manifest, config),
        warnings: findings
            .warnings
            .into_iter()
            .map(|finding| Violation::new(finding, Severity::Warning, root))
            .collect(),
    })
}

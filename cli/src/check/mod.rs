//! Checks a manifest against AWS's rules. Only a checked manifest is built or emitted.
//!
//! In: the manifest and the configuration. Out: a [`CheckedManifest`], or every violation with the line of
//! its attribute. Rules about a single attribute have been checked by the compiler; these rules are about
//! several of them.

mod actions;
mod error;
mod finding;
#[cfg(test)]
pub(crate) mod fixture;
mod model;
mod permissions;
mod rules;
mod violation;

use std::collections::BTreeSet;

use camino::Utf8Path;
use miette::Severity;
use routegen_spec::Manifest;

pub(crate) use self::{
    error::Error,
    model::{Authorizer, CheckedManifest, CheckedRoute, EntryCall, Function},
    permissions::Permissions,
};
use self::{finding::Configured, violation::Violation};
use crate::project::config::Config;

/// The result of a check that found no errors.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) manifest: CheckedManifest,
    pub(crate) warnings: Vec<Violation>,
}

/// Checks the routes of `package`. Places are relative to `root`.
pub(crate) fn check(
    root: &Utf8Path,
    package: &str,
    manifest: &Manifest,
    config: &Config,
) -> Result<Checked, Error> {
    // Including functions that are not deployed because nothing calls them: that is only a warning.
    let functions: BTreeSet<_> =
        manifest.functions().into_iter().map(|function| function.name.as_str()).collect();
    let functions: Vec<_> = functions.into_iter().collect();
    config.refuse_unknown_functions(&functions)?;
    let written: Vec<_> = manifest.authorizers.iter().map(|authorizer| authorizer.name.as_str()).collect();
    config.refuse_authorizers_named_as(&written)?;
    let configured = Configured {
        authorizers: config.jwt_authorizers().map(|(name, _)| name).collect(),
        routes: config.quota_of_routes(),
        now: jiff::Timestamp::now(),
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

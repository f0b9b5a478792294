//! What has changed between two documents of an API: for its clients, in who may call it, and in what its
//! functions may do.
//!
//! In: two documents, as `routegen openapi` writes them, in either version of OpenAPI, and today's date. Out:
//! findings, each of a rule with a stable id, and their report in each format. Documents are equal if they
//! differ only in the order of things, in the names of components or in how a schema is written. It does not
//! see environments: origins, issuers and domains are variables of the Terraform module.

mod accepted;
mod access;
mod api;
mod bodies;
mod deployment;
mod finding;
mod operations;
mod parameters;
pub(crate) mod report;
mod responses;
mod rule;
mod schema;
mod shadow;
pub(crate) mod source;
mod summary;
#[cfg(test)]
mod table;
mod values;

use camino::Utf8Path;
use routegen_spec::Date;
use serde_json::Value;

use self::api::Api;
pub(crate) use self::{
    accepted::without_accepted,
    finding::{Finding, Place},
    report::Report,
    rule::Verdict,
    source::{Repository, Source},
    summary::summary,
};

/// What may differ between environments and is in no document.
pub(crate) const ENVIRONMENTS: &str =
    "origins (CORS), issuers, audiences and domains, which `terraform plan` shows";

/// Compares two documents. Places in them are relative to `prefix`, and `document` is the place of routes
/// that were removed; `today` is for rules about dates. The error names the invalid document and its mistake.
pub(crate) fn compare(
    base: &Value,
    head: &Value,
    prefix: &str,
    document: &str,
    today: Date,
) -> Result<Vec<Finding>, (Which, &'static str)> {
    let base = Api::new(base).map_err(|reason| (Which::Base, reason))?;
    let head = Api::new(head).map_err(|reason| (Which::Head, reason))?;
    let mut found = operations::compare(base, head, today);
    for finding in &mut found {
        match &mut finding.place {
            // A place outside of the workspace is an absolute path.
            Some(place) if Utf8Path::new(&place.file).is_absolute() => {}
            Some(place) => place.file.insert_str(0, prefix),
            None => finding.place = Some(Place { file: document.to_owned(), line: 1 }),
        }
    }
    Ok(found)
}

/// One of the two documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Which {
    Base,
    Head,
}

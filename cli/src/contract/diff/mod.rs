//! What has changed between two documents of an API, for its clients, about who may call it, and about what its functions may do.
//!
//! In: two documents, as `routegen openapi` writes them, in either version of OpenAPI; the day. Out: findings, each of a rule with a stable
//! id, and their report in each format. Documents are the same if only orders, names of components or ways of writing a schema differ.
//! It sees no environment: origins, issuers and domains are variables of the Terraform module.

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

/// What the documents of two environments differ in is in neither of them.
pub(crate) const ENVIRONMENTS: &str =
    "origins (CORS), issuers, audiences and domains, which `terraform plan` shows";

/// What has changed between two documents. Places in them are below `prefix`, and `document` is where routes are that are gone; `today` is
/// for what has a day. What is wrong with a document, if it is none.
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
            // What is outside of the workspace is named from the root on.
            Some(place) if Utf8Path::new(&place.file).is_absolute() => {}
            Some(place) => place.file.insert_str(0, prefix),
            None => finding.place = Some(Place { file: document.to_owned(), line: 1 }),
        }
    }
    Ok(found)
}

/// One of two documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Which {
    Base,
    Head,
}

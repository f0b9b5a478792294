//! Builds the artifacts, one zip for each function, for the runtime `provided.al2023`, and reads them.
//!
//! In: the checked manifest. Out: zips with the executable `bootstrap`, the same bytes for the same input,
//! and `artifacts.json`, which describes them. [`inspect`] reads an artifact on any machine, by the [`note`]
//! in it, and [`verify`] builds it again and compares.

mod artifact;
mod build;
mod error;
#[cfg(test)]
mod fixture;
pub(crate) mod include;
pub(crate) mod inspect;
mod listing;
mod needs;
pub(crate) mod note;
mod parallel;
mod platform;
pub(crate) mod program;
mod sbom;
mod stamp;
pub(crate) mod unzip;
pub(crate) mod verify;
mod zip;

pub(crate) use self::{
    artifact::{Artifact, Change, ZipLayout},
    build::{Built, Request, build},
    error::Error,
    listing::Listing,
};

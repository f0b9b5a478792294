//! What users see: steps, results, diagnostics, and the words in them.

pub(crate) mod label;
pub(crate) mod megabytes;
pub(crate) mod options;
pub(crate) mod printer;
pub(crate) mod report;
pub(crate) mod shell;
pub(crate) mod words;

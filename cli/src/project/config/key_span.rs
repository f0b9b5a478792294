//! A place in the file, for errors that are found later.

use std::{ops::Range, sync::Arc};

use miette::{NamedSource, SourceSpan};

use crate::project::Error;

/// A place in the file.
#[derive(Clone, Debug)]
pub(super) struct KeySpan {
    pub(super) span: Range<usize>,
    pub(super) source_code: Option<Arc<NamedSource<String>>>,
}

impl KeySpan {
    pub(super) fn mistake(&self, reason: String, help: Option<String>) -> Error {
        let span = Some(SourceSpan::from(self.span.clone()));
        Error::Config { reason, help, source_code: self.source_code.clone(), span }
    }
}

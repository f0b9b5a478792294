//! The reference that the page shows for an API: its document, and a viewer for people.

use std::fmt;

use bytes::Bytes;

/// The OpenAPI 3.1 document of an API, and Swagger UI to read it with. The page links to it, and uses it to
/// fill in forms ([`GatewayBuilder::page`](crate::GatewayBuilder::page)).
#[derive(Clone)]
pub struct Reference {
    pub(crate) document: Bytes,
    pub(crate) script: Bytes,
    pub(crate) style: Bytes,
}

impl Reference {
    /// A document as JSON, and the script and the style of Swagger UI. All of them are served unchanged.
    pub fn new(document: String, script: String, style: String) -> Self {
        Self { document: document.into(), script: script.into(), style: style.into() }
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reference").finish_non_exhaustive()
    }
}

//! What the page knows of the API beyond its routes: its document, and what shows that to people.

use std::fmt;

use bytes::Bytes;

/// The document of an API in OpenAPI 3.1, and Swagger UI to read it with. A page that is served has a link to it, and fills in forms
/// by it ([`GatewayBuilder::page`](crate::GatewayBuilder::page)).
#[derive(Clone)]
pub struct Reference {
    pub(crate) document: Bytes,
    pub(crate) script: Bytes,
    pub(crate) style: Bytes,
}

impl Reference {
    /// A document as JSON, and the script and the style of Swagger UI, all of which are served as they are.
    pub fn new(document: String, script: String, style: String) -> Self {
        Self { document: document.into(), script: script.into(), style: style.into() }
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reference").finish_non_exhaustive()
    }
}

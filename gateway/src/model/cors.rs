//! Which other origins browsers may call the API from.

use std::time::Duration;

/// The CORS configuration of an API ([its fields]). A list that is empty allows nothing, and `*` everything.
///
/// [its fields]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Cors {
    pub(crate) origins: Vec<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) expose: Vec<String>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) credentials: bool,
}

impl Cors {
    /// A configuration for these origins: `https://example.com`, `*` for all of them, or `https://*` and `http://*` for all of a
    /// scheme.
    pub fn origins(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { origins: texts(origins), ..Self::default() }
    }

    /// The methods that a preflight may ask for.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.methods = texts(methods);
        self
    }

    /// The request headers that a preflight may ask for.
    #[must_use]
    pub fn headers(mut self, headers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.headers = texts(headers);
        self
    }

    /// The response headers that scripts may read.
    #[must_use]
    pub fn expose(mut self, headers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.expose = texts(headers);
        self
    }

    /// How long browsers may keep the answer of a preflight.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Whether browsers may send cookies and `authorization` of their own; not together with an
    /// origin that stands for several.
    #[must_use]
    pub fn credentials(mut self, allowed: bool) -> Self {
        self.credentials = allowed;
        self
    }
}

fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

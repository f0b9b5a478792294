//! The keys of the attributes: their names, and for each an example that the messages show.
//!
//! It knows nothing of values, which are read in `values.rs`, and nothing of which attribute has which keys: each has a
//! table of its own, beside its arguments.

/// What stands before the `=` of an argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Key {
    /// The word.
    pub(crate) name: &'static str,
    /// The word with a value that is right.
    pub(crate) example: &'static str,
}

impl Key {
    pub(crate) const AUTH: Self = Self::new("auth", r#"auth = "cognito""#);
    pub(crate) const SCOPES: Self = Self::new("scopes", r#"scopes = ["items/read"]"#);
    pub(crate) const IDENTITY_SOURCES: Self =
        Self::new("identity_sources", r#"identity_sources = ["$request.header.Authorization"]"#);
    pub(crate) const TTL: Self = Self::new("ttl", "ttl = 300");
    pub(crate) const MEMORY: Self = Self::new("memory", "memory = 256");
    pub(crate) const TIMEOUT: Self = Self::new("timeout", "timeout = 10");
    pub(crate) const ENV: Self = Self::new("env", r#"env = ["TABLE"]"#);
    pub(crate) const THROTTLE: Self = Self::new("throttle", "throttle = (50, 20)");
    pub(crate) const NAME: Self = Self::new("name", r#"name = "get_items""#);
    pub(crate) const LAMBDA: Self = Self::new("lambda", r#"lambda = "items""#);
    pub(crate) const DESCRIPTION: Self = Self::new("description", r#"description = "Retrieves items""#);
    pub(crate) const TAGS: Self = Self::new("tags", r#"tags = ["items"]"#);
    pub(crate) const DEPRECATED: Self = Self::new("deprecated", "deprecated = true");
    pub(crate) const CRATE: Self = Self::new("crate", "crate = my_crate::routegen");

    const fn new(name: &'static str, example: &'static str) -> Self {
        Self { name, example }
    }
}

//! The findings of rules, and what rules need to report them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use routegen_spec::{AuthorizerSpec, ConsumerSpec, RouteSpec, SourceLocation, limits};

/// A broken rule, or a warning.
#[derive(Debug)]
pub(super) struct Finding<'a> {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) handlers: Vec<Handler<'a>>,
}

#[derive(Debug, Default)]
pub(super) struct Findings<'a> {
    pub(super) errors: Vec<Finding<'a>>,
    /// What can be deployed but deserves a look.
    pub(super) warnings: Vec<Finding<'a>>,
}

/// A function with an attribute that is involved in a finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handler<'a> {
    /// Its path: `items::get_items`.
    pub(super) path: &'a str,
    /// The place of the attribute.
    pub(super) source: &'a SourceLocation,
}

/// What rules depend on besides the code: `routegen.toml` and the current time.
pub(super) struct Configured<'a> {
    /// The authorizers that are not written in Rust.
    pub(super) authorizers: Vec<&'a str>,
    /// The largest number of routes of an API.
    pub(super) routes: usize,
    pub(super) now: Timestamp,
}

impl Default for Configured<'_> {
    fn default() -> Self {
        Self { authorizers: Vec::new(), routes: limits::ROUTES_PER_API as usize, now: Timestamp::UNIX_EPOCH }
    }
}

impl<'a> From<&'a RouteSpec> for Handler<'a> {
    fn from(route: &'a RouteSpec) -> Self {
        Self { path: &route.handler, source: &route.source }
    }
}

impl<'a> From<&'a AuthorizerSpec> for Handler<'a> {
    fn from(authorizer: &'a AuthorizerSpec) -> Self {
        Self { path: &authorizer.handler, source: &authorizer.source }
    }
}

impl<'a> From<&'a ConsumerSpec> for Handler<'a> {
    fn from(consumer: &'a ConsumerSpec) -> Self {
        Self { path: &consumer.handler, source: &consumer.source }
    }
}

pub(super) fn handlers<'a, T: Into<Handler<'a>>>(specs: impl IntoIterator<Item = T>) -> Vec<Handler<'a>> {
    specs.into_iter().map(Into::into).collect()
}

pub(super) fn list(handlers: &[Handler<'_>]) -> String {
    let each: Vec<_> =
        handlers.iter().map(|handler| format!("`{}` ({})", handler.path, handler.source)).collect();
    each.join(", ")
}

/// Groups specs by a key, in the manifest's order.
pub(super) fn group<'a, T, K: Ord>(specs: &'a [T], key: impl Fn(&'a T) -> K) -> BTreeMap<K, Vec<&'a T>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for spec in specs {
        groups.entry(key(spec)).or_default().push(spec);
    }
    groups
}

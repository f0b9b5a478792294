//! The rules that several routes and authorizers together can break. Pure: the manifest in, findings out.

mod authorizers;
mod cognito;
mod functions;
mod routes;

use std::collections::BTreeMap;

use routegen_spec::{AuthorizerSpec, Manifest, RouteSpec, SourceLocation, limits};

/// A rule that is broken, or merely stretched.
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
    /// What can be deployed and should be looked at.
    pub(super) warnings: Vec<Finding<'a>>,
}

/// A function with an attribute that has a part in a finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handler<'a> {
    /// Its path: `items::get_items`.
    pub(super) path: &'a str,
    /// Where the attribute stands.
    pub(super) source: &'a SourceLocation,
}

/// What `routegen.toml` says that rules depend on.
pub(super) struct Configured<'a> {
    /// The authorizers that are not written in Rust.
    pub(super) authorizers: Vec<&'a str>,
    /// How many routes an API may have.
    pub(super) routes: usize,
}

impl Default for Configured<'_> {
    fn default() -> Self {
        Self { authorizers: Vec::new(), routes: limits::ROUTES_PER_API as usize }
    }
}

pub(super) fn apply<'a>(manifest: &'a Manifest, configured: &Configured<'_>) -> Findings<'a> {
    let mut findings = Findings::default();
    routes::apply(manifest, configured.routes, &mut findings);
    functions::apply(manifest, &mut findings);
    authorizers::apply(manifest, &configured.authorizers, &mut findings);
    cognito::apply(manifest, &mut findings);
    findings
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

fn handlers<'a, T: Into<Handler<'a>>>(specs: impl IntoIterator<Item = T>) -> Vec<Handler<'a>> {
    specs.into_iter().map(Into::into).collect()
}

fn list(handlers: &[Handler<'_>]) -> String {
    let each: Vec<_> =
        handlers.iter().map(|handler| format!("`{}` ({})", handler.path, handler.source)).collect();
    each.join(", ")
}

/// The specs that share a key, in the manifest's order.
fn group<'a, T, K: Ord>(specs: &'a [T], key: impl Fn(&'a T) -> K) -> BTreeMap<K, Vec<&'a T>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for spec in specs {
        groups.entry(key(spec)).or_default().push(spec);
    }
    groups
}

#[cfg(test)]
mod tests {
    use routegen_spec::Method;

    use super::*;
    use crate::check::fixture::{authorizer, behind, route};

    /// The codes of all findings and the messages of the errors.
    pub(super) fn found(
        routes: impl IntoIterator<Item = RouteSpec>,
        authorizers: impl IntoIterator<Item = AuthorizerSpec>,
    ) -> (Vec<&'static str>, Vec<String>) {
        let routes = routes.into_iter().collect();
        let manifest = Manifest::new("0.0.0", routes, authorizers.into_iter().collect());
        let findings = apply(&manifest, &Configured::default());
        let codes = findings.errors.iter().chain(&findings.warnings).map(|finding| finding.code).collect();
        (codes, findings.errors.into_iter().map(|finding| finding.message).collect())
    }

    /// The codes of what is found in routes alone.
    pub(super) fn codes(routes: impl IntoIterator<Item = RouteSpec>) -> Vec<&'static str> {
        found(routes, []).0
    }

    #[test]
    fn good_routes_and_authorizers_have_no_findings() {
        let mut post = route("create_item", "/items");
        post.method = Method::Post;
        let routes = [
            route("get_items", "/items"),
            post,
            route("get_item", "/items/{id}"),
            behind("api_key", "get_owner"),
        ];
        assert_eq!(found(routes, [authorizer("api_key")]).0, [""; 0]);
    }
}

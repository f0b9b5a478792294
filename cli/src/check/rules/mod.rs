//! The rules that several routes, authorizers and consumers can break together. Pure: the manifest in,
//! findings out.

mod authorizers;
mod cognito;
mod consumers;
mod functions;
mod grants;
mod routes;

use routegen_spec::Manifest;

use super::finding::{Configured, Findings};

pub(super) fn apply<'a>(manifest: &'a Manifest, configured: &Configured<'_>) -> Findings<'a> {
    let mut findings = Findings::default();
    routes::apply(manifest, configured.routes, &mut findings);
    functions::apply(manifest, &mut findings);
    consumers::apply(manifest, configured.now, &mut findings);
    grants::apply(manifest, &mut findings);
    authorizers::apply(manifest, &configured.authorizers, &mut findings);
    cognito::apply(manifest, &mut findings);
    findings
}

#[cfg(test)]
mod tests {
    use routegen_spec::{AuthorizerSpec, Method, RouteSpec};

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

    /// The codes of the findings for these routes.
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

//! Authorizers: each route's authorizer exists exactly once, and Lambda authorizers follow API Gateway's
//! rules.

use std::collections::BTreeSet;

use routegen_spec::{
    Auth, AuthorizerSpec, IdentitySource, Manifest, RouteSpec, Trigger, UnknownAuthorizer, limits,
};

use crate::{
    check::finding::{Finding, Findings, group, handlers, list},
    output::words::nearest,
};

pub(super) fn apply<'a>(manifest: &'a Manifest, configured: &[&str], findings: &mut Findings<'a>) {
    unknown(manifest, configured, &mut findings.errors);
    names(manifest, &mut findings.errors);
    count(manifest, &mut findings.errors);
    for route in &manifest.routes {
        match lambda_authorizer(manifest, route) {
            Some(authorizer) => scopes(route, authorizer, &mut findings.errors),
            None => without_scopes(route, &mut findings.warnings),
        }
    }
    for authorizer in &manifest.authorizers {
        timeout(authorizer, &mut findings.errors);
    }
    for function in manifest.functions().iter().filter(|function| !manifest.calls(function)) {
        if let Trigger::Authorizer(authorizer) = function.trigger {
            unused(authorizer, &mut findings.warnings);
        }
    }
}

/// The Lambda authorizer of the route.
fn lambda_authorizer<'a>(manifest: &'a Manifest, route: &RouteSpec) -> Option<&'a AuthorizerSpec> {
    let Auth::Authorizer(name) = &route.auth else { return None };
    manifest.authorizers.iter().find(|authorizer| authorizer.name.as_str() == name)
}

fn unknown<'a>(manifest: &'a Manifest, configured: &[&str], errors: &mut Vec<Finding<'a>>) {
    for route in &manifest.routes {
        let configured_place = |name: &str| configured.contains(&name).then(IdentitySource::authorization);
        let Err(UnknownAuthorizer { name, .. }) = manifest.authorizer(&route.auth, configured_place) else {
            continue;
        };
        let name = name.as_str();
        let known: Vec<_> = manifest.authorizers.iter().map(|authorizer| authorizer.name.as_str()).collect();
        let known =
            || [Auth::COGNITO, "iam", "none"].into_iter().chain(known.iter().chain(configured).copied());
        let words: Vec<_> = known().map(|word| format!("`auth = \"{word}\"`")).collect();
        let words = format!("write one of: {}", words.join(", "));
        errors.push(Finding {
            code: "RG0103",
            message: format!("`{}` refers to the authorizer `{name}`, which does not exist", route.handler),
            help: nearest(name, known()).map_or(words.clone(), |nearest| format!("{nearest} {words}")),
            handlers: handlers([route]),
        });
    }
}

fn names<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    for (name, authorizers) in group(&manifest.authorizers, |authorizer| &authorizer.name) {
        if authorizers.len() > 1 {
            let handlers = handlers(authorizers);
            errors.push(Finding {
                code: "RG0110",
                message: format!("{} authorizers are named `{name}`: {}", handlers.len(), list(&handlers)),
                help: "give all but one a different name: `name = \"…\"`".to_owned(),
                handlers,
            });
        }
    }
}

fn count<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    const MOST: usize = limits::AUTHORIZERS_PER_API;
    let named = |route: &'a RouteSpec| match &route.auth {
        Auth::Authorizer(name) => Some((name.as_str(), route)),
        _ => None,
    };
    let mut seen = BTreeSet::new();
    let first_with_it: Vec<_> =
        manifest.routes.iter().filter_map(named).filter(|(name, _)| seen.insert(*name)).collect();
    if let Some(surplus) = first_with_it.get(MOST..).filter(|surplus| !surplus.is_empty()) {
        errors.push(Finding {
            code: "RG0112",
            message: format!(
                "an HTTP API has at most {MOST} authorizers, but the routes use {}",
                first_with_it.len()
            ),
            help: "share an authorizer between routes, or divide the routes between two packages".to_owned(),
            handlers: handlers(surplus.iter().map(|(_, route)| *route)),
        });
    }
}

/// API Gateway compares scopes with a JWT's claims, but a Lambda authorizer only returns whether a request
/// may pass.
fn scopes<'a>(route: &'a RouteSpec, authorizer: &AuthorizerSpec, errors: &mut Vec<Finding<'a>>) {
    if !route.scopes.is_empty() {
        errors.push(Finding {
            code: "RG0111",
            message: format!(
                "`{}` requires scopes, but its authorizer `{}` is a Lambda authorizer, for which API Gateway checks none",
                route.handler, authorizer.name
            ),
            help: "remove `scopes`, and let the authorizer decide by the request's route key".to_owned(),
            handlers: handlers([route]),
        });
    }
}

/// Without scopes, an ID token, which is not meant for APIs, is accepted like an access token.
fn without_scopes<'a>(route: &'a RouteSpec, warnings: &mut Vec<Finding<'a>>) {
    if matches!(route.auth, Auth::Authorizer(_)) && route.scopes.is_empty() {
        warnings.push(Finding {
            code: "RG0201",
            message: format!("`{}` accepts any token of its authorizer, including ID tokens", route.handler),
            help: "require a scope, which only access tokens have: `scopes = [\"items/read\"]`".to_owned(),
            handlers: handlers([route]),
        });
    }
}

/// After API Gateway's own timeout, the function would keep running for nothing.
fn timeout<'a>(authorizer: &'a AuthorizerSpec, errors: &mut Vec<Finding<'a>>) {
    let most = *limits::AUTHORIZER_TIMEOUT_S.end();
    if let Some(timeout) = authorizer.timeout.filter(|timeout| *timeout > most) {
        errors.push(Finding {
            code: "RG0113",
            message: format!(
                "the authorizer `{}` has a timeout of {timeout} s, but API Gateway waits only {most} s for it",
                authorizer.name
            ),
            help: format!("write `timeout = {most}` or less"),
            handlers: handlers([authorizer]),
        });
    }
}

fn unused<'a>(authorizer: &'a AuthorizerSpec, warnings: &mut Vec<Finding<'a>>) {
    warnings.push(Finding {
        code: "RG0203",
        message: format!("no route uses the authorizer `{}`, so it is not deployed", authorizer.name),
        help: format!("write `auth = \"{}\"` on a route, or remove it", authorizer.name),
        handlers: handlers([authorizer]),
    });
}

#[cfg(test)]
mod tests {
    use routegen_spec::{Auth, Manifest};

    use super::super::{
        apply,
        tests::{codes, found},
    };
    use crate::check::{
        finding::Configured,
        fixture::{authorizer, behind, route, with},
    };

    #[test]
    fn an_authorizer_that_does_not_exist_is_refused_and_the_nearest_is_named() {
        let manifest = Manifest::new(
            "0.0.0",
            vec![behind("cogntio", "a"), behind("apikey", "b"), behind("api_key", "c")],
            vec![authorizer("api_key")],
        );
        let errors = apply(&manifest, &Configured::default()).errors;
        let helps: Vec<_> = errors.iter().map(|error| (error.code, error.help.as_str())).collect();
        let words =
            "write one of: `auth = \"cognito\"`, `auth = \"iam\"`, `auth = \"none\"`, `auth = \"api_key\"`";
        let (first, second) =
            (format!("did you mean `cognito`? {words}"), format!("did you mean `api_key`? {words}"));
        assert_eq!(helps, [("RG0103", first.as_str()), ("RG0103", second.as_str())]);
    }

    #[test]
    fn an_authorizer_of_routegen_toml_may_be_named_and_its_scopes_need_no_resource_server() {
        let mut route = behind("partners", "a");
        route.scopes = vec!["read".parse().unwrap()];
        let manifest = Manifest::new("0.0.0", vec![route, behind("partner", "b")], Vec::new());
        let errors =
            apply(&manifest, &Configured { authorizers: vec!["partners"], ..Configured::default() }).errors;
        let helps: Vec<_> = errors.iter().map(|error| (error.code, error.help.as_str())).collect();
        let words =
            "write one of: `auth = \"cognito\"`, `auth = \"iam\"`, `auth = \"none\"`, `auth = \"partners\"`";
        assert_eq!(helps, [("RG0103", format!("did you mean `partners`? {words}").as_str())]);
    }

    #[test]
    fn two_authorizers_of_one_name_are_refused_with_both_places() {
        let mut twin = authorizer("api_key");
        twin.source.line = 9;
        let (codes, messages) = found([behind("api_key", "a")], [authorizer("api_key"), twin]);
        assert_eq!(codes, ["RG0110"]);
        assert_eq!(
            messages,
            [
                "2 authorizers are named `api_key`: `items::auth::api_key` (src/auth.rs:1), `items::auth::api_key` (src/auth.rs:9)"
            ]
        );
    }

    #[test]
    fn ten_authorizers_are_taken_and_one_more_is_not() {
        let named = |count| (0..count).map(|i| format!("key{i}"));
        let of = |count| {
            // Two routes for each: an authorizer counts once.
            let routes = named(count)
                .flat_map(|key| [behind(&key, &format!("a_{key}")), behind(&key, &format!("b_{key}"))]);
            found(routes, named(count).map(|key| authorizer(&key))).0
        };
        assert_eq!(of(10), [""; 0]);
        assert_eq!(of(11), ["RG0112"]);
    }

    #[test]
    fn scopes_that_nobody_would_check_are_refused() {
        let mut scoped = route("a", "/a");
        scoped.auth = Auth::Authorizer("api_key".to_owned());
        assert_eq!(found([scoped], [authorizer("api_key")]).0, ["RG0111"]);
        assert_eq!(found([behind("api_key", "a")], [authorizer("api_key")]).0, [""; 0]);
    }

    #[test]
    fn a_jwt_route_without_scopes_is_a_warning() {
        let mut open = behind("cognito", "a");
        assert_eq!(codes([open.clone()]), ["RG0201"]);
        open.auth = Auth::None;
        assert_eq!(codes([open]), [""; 0]);
    }

    #[test]
    fn an_authorizer_that_takes_longer_than_api_gateway_waits_is_refused() {
        let of = |timeout| {
            let slow = with(authorizer("api_key"), |spec| spec.timeout = Some(timeout));
            found([behind("api_key", "a")], [slow]).0
        };
        assert_eq!(of(10), [""; 0]);
        assert_eq!(of(11), ["RG0113"]);
    }

    #[test]
    fn an_authorizer_that_no_route_names_is_a_warning() {
        assert_eq!(found([route("a", "/a")], [authorizer("api_key")]).0, ["RG0203"]);
    }
}

//! What the routes of one API must agree on.

use routegen_spec::{Manifest, Method, RouteSpec, TriggerKind, limits};

use crate::check::finding::{Finding, Findings, group, handlers, list};

/// `quota` is the largest number of routes that AWS allows this account for an API.
pub(super) fn apply<'a>(manifest: &'a Manifest, quota: usize, findings: &mut Findings<'a>) {
    names(manifest, &mut findings.errors);
    conflicts(manifest, &mut findings.errors);
    count(manifest, quota, &mut findings.errors);
    integrations(manifest, &mut findings.errors);
    bodies(manifest, &mut findings.warnings);
}

/// Two routes with one name would be one function, and one key in every map.
fn names<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    for (name, routes) in group(&manifest.routes, |route| &route.name) {
        if routes.len() > 1 {
            let handlers = handlers(routes);
            errors.push(Finding {
                code: "RG0101",
                message: format!("{} routes are named `{name}`: {}", handlers.len(), list(&handlers)),
                help: "give all but one a different name: `name = \"…\"`".to_owned(),
                handlers,
            });
        }
    }
}

/// API Gateway compares routes without the names of their parameters.
fn conflicts<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    for routes in group(&manifest.routes, |route| (route.method, route.path.identity())).into_values() {
        if let [first, _, ..] = routes[..] {
            let handlers = handlers(routes);
            errors.push(Finding {
                code: "RG0102",
                message: format!(
                    "{} routes answer `{}`: {}",
                    handlers.len(),
                    first.route_key(),
                    list(&handlers)
                ),
                help: "change the method or the path of all but one; the names of parameters do not distinguish routes"
                    .to_owned(),
                handlers,
            });
        }
    }
}

fn count<'a>(manifest: &'a Manifest, quota: usize, errors: &mut Vec<Finding<'a>>) {
    let routes = &manifest.routes;
    if let Some(surplus) = routes.get(quota..).filter(|surplus| !surplus.is_empty()) {
        errors.push(Finding {
            code: "RG0104",
            message: format!("an HTTP API has at most {quota} routes, but the package has {}", routes.len()),
            help: format!(
                "divide them between two packages, which makes two APIs; if AWS has raised your quota, set it in routegen.toml: `quotas = {{ routes = {} }}`",
                routes.len()
            ),
            handlers: handlers(surplus),
        });
    }
}

/// Every function with routes has one, and AWS does not raise this quota.
fn integrations<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    const MOST: usize = limits::INTEGRATIONS_PER_API;
    let mut functions = manifest.functions();
    functions.retain(|function| function.kind() == TriggerKind::Routes);
    let count = functions.len();
    if count > MOST {
        let surplus = functions.iter().skip(MOST).flat_map(|function| function.routes().iter().copied());
        errors.push(Finding {
            code: "RG0115",
            message: format!(
                "an HTTP API has at most {MOST} integrations, but the routes have {count} functions"
            ),
            help: "let routes share a function (`lambda = \"…\"`), or divide them between two packages"
                .to_owned(),
            handlers: handlers(surplus),
        });
    }
}

/// A body of such a request has no meaning (RFC 9110, 9.3.1 and 9.3.2): clients do not send it, and proxies
/// drop it.
fn bodies<'a>(manifest: &'a Manifest, warnings: &mut Vec<Finding<'a>>) {
    let reads = |route: &&RouteSpec| route.reads_body && matches!(route.method, Method::Get | Method::Head);
    for route in manifest.routes.iter().filter(reads) {
        warnings.push(Finding {
            code: "RG0204",
            message: format!(
                "`{}` reads the body of a {} request, but clients send none",
                route.handler, route.method
            ),
            help: "read the values from the path or the query (`Path`, `Query`), or use POST".to_owned(),
            handlers: handlers([route]),
        });
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::{Manifest, Method, RouteSpec};

    use super::super::{
        apply,
        tests::{codes, found},
    };
    use crate::check::{
        finding::Configured,
        fixture::{route, with},
    };

    #[test]
    fn two_routes_of_one_name_are_refused() {
        assert_eq!(codes([route("a", "/a"), route("a", "/b")]), ["RG0101"]);
    }

    #[test]
    fn twins_that_differ_in_the_names_of_parameters_are_refused_with_both_places() {
        let mut twin = route("b", "/pets/{petId}");
        twin.source.line = 9;
        let (codes, messages) = found([route("a", "/pets/{id}"), twin], []);
        assert_eq!(codes, ["RG0102"]);
        assert_eq!(
            messages,
            ["2 routes answer `GET /pets/{id}`: `items::a` (src/lib.rs:1), `items::b` (src/lib.rs:9)"]
        );
    }

    #[test]
    fn three_hundred_routes_are_taken_and_one_more_is_not() {
        let mut routes: Vec<_> = (0..300).map(|i| route(&format!("r{i}"), &format!("/r{i}"))).collect();
        assert_eq!(codes(routes.clone()), [""; 0]);
        routes.push(route("one_more", "/one-more"));
        assert_eq!(codes(routes.clone()), ["RG0104", "RG0115"]);
        // AWS raises the quota of routes on request, but not that of integrations.
        let checked = |routes: Vec<RouteSpec>| {
            let manifest = Manifest::new("0.0.0", routes, Vec::new());
            let configured = Configured { routes: 301, ..Configured::default() };
            let errors = apply(&manifest, &configured).errors;
            errors.iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        assert_eq!(checked(routes.clone()), ["RG0115"]);
        for route in &mut routes[..2] {
            route.lambda = Some("both".parse().unwrap());
        }
        assert_eq!(checked(routes), [""; 0]);
    }

    #[test]
    fn a_body_that_no_client_sends_is_a_warning() {
        let reading = |method| {
            with(route("a", "/a"), |spec| {
                spec.method = method;
                spec.reads_body = true;
            })
        };
        assert_eq!(codes([reading(Method::Get)]), ["RG0204"]);
        assert_eq!(codes([reading(Method::Head)]), ["RG0204"]);
        assert_eq!(codes([reading(Method::Any)]), [""; 0]);
        assert_eq!(codes([reading(Method::Post)]), [""; 0]);
    }
}

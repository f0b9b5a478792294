//! The routes of a function must agree on its settings, and no two functions may share a name.

use std::collections::BTreeMap;

use routegen_spec::{EnvName, Manifest, RouteSpec, TriggerKind, limits};

use crate::check::finding::{Finding, Findings, Handler, group, handlers, list};

pub(super) fn apply<'a>(manifest: &'a Manifest, findings: &mut Findings<'a>) {
    names(manifest, &mut findings.errors);
    let functions = manifest.functions();
    for function in functions.iter().filter(|function| function.kind() == TriggerKind::Routes) {
        let (name, routes) = (function.name.as_str(), function.routes());
        agreement(name, "memory", "MB", routes, |route| route.memory, &mut findings.errors);
        agreement(name, "timeout", "s", routes, |route| route.timeout, &mut findings.errors);
        packages(name, routes, &mut findings.errors);
        let asking = routes.iter().map(|route| ((*route).into(), route.env.as_slice()));
        environment(name, asking, &mut findings.errors);
    }
    for authorizer in &manifest.authorizers {
        let asking = [(authorizer.into(), authorizer.env.as_slice())];
        environment(authorizer.name.as_str(), asking, &mut findings.errors);
    }
    for consumer in &manifest.consumers {
        let asking = [(consumer.into(), consumer.env.as_slice())];
        environment(consumer.name.as_str(), asking, &mut findings.errors);
    }
}

/// A group has the same name as another function: that of a route or authorizer outside of it.
fn names<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    let groups = group(&manifest.routes, |route| &route.lambda);
    for (name, members) in groups.iter().filter_map(|(name, members)| Some((name.as_ref()?, members))) {
        let is_outside = |route: &&RouteSpec| route.name == *name && route.lambda.as_ref() != Some(name);
        let outside = handlers(manifest.routes.iter().filter(is_outside));
        if !outside.is_empty() {
            errors.push(Finding {
                code: "RG0108",
                message: format!(
                    "`{name}` is the name of a function of several routes, {}, and of a route with another function: {}",
                    list(&handlers(members.iter().copied())),
                    list(&outside)
                ),
                help: format!(
                    "write `lambda = \"{name}\"` on that route too, or give the route or the function another name"
                ),
                handlers: outside.into_iter().chain(handlers(members.iter().copied())).collect(),
            });
        }
    }
    for authorizer in &manifest.authorizers {
        let has_its_name =
            |route: &&RouteSpec| route.name == authorizer.name || *route.function() == authorizer.name;
        let routes = handlers(manifest.routes.iter().filter(has_its_name));
        if !routes.is_empty() {
            errors.push(Finding {
                code: "RG0108",
                message: format!(
                    "`{}` is the name of an authorizer ({}), and of a route or its function: {}",
                    authorizer.name,
                    authorizer.source,
                    list(&routes)
                ),
                help: "each of them is a function, so their names must differ: `name = \"…\"`".to_owned(),
                handlers: std::iter::once(Handler::from(authorizer)).chain(routes).collect(),
            });
        }
    }
}

/// A function has one value for each setting: the one that any of its routes declares.
fn agreement<'a>(
    name: &str,
    setting: &str,
    unit: &str,
    routes: &[&'a RouteSpec],
    value: impl Fn(&RouteSpec) -> Option<u32>,
    errors: &mut Vec<Finding<'a>>,
) {
    let mut by_value: BTreeMap<u32, Vec<Handler<'a>>> = BTreeMap::new();
    for route in routes {
        if let Some(value) = value(route) {
            by_value.entry(value).or_default().push((*route).into());
        }
    }
    if by_value.len() > 1 {
        let each: Vec<_> = by_value
            .iter()
            .map(|(value, handlers)| format!("{value} {unit} by {}", list(handlers)))
            .collect();
        errors.push(Finding {
            code: "RG0107",
            message: format!(
                "the routes of the function `{name}` have different values of `{setting}`: {}",
                each.join("; ")
            ),
            help: format!("write `{setting}` on only one of them, or the same value on all"),
            handlers: by_value.into_values().flatten().collect(),
        });
    }
}

/// An artifact is linked to a single library.
fn packages<'a>(name: &str, routes: &[&'a RouteSpec], errors: &mut Vec<Finding<'a>>) {
    let Some((first, others)) = routes.split_first() else { return };
    if let Some(other) = others.iter().find(|route| route.package != first.package) {
        let pair = handlers([*first, *other]);
        errors.push(Finding {
            code: "RG0109",
            message: format!(
                "the routes of the function `{name}` are in several packages, `{}` and `{}`: {}",
                first.package,
                other.package,
                list(&pair)
            ),
            help: "a function belongs to one package: move the routes to one package, or give each package its own function"
                .to_owned(),
            handlers: pair,
        });
    }
}

/// Lambda counts the names too, whatever the values will be.
fn environment<'a>(
    name: &str,
    asking: impl IntoIterator<Item = (Handler<'a>, &'a [EnvName])>,
    errors: &mut Vec<Finding<'a>>,
) {
    let mut empty: BTreeMap<&str, &str> = BTreeMap::new();
    let mut handlers = Vec::new();
    for (handler, names) in asking.into_iter().filter(|(_, names)| !names.is_empty()) {
        empty.extend(names.iter().map(|name| (name.as_str(), "")));
        handlers.push(handler);
    }
    let bytes = crate::support::json::text(&empty).len();
    if bytes > limits::ENVIRONMENT_BYTES {
        errors.push(Finding {
            code: "RG0114",
            message: format!(
                "the environment of the function `{name}` has {bytes} bytes without the values, but Lambda allows only {}",
                limits::ENVIRONMENT_BYTES
            ),
            help: "store the values where the function can read them, such as in a parameter or a secret".to_owned(),
            handlers,
        });
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::{EnvName, RouteSpec};

    use super::super::tests::{codes, found};
    use crate::check::fixture::{authorizer, behind, route, with};

    fn grouped(name: &str, group: &str) -> RouteSpec {
        with(route(name, &format!("/{name}")), |spec| spec.lambda = Some(group.parse().unwrap()))
    }

    #[test]
    fn routes_of_a_group_that_agree_are_taken() {
        let one = with(grouped("a", "pets"), |spec| {
            spec.memory = Some(256);
            spec.timeout = Some(5);
        });
        let same = with(grouped("b", "pets"), |spec| spec.memory = Some(256));
        assert_eq!(codes([one, same, grouped("pets", "pets"), route("c", "/c")]), [""; 0]);
    }

    #[test]
    fn different_settings_in_a_group_are_shown_with_their_places() {
        let one = with(grouped("a", "pets"), |spec| spec.memory = Some(256));
        let mut other = with(grouped("b", "pets"), |spec| spec.memory = Some(128));
        other.source.line = 9;
        let (codes, messages) = found([one.clone(), other.clone(), grouped("c", "pets")], []);
        assert_eq!(codes, ["RG0107"]);
        assert_eq!(
            messages,
            ["the routes of the function `pets` have different values of `memory`: \
              128 MB by `items::b` (src/lib.rs:9); 256 MB by `items::a` (src/lib.rs:1)"]
        );
        let timeouts = [(one, 3), (other, 4)].map(|(route, timeout)| {
            with(route, |spec| {
                spec.memory = None;
                spec.timeout = Some(timeout);
            })
        });
        assert_eq!(found(timeouts, []).0, ["RG0107"]);
    }

    #[test]
    fn a_group_has_the_name_of_no_route_outside_of_it() {
        assert_eq!(codes([grouped("a", "pets"), route("pets", "/")]), ["RG0108"]);
        assert_eq!(codes([grouped("a", "pets"), grouped("pets", "others")]), ["RG0108"]);
        assert_eq!(codes([grouped("a", "pets"), grouped("pets", "pets")]), [""; 0]);
    }

    #[test]
    fn an_authorizer_has_the_name_of_no_route_and_no_group() {
        let (used, key) = (behind("key", "a"), || [authorizer("key")]);
        assert_eq!(found([used.clone(), route("key", "/key")], key()).0, ["RG0108"]);
        assert_eq!(found([used.clone(), grouped("b", "key")], key()).0, ["RG0108"]);
        assert_eq!(found([used.clone(), grouped("key", "pets")], key()).0, ["RG0108"]);
        assert_eq!(found([used], key()).0, [""; 0]);
    }

    #[test]
    fn a_function_is_made_of_one_package() {
        let elsewhere = with(grouped("b", "pets"), |spec| spec.package = "others".to_owned());
        assert_eq!(codes([grouped("a", "pets"), elsewhere.clone()]), ["RG0109"]);
        assert_eq!(codes([grouped("a", "dogs"), elsewhere]), [""; 0]);
    }

    #[test]
    fn the_names_of_variables_alone_can_be_too_much_for_lambda() {
        let env = |names: std::ops::Range<usize>| -> Vec<EnvName> {
            names.map(|i| format!("{}_{i:03}", "A".repeat(60)).parse().unwrap()).collect()
        };
        let one = with(grouped("a", "pets"), |spec| spec.env = env(0..40));
        let same = with(grouped("b", "pets"), |spec| spec.env = env(0..40));
        let others = with(grouped("b", "pets"), |spec| spec.env = env(40..80));
        assert_eq!(codes([one.clone(), same]), [""; 0]);
        assert_eq!(codes([one, others]), ["RG0114"]);
        let asking = |names| [with(authorizer("key"), |spec| spec.env = env(names))];
        assert_eq!(found([behind("key", "a")], asking(0..40)).0, [""; 0]);
        assert_eq!(found([behind("key", "a")], asking(0..80)).0, ["RG0114"]);
    }
}

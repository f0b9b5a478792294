//! Cognito's limits for the scopes of all routes together.

use std::collections::{BTreeMap, BTreeSet};

use routegen_spec::{Auth, Manifest, RouteSpec, Scope, limits};

use crate::check::finding::{Finding, Findings, Handler, handlers};

/// The scopes of each resource server, and the first route that requires each of them.
type Servers<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a RouteSpec>>;

pub(super) fn apply<'a>(manifest: &'a Manifest, findings: &mut Findings<'a>) {
    let errors = &mut findings.errors;
    let mut servers = Servers::new();
    for route in
        manifest.routes.iter().filter(|route| route.auth == Auth::Authorizer(Auth::COGNITO.to_owned()))
    {
        for scope in &route.scopes {
            match scope.resource_server() {
                Some((server, name)) => {
                    servers.entry(server).or_default().entry(name).or_insert(route);
                }
                None => errors.push(without_server(route, scope)),
            }
        }
    }
    counts(&servers, errors);
}

fn without_server<'a>(route: &'a RouteSpec, scope: &Scope) -> Finding<'a> {
    Finding {
        code: "RG0105",
        message: format!("`{}` requires the scope `{scope}`, which names no resource server", route.handler),
        help: format!("a scope of Cognito is `resource-server/scope`, such as `items/{scope}`"),
        handlers: handlers([route]),
    }
}

fn counts<'a>(servers: &Servers<'a>, errors: &mut Vec<Finding<'a>>) {
    let mut limit = |asking: Vec<&'a RouteSpec>, most: usize, of: &str| {
        if let Some(surplus) = asking.get(most..).filter(|surplus| !surplus.is_empty()) {
            errors.push(Finding {
                code: "RG0106",
                message: format!(
                    "Cognito allows at most {most} {of}, but the routes require {}",
                    asking.len()
                ),
                help: "use the same scopes for several routes".to_owned(),
                handlers: once_each(surplus),
            });
        }
    };
    let of_servers = servers.values().filter_map(|names| names.values().next().copied()).collect();
    limit(of_servers, limits::RESOURCE_SERVERS_PER_POOL, "resource servers in a user pool");
    let of_scopes = servers.values().flat_map(BTreeMap::values).copied().collect();
    limit(of_scopes, limits::SCOPES_PER_CLIENT, "scopes of an app client");
    for (server, names) in servers {
        let of = format!("scopes of the resource server `{server}`");
        limit(names.values().copied().collect(), limits::SCOPES_PER_RESOURCE_SERVER, &of);
    }
}

/// The routes without duplicates, because one route may require several scopes.
fn once_each<'a>(routes: &[&'a RouteSpec]) -> Vec<Handler<'a>> {
    let mut seen = BTreeSet::new();
    handlers(routes.iter().copied().filter(|route| seen.insert(&route.name)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::codes;
    use crate::check::fixture::route;

    #[test]
    fn scopes_are_those_that_cognito_can_hold() {
        let mut foreign = route("a", "/a");
        foreign.scopes = vec!["openid".parse().unwrap()];
        assert_eq!(codes([foreign]), ["RG0105"]);
        let scoped = |i: usize, scope: String| {
            let mut route = route(&format!("r{i}"), &format!("/r{i}"));
            route.scopes = vec![scope.parse().unwrap()];
            route
        };
        let servers = |count| (0..count).map(|i| scoped(i, format!("s{i}/read"))).collect::<Vec<_>>();
        assert_eq!(codes(servers(25)), [""; 0]);
        assert_eq!(codes(servers(26)), ["RG0106"]);
        let one_server = |count| (0..count).map(|i| scoped(i, format!("items/{i}"))).collect::<Vec<_>>();
        assert_eq!(codes(one_server(50)), [""; 0]);
        assert_eq!(codes(one_server(51)), ["RG0106"]);
        assert_eq!(codes(one_server(101)), ["RG0106", "RG0106"]);
    }
}

//! The rules that several routes together can break. Pure: routes in, findings out.

use std::collections::{BTreeMap, BTreeSet};

use routegen_spec::{Auth, RouteSpec, limits};

/// A rule that some routes break, or merely stretch.
#[derive(Debug)]
pub(super) struct Finding<'a> {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) routes: Vec<&'a RouteSpec>,
}

#[derive(Debug, Default)]
pub(super) struct Findings<'a> {
    pub(super) errors: Vec<Finding<'a>>,
    /// What can be deployed and should be looked at.
    pub(super) warnings: Vec<Finding<'a>>,
}

pub(super) fn apply(routes: &[RouteSpec]) -> Findings<'_> {
    let mut findings = Findings::default();
    names(routes, &mut findings.errors);
    conflicts(routes, &mut findings.errors);
    authorizers(routes, &mut findings.errors);
    counts(routes, &mut findings.errors);
    cognito(routes, &mut findings.errors);
    without_scopes(routes, &mut findings.warnings);
    findings
}

/// Two routes of one name would be one function and one key of every map.
fn names<'a>(routes: &'a [RouteSpec], errors: &mut Vec<Finding<'a>>) {
    for (name, routes) in group(routes, |route| route.name.as_str().to_owned()) {
        if routes.len() > 1 {
            errors.push(Finding {
                code: "RG0101",
                message: format!("{} routes are named `{name}`: {}", routes.len(), list(&routes)),
                help: "give all but one another name: `name = \"…\"`".to_owned(),
                routes,
            });
        }
    }
}

/// API Gateway compares routes without the names of their parameters.
fn conflicts<'a>(routes: &'a [RouteSpec], errors: &mut Vec<Finding<'a>>) {
    for routes in group(routes, |route| format!("{} {}", route.method, route.path.identity())).into_values() {
        if let [first, _, ..] = routes[..] {
            errors.push(Finding {
                code: "RG0102",
                message: format!("{} routes answer `{}`: {}", routes.len(), first.route_key(), list(&routes)),
                help: "change the method or the path of all but one; the names of parameters do not tell two routes apart"
                    .to_owned(),
                routes,
            });
        }
    }
}

fn authorizers<'a>(routes: &'a [RouteSpec], errors: &mut Vec<Finding<'a>>) {
    for route in routes {
        match &route.auth {
            Auth::Authorizer(name) if name != Auth::COGNITO => errors.push(Finding {
                code: "RG0103",
                message: format!(
                    "`{}` asks for the authorizer `{name}`, and there is none of that name",
                    route.handler
                ),
                help: "write `auth = \"cognito\"`, `auth = \"iam\"` or `auth = \"none\"`".to_owned(),
                routes: vec![route],
            }),
            _ => {}
        }
    }
}

fn counts<'a>(routes: &'a [RouteSpec], errors: &mut Vec<Finding<'a>>) {
    // One function, hence one integration, for each route: the two quotas meet.
    let most = limits::ROUTES_PER_API.min(limits::INTEGRATIONS_PER_API);
    if routes.len() > most {
        errors.push(Finding {
            code: "RG0104",
            message: format!(
                "an HTTP API has at most {most} routes with an integration each, and these are {}",
                routes.len()
            ),
            help: "divide them between two packages, which makes two APIs".to_owned(),
            routes: Vec::new(),
        });
    }
}

/// What Cognito takes of the scopes that all routes together make it hold.
fn cognito<'a>(routes: &'a [RouteSpec], errors: &mut Vec<Finding<'a>>) {
    let mut servers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for route in routes.iter().filter(|route| route.auth == Auth::Authorizer(Auth::COGNITO.to_owned())) {
        for scope in &route.scopes {
            match scope.resource_server() {
                Some((server, name)) => {
                    servers.entry(server).or_default().insert(name);
                }
                None => errors.push(Finding {
                    code: "RG0105",
                    message: format!(
                        "`{}` asks for the scope `{scope}`, which names no resource server",
                        route.handler
                    ),
                    help: format!("a scope of Cognito is `resource-server/scope`, such as `items/{scope}`"),
                    routes: vec![route],
                }),
            }
        }
    }
    let mut limit = |found: usize, most: usize, of: &str| {
        if found > most {
            errors.push(Finding {
                code: "RG0106",
                message: format!("{of} at most {most} (Cognito's quota), and the routes ask for {found}"),
                help: "share scopes between routes".to_owned(),
                routes: Vec::new(),
            });
        }
    };
    limit(servers.len(), limits::RESOURCE_SERVERS_PER_POOL, "the resource servers of a user pool are");
    limit(
        servers.values().map(BTreeSet::len).sum(),
        limits::SCOPES_PER_CLIENT,
        "the scopes of an app client are",
    );
    for (server, names) in &servers {
        limit(
            names.len(),
            limits::SCOPES_PER_RESOURCE_SERVER,
            &format!("the scopes of the resource server `{server}` are"),
        );
    }
}

/// Without scopes an ID token, which is not meant for APIs, passes as well as an access token.
fn without_scopes<'a>(routes: &'a [RouteSpec], warnings: &mut Vec<Finding<'a>>) {
    for route in
        routes.iter().filter(|route| matches!(route.auth, Auth::Authorizer(_)) && route.scopes.is_empty())
    {
        warnings.push(Finding {
            code: "RG0201",
            message: format!("`{}` takes any token of its authorizer, ID tokens too", route.handler),
            help: "ask for a scope, which only access tokens have: `scopes = [\"items/read\"]`".to_owned(),
            routes: vec![route],
        });
    }
}

fn group(routes: &[RouteSpec], key: impl Fn(&RouteSpec) -> String) -> BTreeMap<String, Vec<&RouteSpec>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for route in routes {
        groups.entry(key(route)).or_default().push(route);
    }
    groups
}

fn list(routes: &[&RouteSpec]) -> String {
    let each: Vec<_> = routes.iter().map(|route| format!("`{}` ({})", route.handler, route.source)).collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use routegen_spec::{Method, SourceLocation};

    use super::*;

    fn route(name: &str, path: &str) -> RouteSpec {
        RouteSpec {
            name: name.parse().unwrap(),
            method: Method::Get,
            path: path.parse().unwrap(),
            auth: Auth::Authorizer("cognito".to_owned()),
            scopes: vec!["items/read".parse().unwrap()],
            memory: None,
            timeout: None,
            env: Vec::new(),
            lambda: None,
            tags: Vec::new(),
            deprecated: false,
            reads_body: false,
            throttle: None,
            description: String::new(),
            handler: format!("items::{name}"),
            package: "items".to_owned(),
            source: SourceLocation { file: "src/lib.rs".to_owned(), line: 1, column: 1 },
            entry: format!("routegen.items.{name}"),
        }
    }

    fn codes(routes: &[RouteSpec]) -> Vec<&'static str> {
        let findings = apply(routes);
        findings.errors.iter().chain(&findings.warnings).map(|finding| finding.code).collect()
    }

    #[test]
    fn good_routes_have_no_findings() {
        let mut post = route("create_item", "/items");
        post.method = Method::Post;
        assert_eq!(codes(&[route("get_items", "/items"), post, route("get_item", "/items/{id}")]), [""; 0]);
    }

    #[test]
    fn two_routes_of_one_name_are_refused() {
        assert_eq!(codes(&[route("a", "/a"), route("a", "/b")]), ["RG0101"]);
    }

    #[test]
    fn twins_that_differ_in_the_names_of_parameters_are_refused_with_both_places() {
        let mut twin = route("b", "/pets/{petId}");
        twin.source.line = 9;
        let routes = [route("a", "/pets/{id}"), twin];
        assert_eq!(codes(&routes), ["RG0102"]);
        let message = &apply(&routes).errors[0].message;
        assert_eq!(
            message,
            "2 routes answer `GET /pets/{id}`: `items::a` (src/lib.rs:1), `items::b` (src/lib.rs:9)"
        );
    }

    #[test]
    fn an_authorizer_that_does_not_exist_is_refused() {
        let mut typo = route("a", "/a");
        typo.auth = Auth::Authorizer("cogntio".to_owned());
        assert_eq!(codes(&[typo]), ["RG0103"]);
    }

    #[test]
    fn three_hundred_routes_are_taken_and_one_more_is_not() {
        let mut routes: Vec<_> = (0..300).map(|i| route(&format!("r{i}"), &format!("/r{i}"))).collect();
        assert_eq!(codes(&routes), [""; 0]);
        routes.push(route("one_more", "/one-more"));
        assert_eq!(codes(&routes), ["RG0104"]);
    }

    #[test]
    fn scopes_are_those_that_cognito_can_hold() {
        let mut foreign = route("a", "/a");
        foreign.scopes = vec!["openid".parse().unwrap()];
        assert_eq!(codes(&[foreign]), ["RG0105"]);
        let scoped = |i: usize, scope: String| {
            let mut route = route(&format!("r{i}"), &format!("/r{i}"));
            route.scopes = vec![scope.parse().unwrap()];
            route
        };
        let servers = |count| (0..count).map(|i| scoped(i, format!("s{i}/read"))).collect::<Vec<_>>();
        assert_eq!(codes(&servers(25)), [""; 0]);
        assert_eq!(codes(&servers(26)), ["RG0106"]);
        let one_server = |count| (0..count).map(|i| scoped(i, format!("items/{i}"))).collect::<Vec<_>>();
        assert_eq!(codes(&one_server(50)), [""; 0]);
        assert_eq!(codes(&one_server(51)), ["RG0106"]);
        assert_eq!(codes(&one_server(101)), ["RG0106", "RG0106"]);
    }

    #[test]
    fn a_jwt_route_without_scopes_is_a_warning() {
        let mut open = route("a", "/a");
        open.scopes.clear();
        assert_eq!(codes(&[open.clone()]), ["RG0201"]);
        open.auth = Auth::None;
        assert_eq!(codes(&[open]), [""; 0]);
    }
}

//! The checked manifest: the parts of the API, with every default filled in.

use std::collections::{BTreeMap, BTreeSet};

use routegen_spec::{
    Auth, AuthorizerKind, Entry, EnvName, EventSource, FunctionSpec, Manifest, RouteSpec, Trigger,
    TriggerKind,
};
use serde::Serialize;

use super::permissions::{self, NamedResource, Permissions};
use crate::{
    check::Error,
    project::{
        config::{Config, Pattern},
        target::Architecture,
    },
    support::{hash, json},
};

/// Routes that can be deployed, with everything that they require. Only [`super::check`] makes one.
#[derive(Debug)]
pub(crate) struct CheckedManifest {
    /// The name of the API.
    pub(crate) api_name: String,
    /// The routes, sorted by name.
    pub(crate) routes: Vec<CheckedRoute>,
    /// The functions, sorted by key.
    pub(crate) functions: Vec<Function>,
    /// The AWS resources that functions name, sorted by name.
    pub(crate) resources: Vec<NamedResource>,
    /// The authorizers that routes use, sorted by name.
    pub(crate) authorizers: Vec<Authorizer>,
    /// Everything that the code declares, including what nothing calls, because its entry points are compiled
    /// too.
    pub(crate) declared: Manifest,
    /// The Cognito scopes that routes require: the identifier of each resource server with the names of its
    /// scopes.
    pub(crate) resource_servers: BTreeMap<String, BTreeSet<String>>,
    /// The hash of the manifest, as `routegen routes --format json` prints it.
    pub(crate) sha256: String,
}

/// A route of the API.
#[derive(Clone, Debug)]
pub(crate) struct CheckedRoute {
    pub(crate) spec: RouteSpec,
    /// The [`Function::key`] of the function that serves it.
    pub(crate) function: String,
    /// The authorizer that decides whether a request may pass; `None` if the route is open.
    pub(crate) authorizer: Option<AuthorizerKind>,
}

/// A Lambda function, and its artifact.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Function {
    /// Its key in the Terraform maps: `get_items`. This is the name of its route, group, authorizer or
    /// consumer.
    pub(crate) key: String,
    /// Its name in AWS: `get-items`.
    pub(crate) name: String,
    pub(crate) kind: TriggerKind,
    /// What calls it, if not an HTTP request.
    #[serde(skip)]
    pub(crate) consumes: Option<EventSource>,
    pub(crate) description: String,
    /// The file name of its zip.
    pub(crate) artifact: String,
    /// In MB.
    pub(crate) memory: u32,
    /// In seconds.
    pub(crate) timeout: u32,
    /// Whether its program starts several threads.
    #[serde(skip)]
    pub(crate) multi_thread: bool,
    /// The environment variables that it needs.
    pub(crate) env: Vec<EnvName>,
    /// What it may do with resources.
    #[serde(skip)]
    pub(crate) permissions: Permissions,
    pub(crate) architecture: Architecture,
    /// The symbols of the entry points in its artifact: one for each of its routes, or the authorizer's or
    /// the consumer's.
    pub(crate) entries: Vec<String>,
    /// The same entry points, as its program calls them.
    #[serde(skip)]
    pub(crate) calls: Vec<EntryCall>,
    /// The cargo package that contains the entry points.
    pub(crate) package: String,
    /// The extra files of its artifact.
    #[serde(skip)]
    pub(crate) include: Vec<Pattern>,
}

/// How a program calls an entry point.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct EntryCall {
    pub(crate) symbol: String,
    /// The route key, if the entry point itself does not contain it: below a prefix.
    pub(crate) key: Option<String>,
    /// The symbol of what wraps all routes of the package.
    pub(crate) package: Option<String>,
}

impl EntryCall {
    /// The symbols that a program needs to call it.
    pub(crate) fn symbols(&self) -> impl Iterator<Item = &str> {
        [Some(&self.symbol), self.package.as_ref()].into_iter().flatten().map(String::as_str)
    }

    /// An entry point that is called directly.
    pub(crate) fn plain(symbol: impl Into<String>) -> Self {
        Self { symbol: symbol.into(), key: None, package: None }
    }

    fn of_route(route: &RouteSpec) -> Self {
        let key = route.route_key().to_string();
        let known = route.entry.parse::<Entry>().is_ok_and(|entry| entry.serves.to_string() == key);
        let package = route.package_entry.clone();
        Self { symbol: route.entry.clone(), key: (!known || package.is_some()).then_some(key), package }
    }
}

/// An authorizer.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Authorizer {
    /// The name by which routes refer to it.
    pub(crate) name: String,
    pub(crate) kind: AuthorizerKind,
}

impl CheckedManifest {
    pub(super) fn new(package: &str, manifest: &Manifest, config: &Config) -> Self {
        let mut authorizers = BTreeSet::new();
        let mut resource_servers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut routes = Vec::new();
        for spec in &manifest.routes {
            // The rules have refused unknown names.
            let authorizer =
                manifest.authorizer(&spec.auth, |name| config.jwt_authorizer(name)).ok().flatten();
            if authorizer == Some(AuthorizerKind::Cognito) {
                for (server, scope) in spec.scopes.iter().filter_map(|scope| scope.resource_server()) {
                    resource_servers.entry(server.to_owned()).or_default().insert(scope.to_owned());
                }
            }
            if let (Auth::Authorizer(name), Some(kind)) = (&spec.auth, &authorizer) {
                authorizers.insert(Authorizer { name: name.clone(), kind: kind.clone() });
            }
            routes.push(CheckedRoute {
                function: spec.function().to_string(),
                spec: spec.clone(),
                authorizer,
            });
        }
        let functions = manifest.functions_with(config.defaults());
        let called: Vec<_> = functions.into_iter().filter(|function| manifest.calls(function)).collect();
        Self {
            resources: permissions::resources(
                called.iter().flat_map(|function| function.grants.iter().copied()),
            ),
            api_name: config.name().unwrap_or(package).to_owned(),
            routes,
            functions: called.iter().map(|function| Function::new(function, config)).collect(),
            authorizers: authorizers.into_iter().collect(),
            declared: manifest.clone(),
            resource_servers,
            sha256: hash::sha256(json::text(manifest).as_bytes()),
        }
    }

    /// The function with this name, or with a route of this name, spelled with `_` or `-`.
    pub(crate) fn function_named(&self, name: &str) -> Result<&Function, Error> {
        let of_route = |function: &Function, route: &CheckedRoute| {
            let id = &route.spec.name;
            route.function == function.key && (id.as_str() == name || id.to_kebab_case() == name)
        };
        let is = |function: &&Function| {
            let routes = &self.routes;
            function.name == name
                || function.key == name
                || routes.iter().any(|route| of_route(function, route))
        };
        self.functions.iter().find(is).ok_or_else(|| Error::UnknownFunction {
            name: name.to_owned(),
            functions: self.functions.iter().map(|function| function.name.clone()).collect(),
        })
    }

    /// The route keys that the function serves.
    pub(crate) fn route_keys(&self, function: &Function) -> Vec<String> {
        if function.kind != TriggerKind::Routes {
            return Vec::new();
        }
        let of_function = |route: &&CheckedRoute| route.function == function.key;
        self.routes.iter().filter(of_function).map(|route| route.spec.route_key().to_string()).collect()
    }
}

impl Function {
    /// The environment variables that its code reads: those that it declares, and those of its resources.
    pub(crate) fn variables(&self) -> BTreeSet<EnvName> {
        self.env.iter().cloned().chain(self.permissions.variables()).collect()
    }

    fn new(spec: &FunctionSpec<'_>, config: &Config) -> Self {
        let name = spec.name.to_kebab_case();
        Self {
            key: spec.name.to_string(),
            kind: spec.kind(),
            consumes: match &spec.trigger {
                Trigger::Consumer(consumer) => Some(consumer.consumes.clone()),
                _ => None,
            },
            description: spec.description.clone(),
            artifact: format!("{name}.zip"),
            name,
            memory: spec.memory,
            timeout: spec.timeout,
            multi_thread: spec.multi_thread,
            env: spec.env.iter().copied().cloned().collect(),
            permissions: Permissions::of(&spec.grants),
            architecture: config.architecture(),
            entries: spec.entries.iter().map(ToString::to_string).collect(),
            calls: match &spec.trigger {
                Trigger::Routes(routes) => routes.iter().map(|route| EntryCall::of_route(route)).collect(),
                _ => spec.entries.iter().map(|symbol| EntryCall::plain(*symbol)).collect(),
            },
            package: spec.package.to_owned(),
            include: config.include(spec.name.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::AuthorizerSpec;

    use super::*;
    use crate::check::fixture::{authorizer, behind, route, with};

    fn checked(routes: Vec<RouteSpec>, authorizers: Vec<AuthorizerSpec>) -> CheckedManifest {
        let manifest = Manifest::new("0.0.0", routes, authorizers);
        crate::check::check("/".into(), "items", &manifest, &Config::default()).unwrap().manifest
    }

    fn env(names: &[&str]) -> Vec<EnvName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn routes_of_a_group_are_one_function_with_what_any_of_them_says() {
        let lambda = Some("pets".parse().unwrap());
        let of = |name, path, env| {
            with(route(name, path), |spec| {
                spec.lambda = lambda.clone();
                spec.env = env;
            })
        };
        let a = with(of("a", "/a", env(&["Z1", "X1"])), |spec| spec.timeout = Some(5));
        let b = with(of("b", "/b", env(&["X1", "Y1"])), |spec| spec.memory = Some(512));
        let checked = checked(vec![a, b, route("c", "/c")], Vec::new());
        let keys: Vec<_> = checked.functions.iter().map(|function| function.key.as_str()).collect();
        assert_eq!(keys, ["c", "pets"]);
        let pets = &checked.functions[1];
        assert_eq!((pets.name.as_str(), pets.artifact.as_str()), ("pets", "pets.zip"));
        assert_eq!((pets.memory, pets.timeout, &pets.env), (512, 5, &env(&["Z1", "X1", "Y1"])));
        assert_eq!(pets.entries, ["routegen.items.a", "routegen.items.b"]);
        assert_eq!(pets.description, "GET /a, GET /b");
        assert_eq!(checked.route_keys(pets), ["GET /a", "GET /b"]);
        let functions: Vec<_> = checked.routes.iter().map(|route| route.function.as_str()).collect();
        assert_eq!(functions, ["pets", "pets", "c"]);
    }

    #[test]
    fn several_routes_of_one_handler_share_its_description() {
        let of = |name: &str, path: &str| {
            with(route(name, path), |spec| {
                spec.lambda = Some("pets".parse().unwrap());
                spec.description = "Finds pets".to_owned();
                spec.handler = "items::pets".to_owned();
            })
        };
        let checked = checked(vec![of("pets", "/pets"), of("cats", "/cats")], Vec::new());
        assert_eq!(checked.functions[0].description, "Finds pets");
    }

    #[test]
    fn an_authorizer_that_a_route_names_is_a_function_and_another_is_not() {
        let named = with(authorizer("api_key"), |spec| {
            spec.ttl = 300;
            spec.timeout = None;
        });
        let checked = checked(vec![behind("api_key", "a")], vec![named, authorizer("unused")]);
        let functions: Vec<_> =
            checked.functions.iter().map(|function| (function.key.as_str(), function.kind)).collect();
        assert_eq!(functions, [("a", TriggerKind::Routes), ("api_key", TriggerKind::Authorizer)]);
        let kind = AuthorizerKind::Lambda {
            function: "api_key".parse().unwrap(),
            identity_sources: vec!["$request.header.Authorization".parse().unwrap()],
            ttl: 300,
        };
        assert_eq!(checked.authorizers, [Authorizer { name: "api_key".to_owned(), kind }]);
        assert_eq!(checked.functions[1].entries, ["routegen.items.authorizer.api_key"]);
        assert_eq!(checked.route_keys(&checked.functions[1]), [""; 0]);
        assert!(checked.resource_servers.is_empty());
    }
}

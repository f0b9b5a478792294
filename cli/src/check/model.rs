//! The checked manifest: what the API is made of, with every default filled in.

use std::collections::{BTreeMap, BTreeSet};

use routegen_spec::{Auth, AuthorizerSpec, EnvName, IdentitySource, Manifest, Name, RouteSpec};
use serde::{Deserialize, Serialize};

use crate::{
    check::Error,
    project::{
        config::{Config, Pattern},
        target::Architecture,
    },
    support::{hash, json},
};

/// Routes that can be deployed, and what they make necessary. Only [`super::check`] makes one.
#[derive(Debug)]
pub(crate) struct CheckedManifest {
    /// The name of the API.
    pub(crate) api_name: String,
    /// The routes, sorted by name.
    pub(crate) routes: Vec<Route>,
    /// The functions, sorted by key.
    pub(crate) functions: Vec<Function>,
    /// The authorizers that routes ask for, sorted by name.
    pub(crate) authorizers: Vec<Authorizer>,
    /// All `#[authorizer]` of the code, also those that no route names: their entry points are compiled all the same.
    pub(crate) written_authorizers: Vec<AuthorizerSpec>,
    /// The scopes that routes ask of Cognito: the identifier of each resource server with the names of its scopes.
    pub(crate) resource_servers: BTreeMap<String, BTreeSet<String>>,
    /// The hash of the manifest, as `routegen routes --format json` prints it.
    pub(crate) sha256: String,
}

/// A route of the API.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) spec: RouteSpec,
    /// The [`Function::key`] of the function that answers it.
    pub(crate) function: String,
}

/// A Lambda function, and its artifact.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Function {
    /// What it is called in the Terraform maps: `get_items`. The name of its route, its group or its authorizer.
    pub(crate) key: String,
    /// What it is called in AWS: `get-items`.
    pub(crate) name: String,
    pub(crate) kind: FunctionKind,
    pub(crate) description: String,
    /// The file name of its zip.
    pub(crate) artifact: String,
    /// In MB.
    pub(crate) memory: u32,
    /// In seconds.
    pub(crate) timeout: u32,
    /// The environment variables that it needs.
    pub(crate) env: Vec<EnvName>,
    pub(crate) architecture: Architecture,
    /// The symbols of the entry points that its artifact serves: one for each of its routes, or the authorizer's.
    pub(crate) entries: Vec<String>,
    /// The cargo package that has the entry points.
    pub(crate) package: String,
    /// The extra files of its artifact.
    #[serde(skip)]
    pub(crate) include: Vec<Pattern>,
}

/// What a function is asked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FunctionKind {
    /// It answers routes.
    #[default]
    Routes,
    /// It says whether requests may pass.
    Authorizer,
}

/// What decides whether a request may pass.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Authorizer {
    /// The word that routes name it by.
    pub(crate) name: String,
    pub(crate) kind: AuthorizerKind,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum AuthorizerKind {
    /// A JWT of a Cognito user pool.
    Cognito,
    /// A JWT of any issuer, by `routegen.toml`.
    Jwt {
        /// Where a request has the token.
        identity_source: IdentitySource,
    },
    /// A function of the user's, written with `#[authorizer]`.
    Lambda {
        /// The [`Function::key`] of the function.
        function: String,
        /// Where a request has what identifies the caller.
        identity_sources: Vec<IdentitySource>,
        /// How long an answer is kept, in seconds; 0 for not at all.
        ttl: u32,
    },
}

impl CheckedManifest {
    pub(super) fn new(package: &str, manifest: &Manifest, config: &Config) -> Self {
        let mut authorizers = BTreeSet::new();
        let mut resource_servers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for route in &manifest.routes {
            let Some(authorizer) = Authorizer::of(route, manifest, config) else { continue };
            if authorizer.kind == AuthorizerKind::Cognito {
                for (server, scope) in route.scopes.iter().filter_map(|scope| scope.resource_server()) {
                    resource_servers.entry(server.to_owned()).or_default().insert(scope.to_owned());
                }
            }
            authorizers.insert(authorizer);
        }
        let route = |spec: &RouteSpec| Route { function: spec.function().to_string(), spec: spec.clone() };
        Self {
            api_name: config.name().unwrap_or(package).to_owned(),
            routes: manifest.routes.iter().map(route).collect(),
            functions: functions(manifest, &authorizers, config),
            authorizers: authorizers.into_iter().collect(),
            written_authorizers: manifest.authorizers.clone(),
            resource_servers,
            sha256: hash::sha256(json::text(manifest).as_bytes()),
        }
    }

    /// A function by its own name or by that of one of its routes, with `_` or with `-`.
    pub(crate) fn function_named(&self, name: &str) -> Result<&Function, Error> {
        let of_route = |function: &Function, route: &Route| {
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

    /// The route keys that the function answers.
    pub(crate) fn route_keys(&self, function: &Function) -> Vec<String> {
        if function.kind == FunctionKind::Authorizer {
            return Vec::new();
        }
        let of_function = |route: &&Route| route.function == function.key;
        self.routes.iter().filter(of_function).map(|route| route.spec.route_key().to_string()).collect()
    }
}

impl Authorizer {
    /// The authorizer that the route names, if it names one.
    fn of(route: &RouteSpec, manifest: &Manifest, config: &Config) -> Option<Self> {
        let Auth::Authorizer(name) = &route.auth else { return None };
        let lambda = manifest.authorizers.iter().find(|authorizer| authorizer.name.as_str() == name);
        let lambda = lambda.map(|spec| AuthorizerKind::Lambda {
            function: spec.name.to_string(),
            identity_sources: spec.identity_sources.clone(),
            ttl: spec.ttl,
        });
        let jwt = || config.jwt_authorizers().find(|(configured, _)| configured == name);
        let jwt = || jwt().map(|(_, identity_source)| AuthorizerKind::Jwt { identity_source });
        let kind = lambda.or_else(jwt).unwrap_or(AuthorizerKind::Cognito);
        Some(Self { name: name.clone(), kind })
    }
}

/// The functions of the routes, and of the authorizers that routes name.
fn functions(manifest: &Manifest, authorizers: &BTreeSet<Authorizer>, config: &Config) -> Vec<Function> {
    let mut by_function: BTreeMap<&Name, Vec<&RouteSpec>> = BTreeMap::new();
    for route in &manifest.routes {
        by_function.entry(route.function()).or_default().push(route);
    }
    let of_routes = by_function.iter().filter_map(|(name, routes)| Function::of_routes(name, routes, config));
    let is_named =
        |spec: &&AuthorizerSpec| authorizers.iter().any(|authorizer| authorizer.name == spec.name.as_str());
    let of_authorizers = manifest.authorizers.iter().filter(is_named);
    let of_authorizers = of_authorizers.map(|authorizer| Function::of_authorizer(authorizer, config));
    let mut functions: Vec<_> = of_routes.chain(of_authorizers).collect();
    functions.sort_by(|a, b| a.key.cmp(&b.key));
    functions
}

impl Function {
    /// The function that answers all of these routes, which agree on what they say of it. None has no function.
    fn of_routes(name: &Name, routes: &[&RouteSpec], config: &Config) -> Option<Self> {
        let first = routes.first()?;
        let mut env: Vec<EnvName> = Vec::new();
        for name in routes.iter().flat_map(|route| &route.env) {
            if !env.contains(name) {
                env.push(name.clone());
            }
        }
        Some(Self {
            description: description(first, routes),
            memory: routes.iter().find_map(|route| route.memory).unwrap_or_else(|| config.memory()),
            timeout: routes.iter().find_map(|route| route.timeout).unwrap_or_else(|| config.timeout()),
            env,
            entries: routes.iter().map(|route| route.entry.clone()).collect(),
            package: first.package.clone(),
            ..Self::new(name, FunctionKind::Routes, config)
        })
    }

    fn of_authorizer(authorizer: &AuthorizerSpec, config: &Config) -> Self {
        Self {
            description: authorizer.description.clone(),
            memory: authorizer.memory.unwrap_or_else(|| config.memory()),
            timeout: authorizer.timeout.unwrap_or_else(|| config.authorizer_timeout()),
            env: authorizer.env.clone(),
            entries: vec![authorizer.entry.clone()],
            package: authorizer.package.clone(),
            ..Self::new(&authorizer.name, FunctionKind::Authorizer, config)
        }
    }

    /// What follows from the name and the configuration alone.
    fn new(key: &Name, kind: FunctionKind, config: &Config) -> Self {
        let name = key.to_kebab_case();
        Self {
            key: key.to_string(),
            kind,
            artifact: format!("{name}.zip"),
            name,
            description: String::new(),
            memory: config.memory(),
            timeout: config.timeout(),
            env: Vec::new(),
            architecture: config.architecture(),
            entries: Vec::new(),
            package: String::new(),
            include: config.include(key.as_str()),
        }
    }
}

/// What the routes of a function have in common: the doc comment of their one handler, or else their keys.
fn description(first: &RouteSpec, routes: &[&RouteSpec]) -> String {
    if routes.iter().all(|route| route.handler == first.handler) {
        return first.description.clone();
    }
    let keys: Vec<_> = routes.iter().map(|route| route.route_key().to_string()).collect();
    keys.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{authorizer, behind, route};

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
        let of = |name, path, env| RouteSpec { lambda: lambda.clone(), env, ..route(name, path) };
        let a = RouteSpec { timeout: Some(5), ..of("a", "/a", env(&["Z1", "X1"])) };
        let b = RouteSpec { memory: Some(512), ..of("b", "/b", env(&["X1", "Y1"])) };
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
        let of = |name: &str, path: &str| RouteSpec {
            lambda: Some("pets".parse().unwrap()),
            description: "Finds pets".to_owned(),
            handler: "items::pets".to_owned(),
            ..route(name, path)
        };
        let checked = checked(vec![of("pets", "/pets"), of("cats", "/cats")], Vec::new());
        assert_eq!(checked.functions[0].description, "Finds pets");
    }

    #[test]
    fn an_authorizer_that_a_route_names_is_a_function_and_another_is_not() {
        let named = AuthorizerSpec { ttl: 300, timeout: None, ..authorizer("api_key") };
        let checked = checked(vec![behind("api_key", "a")], vec![named, authorizer("unused")]);
        let functions: Vec<_> =
            checked.functions.iter().map(|function| (function.key.as_str(), function.kind)).collect();
        assert_eq!(functions, [("a", FunctionKind::Routes), ("api_key", FunctionKind::Authorizer)]);
        let kind = AuthorizerKind::Lambda {
            function: "api_key".to_owned(),
            identity_sources: vec!["$request.header.Authorization".parse().unwrap()],
            ttl: 300,
        };
        assert_eq!(checked.authorizers, [Authorizer { name: "api_key".to_owned(), kind }]);
        assert_eq!(checked.functions[1].entries, ["routegen.items.authorizer.api_key"]);
        assert_eq!(checked.route_keys(&checked.functions[1]), [""; 0]);
        assert!(checked.resource_servers.is_empty());
    }
}

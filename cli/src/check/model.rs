//! The checked manifest: what the API is made of, with every default filled in.

use std::collections::{BTreeMap, BTreeSet};

use routegen_spec::{Auth, EnvName, Manifest, RouteSpec};
use serde::Serialize;

use crate::{
    config::{Config, Pattern},
    hash, json,
    target::Architecture,
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
    /// What it is called in the Terraform maps: `get_items`.
    pub(crate) key: String,
    /// What it is called in AWS: `get-items`.
    pub(crate) name: String,
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
    /// The symbol of the entry point that its artifact serves.
    pub(crate) entry: String,
    /// The cargo package that has the entry point.
    pub(crate) package: String,
    /// The extra files of its artifact.
    #[serde(skip)]
    pub(crate) include: Vec<Pattern>,
}

/// What decides whether a token is valid.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Authorizer {
    /// The word that routes name it by.
    pub(crate) name: String,
    pub(crate) kind: AuthorizerKind,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum AuthorizerKind {
    /// A JWT of a Cognito user pool.
    Cognito,
}

impl Function {
    fn new(route: &RouteSpec, config: &Config) -> Self {
        let name = route.name.to_kebab_case();
        Self {
            key: route.name.to_string(),
            artifact: format!("{name}.zip"),
            name,
            description: route.description.clone(),
            memory: route.memory.unwrap_or_else(|| config.memory()),
            timeout: route.timeout.unwrap_or_else(|| config.timeout()),
            env: route.env.clone(),
            architecture: config.architecture(),
            entry: route.entry.clone(),
            package: route.package.clone(),
            include: config.include(route.name.as_str()),
        }
    }
}

impl CheckedManifest {
    pub(super) fn new(package: &str, manifest: &Manifest, config: &Config) -> Self {
        let mut authorizers = BTreeSet::new();
        let mut resource_servers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for route in &manifest.routes {
            let Auth::Authorizer(name) = &route.auth else { continue };
            authorizers.insert(Authorizer { name: name.clone(), kind: AuthorizerKind::Cognito });
            for (server, scope) in route.scopes.iter().filter_map(|scope| scope.resource_server()) {
                resource_servers.entry(server.to_owned()).or_default().insert(scope.to_owned());
            }
        }
        let route = |spec: &RouteSpec| Route { function: spec.name.to_string(), spec: spec.clone() };
        Self {
            api_name: config.name().unwrap_or(package).to_owned(),
            routes: manifest.routes.iter().map(route).collect(),
            functions: manifest.routes.iter().map(|route| Function::new(route, config)).collect(),
            authorizers: authorizers.into_iter().collect(),
            resource_servers,
            sha256: hash::sha256(json::text(manifest).as_bytes()),
        }
    }

    /// The route keys that the function answers.
    pub(crate) fn route_keys(&self, function: &Function) -> Vec<String> {
        let of_function = |route: &&Route| route.function == function.key;
        self.routes.iter().filter(of_function).map(|route| route.spec.route_key().to_string()).collect()
    }
}

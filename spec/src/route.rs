//! A route as its author wrote it, with its location.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Auth, Date, EnvName, GrantSpec, Method, Name, PathPattern, Scope, SourceLocation};

/// One `#[route]`, as the registry holds it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RouteSpec {
    /// The id of the route.
    pub name: Name,
    /// The method.
    pub method: Method,
    /// The path.
    pub path: PathPattern,
    /// Who may call it.
    pub auth: Auth,
    /// The scopes, in the order in which they were written; a token needs one of them.
    pub scopes: Vec<Scope>,
    /// Memory of the function in MB; `None` where the author left it to the configuration.
    pub memory: Option<u32>,
    /// Timeout of the function in seconds; `None` where the author left it to the configuration.
    pub timeout: Option<u32>,
    /// Whether the function runs on several threads; `None` where the author left it to the configuration.
    #[serde(default)]
    pub multi_thread: Option<bool>,
    /// The environment variables that the function needs, in the order in which they were written.
    pub env: Vec<EnvName>,
    /// The function that answers it together with other routes; `None` where it has its own function, with
    /// its own name.
    pub lambda: Option<Name>,
    /// The extractors that must succeed before the handler's arguments are made, as they were written,
    /// those of the package first.
    #[serde(default)]
    pub guards: Vec<String>,
    /// The middleware around the guards and the handler, as it was written, the outermost first.
    #[serde(default)]
    pub middleware: Vec<String>,
    /// The statuses that its middleware answers with in place of the handler, in ascending order.
    #[serde(default)]
    pub refusals: Vec<u16>,
    /// The types of the resources that are made before the first request, each once.
    #[serde(default)]
    pub resources: Vec<String>,
    /// What its resources, and the resources that those need, may do in AWS, as their types declare it.
    #[serde(default)]
    pub grants: Vec<GrantSpec>,
    /// How many requests the route accepts; `None` where the author left it to the deployment.
    pub throttle: Option<Throttle>,
    /// What the route is for: the first paragraph of the handler's doc comment; possibly empty.
    pub description: String,
    /// The tags that group routes in documentation, in the order in which they were written.
    pub tags: Vec<String>,
    /// Whether clients should no longer call it.
    pub deprecated: bool,
    /// The day from which it may be removed; `None` where the author named none.
    #[serde(default)]
    pub sunset: Option<Date>,
    /// Whether the handler reads the body, as far as the types of its arguments show. `false` for a handler
    /// that takes the whole request, which may or may not read it.
    pub reads_body: bool,
    /// The handler's path: `items::get_items`.
    pub handler: String,
    /// The cargo package that the handler belongs to.
    pub package: String,
    /// The location of the attribute.
    pub source: SourceLocation,
    /// The exported symbol of the entry point.
    pub entry: String,
    /// The exported symbol of what `package!` declares for all routes of the crate; `None` if it declares
    /// no more than a prefix.
    #[serde(default)]
    pub package_entry: Option<String>,
}

impl RouteSpec {
    /// A route with the attribute's required arguments. The rest is empty for the caller to fill in.
    pub fn new(name: Name, method: Method, path: PathPattern, auth: Auth) -> Self {
        Self {
            name,
            method,
            path,
            auth,
            scopes: Vec::new(),
            memory: None,
            timeout: None,
            multi_thread: None,
            env: Vec::new(),
            lambda: None,
            guards: Vec::new(),
            middleware: Vec::new(),
            refusals: Vec::new(),
            resources: Vec::new(),
            grants: Vec::new(),
            throttle: None,
            description: String::new(),
            tags: Vec::new(),
            deprecated: false,
            sunset: None,
            reads_body: false,
            handler: String::new(),
            package: String::new(),
            source: SourceLocation::default(),
            entry: String::new(),
            package_entry: None,
        }
    }

    /// API Gateway's identifier of the route.
    pub fn route_key(&self) -> RouteKey<'_> {
        RouteKey::new(self.method, &self.path)
    }

    /// The name of the function that answers it.
    pub fn function(&self) -> &Name {
        self.lambda.as_ref().unwrap_or(&self.name)
    }
}

/// How many requests API Gateway lets through to a route; it answers the others with 429 ([throttling]).
///
/// [throttling]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Throttle {
    /// Requests per second, at least 1: 0 would refuse everyone.
    pub rate: u32,
    /// The burst: requests at once, at least 1.
    pub burst: u32,
}

impl Throttle {
    /// This many requests per second, and this burst.
    pub fn new(rate: u32, burst: u32) -> Self {
        Self { rate, burst }
    }
}

/// API Gateway's identifier of a route: `GET /items`, or `$default`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RouteKey<'a> {
    method: Method,
    path: &'a PathPattern,
}

impl<'a> RouteKey<'a> {
    /// The route key of a method and a path.
    pub fn new(method: Method, path: &'a PathPattern) -> Self {
        Self { method, path }
    }
}

impl fmt::Display for RouteKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_default() {
            return f.pad(PathPattern::DEFAULT);
        }
        f.pad(&format!("{} {}", self.method, self.path))
    }
}

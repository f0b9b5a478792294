//! The registry: every route, authorizer and consumer of the crate graph, collected by the linker and written
//! out as the manifest.
//!
//! It exists only in the host build with which `routegen` reads the routes, and where tests or a router call
//! them. What an attribute declares is data that the macro has validated; what only the compiler knows is
//! beside it. The order of inventory is unspecified; the manifest is sorted.

use std::{collections::BTreeMap, ffi::OsString, io::Write as _, process::ExitCode, sync::LazyLock};

use routegen_spec::{
    AuthorizerSpec, Compiled, ConsumerSpec, EnvNameError, GrantSpec, Manifest, PackageSpec, ResourceValue,
    RouteSpec, SourceLocation,
    contract::{ConsumerTypes, Contract, RouteTypes},
};

use crate::{
    authorizer::Authorizer,
    consumer::Consumer,
    extract::fields::Fields,
    middleware::{Call, MiddlewareFacts},
    package::{Package, within},
    resource::{Declaration, Declared, Grant, GrantValue},
    route::Route,
};
#[cfg(any(feature = "router", feature = "testing"))]
use crate::{package::in_package, request::Request, route::Reply};

/// One attribute above a function whose entry point returns an `E`, as constants of the user's crate.
#[derive(Clone, Copy, Debug)]
pub struct Registration<E: 'static> {
    /// The attribute's content: the spec as JSON, which the macro generated.
    pub declaration: &'static str,
    /// The function's path.
    pub handler: &'static str,
    /// The cargo package that contains the function.
    pub package: &'static str,
    /// The file that contains the attribute.
    pub file: &'static str,
    /// Its line, from 1.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
    /// What is known about each argument.
    pub arguments: &'static [ArgumentFacts],
    /// What is known about each function with `#[middleware]`.
    pub middleware: &'static [MiddlewareFacts],
    /// What the types of a route or a consumer describe, where the command reads it.
    pub described: Option<fn() -> RouteTypes>,
    /// The entry point itself, for tests and routers. The registry of `routegen` omits it, and so its host
    /// build omits the handlers.
    pub entry: Option<fn() -> E>,
    /// The call of a route through the guards and middleware of its package, for tests and routers.
    pub within: Option<Call>,
}

/// What is known about an argument: what is wrong with its type; whether it reads the body (in a consumer:
/// whether it is the whole batch); whether it is the whole request, which may or may not read the body; and
/// what its resources declare.
type ArgumentFacts = (Option<Fields>, bool, bool, Option<Declaration>);

inventory::collect!(Registration<Route>);
inventory::collect!(Registration<Authorizer>);
inventory::collect!(Registration<Consumer>);
inventory::collect!(Registration<Package>);

/// A parsed [`Registration`]: the whole spec, and the function.
#[derive(Debug)]
pub(crate) struct Registered<S, E: 'static> {
    pub(crate) spec: S,
    /// The entry point, which the registry of `routegen` omits.
    #[cfg_attr(
        not(any(feature = "router", feature = "testing")),
        expect(dead_code, reason = "tests and routers call it")
    )]
    pub(crate) entry: Option<fn() -> E>,
    arguments: &'static [ArgumentFacts],
    /// The route as part of its package, if the package has guards or middleware.
    in_package: Option<Route>,
}

pub(crate) type RegisteredRoute = Registered<RouteSpec, Route>;
pub(crate) type RegisteredAuthorizer = Registered<AuthorizerSpec, Authorizer>;
pub(crate) type RegisteredConsumer = Registered<ConsumerSpec, Consumer>;

/// All linked routes, in the linker's order.
pub(crate) fn routes() -> &'static [RegisteredRoute] {
    static ROUTES: LazyLock<Vec<RegisteredRoute>> = LazyLock::new(|| {
        let mut routes = all(RouteSpec::from_declaration);
        for (route, registration) in routes.iter_mut().zip(inventory::iter::<Registration<Route>>()) {
            if let Some((spec, package)) = packages().get(registration.package) {
                spec.apply(&mut route.spec);
                route.spec.add(package.compiled());
                route.in_package = registration.in_package(package, &route.spec);
            }
        }
        routes
    });
    &ROUTES
}

/// What packages declare for all of their routes, by package name.
fn packages() -> &'static BTreeMap<&'static str, (PackageSpec, &'static Registration<Package>)> {
    static PACKAGES: LazyLock<BTreeMap<&'static str, (PackageSpec, &'static Registration<Package>)>> =
        LazyLock::new(|| {
            let registered = inventory::iter::<Registration<Package>>();
            registered
                .map(|package| {
                    (
                        package.package,
                        (package.read(PackageSpec::from_declaration(package.declaration)), package),
                    )
                })
                .collect()
        });
    &PACKAGES
}

/// Calls a route through the guards and middleware of its package.
#[cfg(any(feature = "router", feature = "testing"))]
pub fn in_registered_package(package: &str, entry: fn() -> Route, request: Request) -> Reply {
    match packages().get(package).and_then(|(_, package)| package.entry) {
        Some(package) => in_package(package(), entry(), request),
        None => (entry().call)(request),
    }
}

/// All linked authorizers, in the linker's order.
pub(crate) fn authorizers() -> &'static [RegisteredAuthorizer] {
    static AUTHORIZERS: LazyLock<Vec<RegisteredAuthorizer>> =
        LazyLock::new(|| all(AuthorizerSpec::from_declaration));
    &AUTHORIZERS
}

/// All linked consumers, in the linker's order.
pub(crate) fn consumers() -> &'static [RegisteredConsumer] {
    static CONSUMERS: LazyLock<Vec<RegisteredConsumer>> = LazyLock::new(|| {
        all(|declaration, mut compiled| {
            compiled.takes_batch = compiled.reads_body;
            ConsumerSpec::from_declaration(declaration, compiled)
        })
    });
    &CONSUMERS
}

/// The consumer whose entry point has this symbol.
#[cfg(feature = "testing")]
pub(crate) fn consumer(symbol: &str) -> Option<Consumer> {
    Some(consumers().iter().find(|consumer| consumer.spec.entry == symbol)?.entry?())
}

/// The route whose entry point has this symbol.
#[cfg(feature = "testing")]
pub(crate) fn route(symbol: &str) -> Option<Route> {
    routes().iter().find(|route| route.spec.entry == symbol)?.route()
}

/// The authorizer whose entry point has this symbol.
#[cfg(feature = "testing")]
pub(crate) fn authorizer(symbol: &str) -> Option<Authorizer> {
    Some(authorizers().iter().find(|authorizer| authorizer.spec.entry == symbol)?.entry?())
}

fn all<S, E, R>(read: impl Fn(&str, Compiled) -> Result<S, R>) -> Vec<Registered<S, E>>
where
    R: std::fmt::Display,
    Registration<E>: inventory::Collect,
{
    let registered = inventory::iter::<Registration<E>>().map(|registration| {
        let Registration { declaration, arguments, entry, .. } = *registration;
        let spec = registration.read(read(declaration, registration.compiled()));
        Registered { spec, entry, arguments, in_package: None }
    });
    registered.collect()
}

impl Registration<Route> {
    /// The route as part of its package; `None` without entry points.
    fn in_package(&self, package: &Registration<Package>, spec: &RouteSpec) -> Option<Route> {
        let route = self.entry?();
        let key = &*String::leak(spec.route_key().to_string());
        Some(match (package.entry, self.within) {
            (Some(package), Some(call)) => within(route, key, package(), call),
            _ => Route { key, ..route },
        })
    }
}

impl<E> Registration<E> {
    /// Unwraps a parsed declaration. Macros and runtime share one version of `routegen-spec`, which wrote
    /// what it reads.
    fn read<S>(&self, read: Result<S, impl std::fmt::Display>) -> S {
        read.unwrap_or_else(|error| panic!("{}:{}: {error}", self.file, self.line))
    }

    fn compiled(&self) -> Compiled {
        let source = SourceLocation::new(self.file, self.line, self.column);
        let mut compiled = Compiled::new(self.handler, self.package, source);
        compiled.reads_body = self.arguments.iter().any(|(_, body, whole, _)| *body && !whole);
        let own = self.arguments.iter().map(|(.., declared)| declared);
        let declared = own.chain(self.middleware.iter().flat_map(|facts| facts.declared));
        let declared: Vec<_> = declared.flatten().flat_map(|declared| declared()).collect();
        compiled.resources = declared.iter().map(|declared| (declared.name)().to_owned()).collect();
        compiled.refusals = self.middleware.iter().flat_map(|facts| facts.refuses).copied().collect();
        let env = self.middleware.iter().flat_map(|facts| facts.env);
        // The macro has validated them.
        compiled.env = env.filter_map(|name| name.parse().ok()).collect();
        let mut seen = Vec::new();
        for declared in &declared {
            self.declare(declared, &mut compiled, &mut seen);
        }
        compiled
    }
}

impl<E> Registration<E> {
    /// Adds what a resource and those that it needs declare, without duplicates.
    fn declare(&self, declared: &Declared, compiled: &mut Compiled, seen: &mut Vec<&'static str>) {
        let name = (declared.name)();
        if seen.contains(&name) {
            return;
        }
        seen.push(name);
        compiled.grants.extend(declared.grants.iter().map(|grant| grant.spec(name)));
        for variable in declared.env {
            let parsed = variable.parse();
            compiled.env.push(parsed.unwrap_or_else(|error: EnvNameError| {
                panic!("{}:{}: the resource `{name}` declares a variable: {error}", self.file, self.line)
            }));
        }
        for needed in (declared.needs)() {
            self.declare(&needed, compiled, seen);
        }
    }
}

impl Grant {
    /// The grant in the manifest.
    fn spec(&self, declared_by: &str) -> GrantSpec {
        let mut spec = GrantSpec::new(self.resource, self.actions.iter().copied());
        spec.on = self.on.iter().map(ToString::to_string).collect();
        spec.value = self.value.map(|value| match value {
            GrantValue::Name => ResourceValue::Name,
            GrantValue::Url => ResourceValue::Url,
            GrantValue::Arn => ResourceValue::Arn,
        });
        spec.reason = self.reason.map(ToOwned::to_owned);
        declared_by.clone_into(&mut spec.declared_by);
        let (file, line, column) = self.place;
        spec.source = SourceLocation::new(file, line, column);
        spec
    }
}

impl RegisteredRoute {
    /// A route without a function.
    #[cfg(test)]
    pub(crate) fn of(spec: RouteSpec) -> Self {
        Self { spec, entry: None, arguments: &[], in_package: None }
    }

    /// The route as part of its package, if there are entry points.
    #[cfg(any(feature = "router", feature = "testing"))]
    pub(crate) fn route(&self) -> Option<Route> {
        self.in_package.or_else(|| Some(self.entry?()))
    }

    /// Fails if an argument requires something that no request of the route has.
    fn check(&self) -> Result<(), String> {
        let parameters: Vec<&str> = self.spec.path.parameters().collect();
        match self.arguments.iter().find_map(|(fields, ..)| (*fields)?(&parameters)) {
            Some(wrong) => Err(format!("{}: {wrong}", self.spec.source)),
            None => Ok(()),
        }
    }
}

/// Writes the manifest of all linked routes, authorizers and consumers to the file in the first argument, and
/// what their types describe to the file in the second, if there is one. It is the `main` of the host binary
/// that `routegen` links. It leaves stdout to the user's code.
pub fn write_manifest() -> ExitCode {
    fn write(path: OsString, value: &impl serde::Serialize) -> Result<(), String> {
        let json = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
        std::fs::write(path, json).map_err(|error| error.to_string())
    }
    let mut files = std::env::args_os().skip(1);
    let outcome = match files.next() {
        Some(path) => manifest().and_then(|manifest| write(path, &manifest)),
        None => Err("the file for the manifest is missing".to_owned()),
    };
    // This runs the types' own code, which listing the routes does not need.
    let outcome = outcome.and_then(|()| files.next().map_or(Ok(()), |path| write(path, &contract())));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// All linked routes, authorizers and consumers.
pub(crate) fn manifest() -> Result<Manifest, String> {
    routes().iter().try_for_each(RegisteredRoute::check)?;
    let routes = routes().iter().map(|route| route.spec.clone()).collect();
    let authorizers = authorizers().iter().map(|authorizer| authorizer.spec.clone()).collect();
    let consumers = consumers().iter().map(|consumer| consumer.spec.clone()).collect();
    Ok(Manifest::new(env!("CARGO_PKG_VERSION"), routes, authorizers).with_consumers(consumers))
}

/// What the types of all linked routes and consumers describe.
pub(crate) fn contract() -> Contract {
    let registered = routes().iter().zip(inventory::iter::<Registration<Route>>());
    let mut described: Vec<_> = registered
        .filter_map(|(route, registration)| {
            let mut types = registration.described?();
            types.entry.clone_from(&route.spec.entry);
            Some(types)
        })
        .collect();
    described.sort_by(|a, b| a.entry.cmp(&b.entry));
    Contract::new(described).with_consumers(payloads())
}

/// What the types of all linked consumers describe about their events.
fn payloads() -> Vec<ConsumerTypes> {
    let registered = consumers().iter().zip(inventory::iter::<Registration<Consumer>>());
    let mut described: Vec<_> = registered
        .filter_map(|(consumer, registration)| {
            let body = registration.described?().arguments.into_iter().find_map(|argument| argument.body)?;
            Some(ConsumerTypes::new(&consumer.spec.entry, body.schema))
        })
        .collect();
    described.sort_by(|a, b| a.entry.cmp(&b.entry));
    described
}

#[cfg(test)]
mod tests {
    use axum::{
        extract::{FromRequestParts, State},
        http::request::Parts,
        response::Response,
    };

    use crate::{
        AuthorizerRequest, Decision, FromResources, Init, Json, Next, Res, Resource, TakesResources,
        authorizer, middleware, route,
    };

    use super::*;

    /// Answers twice
    #[route(POST, "/registry/a", auth = "none", crate = crate)]
    #[route(
        PUT, "/registry/b", auth = "registry_key", name = "registry_b", tags = ["b"], deprecated = true
    )]
    async fn registry_a(_: Json<u8>) {}

    #[route(GET, "/registry/c", auth = "none", lambda = "registry", crate = crate)]
    async fn registry_c(_: lambda_http::Request) {}

    #[route(GET, "/registry/d", auth = "none", crate = crate)]
    async fn registry_d(_: axum::extract::Request) {}

    /// Knows keys
    #[authorizer(identity_sources = ["$request.header.x-api-key"], ttl = 60, env = ["KEYS"], crate = crate)]
    async fn registry_key(_: AuthorizerRequest) -> Decision {
        Decision::Deny
    }

    struct Keys;

    impl Resource for Keys {
        const GRANTS: &'static [Grant] =
            &[Grant::new("keys_table", &["dynamodb:GetItem"]).reason("it is a test")];
        const ENV: &'static [&'static str] = &["SALT", "KEYS"];

        async fn init(_: &Init) -> Result<Self, lambda_runtime::Error> {
            Ok(Self)
        }
    }

    struct Users;

    impl FromResources for Users {
        const GRANTS: &'static [Grant] = &[
            Grant::new("users_topic", &["sns:Publish"]).value(GrantValue::Name),
            Grant::on_any(&["sns:ListTopics"]),
        ];
        type Needs = (Res<Keys>,);

        async fn from_resources(_: Self::Needs) -> Result<Self, lambda_runtime::Error> {
            Ok(Self)
        }
    }

    #[derive(Resource)]
    #[grant(users_table, actions = ["dynamodb:Query"], on = ["", "/index/*"])]
    #[resource(crate = crate)]
    struct Derived(Res<Users>, Res<Keys>);

    #[derive(Clone)]
    struct Audit;

    impl Resource for Audit {
        const GRANTS: &'static [Grant] = &[Grant::new("audit", &["dynamodb:PutItem"])];

        async fn init(_: &Init) -> Result<Self, lambda_runtime::Error> {
            Ok(Self)
        }
    }

    /// An extractor that uses a resource, as a guard.
    struct Admin;

    impl TakesResources for Admin {
        type Needs = Res<Users>;
    }

    impl<S: Sync> FromRequestParts<S> for Admin {
        type Rejection = Response;

        async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
            Self::resources(parts).await.map(|_| Self)
        }
    }

    #[middleware(crate = crate)]
    async fn audit(_: Res<Audit>, request: axum::extract::Request, next: Next) -> Response {
        next.run(request).await
    }

    #[route(GET, "/registry/e", auth = "none", env = ["KEYS"], crate = crate)]
    async fn registry_e(derived: Res<Derived>) {
        let _ = (&derived.0, &derived.1);
    }

    #[route(GET, "/registry/f", auth = "none", guards = [Admin], middleware = [audit], crate = crate)]
    async fn registry_f() {}

    #[route(GET, "/registry/g", auth = "none", crate = crate)]
    async fn registry_g(_: Option<Session>, _: State<Audit>) {}

    /// An optional extractor that uses a resource.
    struct Session;

    impl TakesResources for Session {
        type Needs = (Res<Keys>,);
    }

    impl<S: Sync> axum::extract::OptionalFromRequestParts<S> for Session {
        type Rejection = Response;

        async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Response> {
            Self::resources(parts).await.map(|_| Some(Self))
        }
    }

    /// Knows users
    #[authorizer(name = "registry_users", crate = crate)]
    async fn registry_users(_: Res<Users>) -> Decision {
        Decision::Deny
    }

    #[test]
    fn grants_and_variables_are_those_of_all_resources_that_a_function_takes_and_that_these_need() {
        let Manifest { routes, authorizers, .. } = registered();
        let shown = |grants: &[GrantSpec]| {
            let shown = grants.iter().map(|grant| {
                let by = grant.declared_by.rsplit("::").next().unwrap_or_default();
                format!("{by}: {} {} {:?}", grant.resource, grant.actions.join(","), grant.on)
            });
            shown.collect::<Vec<_>>()
        };
        let of = |name: &str| {
            let route = routes.iter().find(|route| route.name.as_str() == name).unwrap();
            let env: Vec<_> = route.env.iter().map(ToString::to_string).collect();
            (shown(&route.grants), env.join(" "))
        };
        let owned = |grants: &[&str]| grants.iter().map(ToString::to_string).collect::<Vec<_>>();
        let keys = r#"Keys: keys_table dynamodb:GetItem [""]"#;
        let users = [r#"Users: users_topic sns:Publish [""]"#, r#"Users: * sns:ListTopics ["*"]"#];
        let audit = r#"Audit: audit dynamodb:PutItem [""]"#;
        let derived = r#"Derived: users_table dynamodb:Query ["", "/index/*"]"#;
        assert_eq!(
            of("registry_e"),
            (owned(&[&[derived], &users[..], &[keys]].concat()), "KEYS SALT".to_owned())
        );
        assert_eq!(of("registry_f"), (owned(&[&users[..], &[keys, audit]].concat()), "SALT KEYS".to_owned()));
        assert_eq!(of("registry_g"), (owned(&[keys, audit]), "SALT KEYS".to_owned()));
        assert_eq!(of("registry_c"), (Vec::new(), String::new()));

        let authorizer = authorizers.iter().find(|spec| spec.name.as_str() == "registry_users").unwrap();
        assert_eq!(shown(&authorizer.grants), [&users[..], &[keys]].concat());
        let [topic, _, table] = authorizer.grants.as_slice() else { panic!("{authorizer:?}") };
        assert_eq!((topic.value, table.value), (Some(ResourceValue::Name), None));
        assert_eq!(table.reason.as_deref(), Some("it is a test"));
        assert!(table.source.file.ends_with("registry.rs") && table.source.line < topic.source.line);
    }

    fn registered() -> Manifest {
        let of_here = |handler: &str| handler.starts_with(module_path!());
        let mut manifest = manifest().unwrap();
        manifest.routes.retain(|route| of_here(&route.handler));
        manifest.authorizers.retain(|authorizer| of_here(&authorizer.handler));
        manifest
    }

    #[test]
    fn routes_of_one_function_are_registered_each_with_its_own_place() {
        let routes = registered().routes;
        let [a, b, c, d, ..] = routes.as_slice() else { panic!("{routes:?}") };
        assert_eq!((a.name.as_str(), b.name.as_str()), ("registry_a", "registry_b"));
        assert_eq!((a.function().as_str(), b.function().as_str()), ("registry_a", "registry_a"));
        assert_eq!(a.handler, b.handler);
        assert_eq!((a.source.line + 1, a.source.column), (b.source.line, b.source.column));
        assert_eq!((a.description.as_str(), b.description.as_str()), ("Answers twice", "Answers twice"));
        assert_eq!((b.tags.as_slice(), b.deprecated), (["b".to_owned()].as_slice(), true));
        assert_eq!(c.function().as_str(), "registry");
        assert!(a.reads_body && b.reads_body);
        assert!(!c.reads_body && !d.reads_body, "what becomes of the whole request, nobody knows");
    }

    #[test]
    fn an_authorizer_is_registered() {
        let authorizers = registered().authorizers;
        let [key, ..] = authorizers.as_slice() else { panic!("{authorizers:?}") };
        assert_eq!((key.name.as_str(), key.ttl), ("registry_key", 60));
        assert_eq!(key.identity_sources[0].to_string(), "$request.header.x-api-key");
        assert_eq!((key.env[0].as_str(), key.description.as_str()), ("KEYS", "Knows keys"));
        assert_eq!(key.entry, "routegen.routegen.authorizer.registry_5fkey");
        assert!(key.source.file.ends_with("registry.rs") && key.source.line > 1);
    }
}

//! All routes, authorizers and consumers of a service: the only thing that passes from a user's crate to
//! the command.
//!
//! Its JSON is a public contract, `spec/manifest.schema.json`, under the policy in `docs/manifest-json.md`.
//! A reader ignores unknown keys, and refuses another [`FORMAT_VERSION`] before it reads
//! anything else.

use serde::{Deserialize, Serialize};

use crate::{AuthorizerSpec, ConsumerSpec, RouteSpec, Serves, SourceLocation};

/// The version of the manifest format that this crate reads and writes. It is raised when a reader that
/// ignores unknown keys would deploy something other than what was written.
pub const FORMAT_VERSION: u32 = 6;

/// All routes, Lambda authorizers and consumers of a service. They are sorted by name and then by location,
/// so that the same ones give the same bytes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Manifest {
    /// [`FORMAT_VERSION`] when it was written.
    pub format_version: u32,
    /// The version of the `routegen` crate that the routes were registered with.
    pub routegen_version: String,
    /// The routes.
    pub routes: Vec<RouteSpec>,
    /// The Lambda authorizers, whether routes name them or not.
    pub authorizers: Vec<AuthorizerSpec>,
    /// The functions that event sources call.
    pub consumers: Vec<ConsumerSpec>,
}

/// What all functions with an attribute have in common, whatever they serve.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EntryPoint<'a> {
    /// What it serves.
    pub serves: Serves,
    /// The function's path: `items::get_items`.
    pub handler: &'a str,
    /// The cargo package that the function belongs to.
    pub package: &'a str,
    /// The location of the attribute.
    pub source: &'a SourceLocation,
    /// The exported symbol.
    pub symbol: &'a str,
}

impl<'a> From<&'a RouteSpec> for EntryPoint<'a> {
    fn from(route: &'a RouteSpec) -> Self {
        Self {
            serves: Serves::Route { method: route.method, path: route.path.clone() },
            handler: &route.handler,
            package: &route.package,
            source: &route.source,
            symbol: &route.entry,
        }
    }
}

impl<'a> From<&'a AuthorizerSpec> for EntryPoint<'a> {
    fn from(authorizer: &'a AuthorizerSpec) -> Self {
        Self {
            serves: Serves::Authorizer(authorizer.name.clone()),
            handler: &authorizer.handler,
            package: &authorizer.package,
            source: &authorizer.source,
            symbol: &authorizer.entry,
        }
    }
}

impl<'a> From<&'a ConsumerSpec> for EntryPoint<'a> {
    fn from(consumer: &'a ConsumerSpec) -> Self {
        Self {
            serves: Serves::Consumer(consumer.consumes.kind(), consumer.name.clone()),
            handler: &consumer.handler,
            package: &consumer.package,
            source: &consumer.source,
            symbol: &consumer.entry,
        }
    }
}

impl Manifest {
    /// All functions with an attribute, one for each attribute.
    pub fn entry_points(&self) -> impl Iterator<Item = EntryPoint<'_>> {
        let of_authorizers = self.authorizers.iter().map(EntryPoint::from);
        let of_consumers = self.consumers.iter().map(EntryPoint::from);
        self.routes.iter().map(EntryPoint::from).chain(of_authorizers).chain(of_consumers)
    }

    /// Renames every location.
    #[must_use]
    pub fn with_places(mut self, rename: impl Fn(&SourceLocation) -> SourceLocation) -> Self {
        let of_authorizers =
            self.authorizers.iter_mut().map(|authorizer| (&mut authorizer.source, &mut authorizer.grants));
        let of_routes = self.routes.iter_mut().map(|route| (&mut route.source, &mut route.grants));
        let of_consumers =
            self.consumers.iter_mut().map(|consumer| (&mut consumer.source, &mut consumer.grants));
        for (source, grants) in of_routes.chain(of_authorizers).chain(of_consumers) {
            *source = rename(source);
            for grant in grants {
                grant.source = rename(&grant.source);
            }
        }
        Self::new(self.routegen_version, self.routes, self.authorizers).with_consumers(self.consumers)
    }

    /// A manifest in the format of this version. The order of `routes` and `authorizers` does not matter.
    pub fn new(
        routegen_version: impl Into<String>,
        mut routes: Vec<RouteSpec>,
        mut authorizers: Vec<AuthorizerSpec>,
    ) -> Self {
        routes.sort_by(|a, b| (&a.name, &a.source, &a.entry).cmp(&(&b.name, &b.source, &b.entry)));
        authorizers.sort_by(|a, b| (&a.name, &a.source, &a.entry).cmp(&(&b.name, &b.source, &b.entry)));
        Self {
            format_version: FORMAT_VERSION,
            routegen_version: routegen_version.into(),
            routes,
            authorizers,
            consumers: Vec::new(),
        }
    }

    /// Replaces the consumers. Their order does not matter.
    #[must_use]
    pub fn with_consumers(mut self, mut consumers: Vec<ConsumerSpec>) -> Self {
        consumers.sort_by(|a, b| (&a.name, &a.source, &a.entry).cmp(&(&b.name, &b.source, &b.entry)));
        self.consumers = consumers;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Auth, EventSource, GrantSpec, Method, QueueSource, ResourceValue, SourceLocation, Throttle};

    fn grant(resource: &str) -> GrantSpec {
        GrantSpec {
            on: vec![String::new(), "/index/*".to_owned()],
            value: Some(ResourceValue::Name),
            reason: Some("A reason".to_owned()),
            declared_by: "items::Table".to_owned(),
            source: SourceLocation::new("src/lib.rs", 3, 1),
            ..GrantSpec::new(resource, ["dynamodb:Query"])
        }
    }

    fn route(name: &str, line: u32) -> RouteSpec {
        RouteSpec {
            name: name.parse().unwrap(),
            method: Method::Get,
            path: format!("/{name}/{{id}}").parse().unwrap(),
            auth: Auth::Authorizer("cognito".to_owned()),
            scopes: vec!["items/read".parse().unwrap()],
            memory: Some(256),
            timeout: None,
            multi_thread: Some(true),
            env: vec!["TABLE".parse().unwrap()],
            lambda: Some("items".parse().unwrap()),
            guards: vec!["Admin".to_owned()],
            middleware: vec!["audit".to_owned()],
            refusals: vec![403],
            resources: vec!["items::Table".to_owned()],
            grants: vec![grant("items_table")],
            throttle: Some(Throttle { rate: 50, burst: 20 }),
            description: "A \"route\"".to_owned(),
            tags: vec!["items".to_owned()],
            deprecated: false,
            sunset: None,
            reads_body: false,
            handler: format!("items::{name}"),
            package: "items".to_owned(),
            source: SourceLocation { file: "src/lib.rs".to_owned(), line, column: 1 },
            entry: format!("routegen.items.GET.{name}"),
            package_entry: None,
        }
    }

    fn authorizer(name: &str) -> AuthorizerSpec {
        AuthorizerSpec {
            name: name.parse().unwrap(),
            identity_sources: vec!["$request.header.x-api-key".parse().unwrap()],
            ttl: 300,
            memory: None,
            timeout: Some(5),
            env: vec!["KEYS".parse().unwrap()],
            grants: vec![grant("keys_table")],
            description: String::new(),
            handler: format!("items::{name}"),
            package: "items".to_owned(),
            source: SourceLocation { file: "src/lib.rs".to_owned(), line: 1, column: 1 },
            entry: format!("routegen.items.authorizer.{name}"),
        }
    }

    fn consumer(name: &str) -> ConsumerSpec {
        let mut queue = QueueSource::new("orders".parse().unwrap());
        queue.filter = vec![r#"{"body": {"kind": ["order"]}}"#.parse().unwrap()];
        ConsumerSpec {
            timeout: Some(60),
            grants: vec![grant("items_table")],
            handler: format!("items::{name}"),
            package: "items".to_owned(),
            source: SourceLocation { file: "src/lib.rs".to_owned(), line: 9, column: 1 },
            entry: format!("routegen.items.queue.{name}"),
            ..ConsumerSpec::new(name.parse().unwrap(), EventSource::Queue(queue))
        }
    }

    #[test]
    fn the_order_of_registration_does_not_show() {
        let a = Manifest::new(
            "0.1.0",
            vec![route("a", 1), route("b", 2), route("b", 1)],
            vec![authorizer("k"), authorizer("j")],
        );
        let b = Manifest::new(
            "0.1.0",
            vec![route("b", 1), route("b", 2), route("a", 1)],
            vec![authorizer("j"), authorizer("k")],
        );
        assert_eq!(a, b);
        assert_eq!(a.routes.iter().map(|route| route.source.line).collect::<Vec<_>>(), [1, 1, 2]);
    }

    #[test]
    fn whatever_has_an_entry_point_is_listed_and_can_be_renamed() {
        let manifest = Manifest::new("0.1.0", vec![route("a", 1), route("b", 2)], vec![authorizer("key")])
            .with_consumers(vec![consumer("on_order")]);
        let manifest = manifest.with_places(|place| SourceLocation::new("x.rs", place.line + 1, 2));
        let seen: Vec<_> = manifest
            .entry_points()
            .map(|entry| (entry.serves.described(), entry.source.to_string(), entry.symbol))
            .collect();
        let grants = manifest.routes.iter().flat_map(|route| &route.grants);
        let grants = grants.chain(manifest.authorizers.iter().flat_map(|authorizer| &authorizer.grants));
        let grants = grants.chain(manifest.consumers.iter().flat_map(|consumer| &consumer.grants));
        assert!(
            grants.clone().count() == 4 && grants.clone().all(|grant| grant.source.to_string() == "x.rs:4")
        );
        let expected = [
            ("`GET /a/{id}`", "x.rs:2", "routegen.items.GET.a"),
            ("`GET /b/{id}`", "x.rs:3", "routegen.items.GET.b"),
            ("the authorizer `key`", "x.rs:2", "routegen.items.authorizer.key"),
            ("the queue consumer `on_order`", "x.rs:10", "routegen.items.queue.on_order"),
        ];
        assert_eq!(
            seen,
            expected.map(|(serves, source, symbol)| (serves.to_owned(), source.to_owned(), symbol))
        );
    }

    #[test]
    fn a_manifest_survives_its_json() {
        let manifest = Manifest::new("0.1.0", vec![route("get_items", 7)], vec![authorizer("api_key")])
            .with_consumers(vec![consumer("on_order")]);
        let json = serde_json::to_string_pretty(&manifest).unwrap();
        assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
        insta::assert_snapshot!(json);
    }

    #[test]
    fn an_invalid_path_in_the_json_is_refused() {
        let json =
            serde_json::to_string(&Manifest::new("0.1.0", vec![route("get_items", 7)], Vec::new())).unwrap();
        let error = serde_json::from_str::<Manifest>(&json.replace("/{id}", "/")).unwrap_err();
        assert!(error.to_string().contains("ends in `/`"), "{error}");
    }
}

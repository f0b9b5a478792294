//! What an attribute registers: its spec as data, without what only the compiler knows.
//!
//! In: a spec that the macro has validated; or the text of one, and what the compiler adds. Out: JSON, the
//! only form in which a spec passes from the macro to the registry; or the whole spec. A field that says
//! nothing about the compiled code needs no mention here.

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{AuthorizerSpec, ConsumerSpec, EnvName, GrantSpec, RouteSpec, SourceLocation, Takes};

/// What only the compiler knows about a function with an attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Compiled {
    /// The function's path: `items::get_items`.
    pub handler: String,
    /// The cargo package that it belongs to.
    pub package: String,
    /// The location of the attribute.
    pub source: SourceLocation,
    /// Whether an argument's type reads the body.
    pub reads_body: bool,
    /// Whether an argument's type takes a batch of records.
    pub takes_batch: bool,
    /// The environment variables that its middleware and its resources need.
    pub env: Vec<EnvName>,
    /// The statuses that its middleware answers with in place of the handler.
    pub refusals: Vec<u16>,
    /// The types of its resources.
    pub resources: Vec<String>,
    /// What its resources, and those that they need, may do in AWS.
    pub grants: Vec<GrantSpec>,
}

impl Compiled {
    /// The facts about a function whose arguments do not read the body.
    pub fn new(handler: impl Into<String>, package: impl Into<String>, source: SourceLocation) -> Self {
        Self {
            handler: handler.into(),
            package: package.into(),
            source,
            reads_body: false,
            takes_batch: false,
            env: Vec::new(),
            refusals: Vec::new(),
            resources: Vec::new(),
            grants: Vec::new(),
        }
    }

    /// The fields that every spec has and no attribute sets.
    fn common(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert(HANDLER.to_owned(), self.handler.clone().into());
        fields.insert(PACKAGE.to_owned(), self.package.clone().into());
        fields.insert(SOURCE.to_owned(), serde_json::json!(self.source));
        fields
    }
}

const HANDLER: &str = "handler";
const PACKAGE: &str = "package";
const SOURCE: &str = "source";
const READS_BODY: &str = "reads_body";

/// A text that no macro of this version wrote.
#[derive(Debug, thiserror::Error)]
#[error("the registration cannot be read: {0}")]
pub struct DeclarationError(pub(crate) serde_json::Error);

impl RouteSpec {
    /// What the attribute declares, as JSON.
    pub fn to_declaration(&self) -> String {
        write(
            self,
            &[HANDLER, PACKAGE, SOURCE, READS_BODY, "refusals", "resources", "grants", "package_entry"],
        )
    }

    /// Reads a route from such a text.
    pub fn from_declaration(text: &str, compiled: Compiled) -> Result<Self, DeclarationError> {
        let mut fields = compiled.common();
        fields.insert(READS_BODY.to_owned(), compiled.reads_body.into());
        let mut route: Self = read(text, fields)?;
        route.add(compiled);
        Ok(route)
    }

    /// Adds what its middleware and its resources declare, or what all routes of its package share.
    pub fn add(&mut self, compiled: Compiled) {
        let Compiled { env, refusals, resources, grants, .. } = compiled;
        add_new(&mut self.env, env);
        add_new(&mut self.resources, resources);
        add_new(&mut self.grants, grants);
        self.refusals.extend(refusals);
        self.refusals.sort_unstable();
        self.refusals.dedup();
    }
}

impl AuthorizerSpec {
    /// What the attribute declares, as JSON.
    pub fn to_declaration(&self) -> String {
        write(self, &[HANDLER, PACKAGE, SOURCE, "grants"])
    }

    /// Reads an authorizer from such a text. API Gateway sends an authorizer no body, so `reads_body` does
    /// not apply.
    pub fn from_declaration(text: &str, compiled: Compiled) -> Result<Self, DeclarationError> {
        let mut authorizer: Self = read(text, compiled.common())?;
        authorizer.add(compiled);
        Ok(authorizer)
    }

    /// Adds what its resources declare.
    fn add(&mut self, compiled: Compiled) {
        add_new(&mut self.env, compiled.env);
        add_new(&mut self.grants, compiled.grants);
    }
}

impl ConsumerSpec {
    /// What the attribute declares, as JSON.
    pub fn to_declaration(&self) -> String {
        write(self, &[HANDLER, PACKAGE, SOURCE])
    }

    /// Reads a consumer from such a text.
    pub fn from_declaration(text: &str, compiled: Compiled) -> Result<Self, DeclarationError> {
        let mut consumer: Self = read(text, compiled.common())?;
        consumer.consumes.set_takes(if compiled.takes_batch { Takes::Batch } else { Takes::One });
        add_new(&mut consumer.env, compiled.env);
        add_new(&mut consumer.grants, compiled.grants);
        Ok(consumer)
    }
}

/// Appends the values that are not yet in the list.
fn add_new<T: PartialEq>(to: &mut Vec<T>, added: Vec<T>) {
    for value in added {
        if !to.contains(&value) {
            to.push(value);
        }
    }
}

fn write(spec: &impl Serialize, without: &[&str]) -> String {
    let Ok(Value::Object(fields)) = serde_json::to_value(spec) else {
        unreachable!("a spec is an object of JSON");
    };
    // Sorted whatever serde_json's features are, so that the same attribute gives the same tokens.
    let declared: BTreeMap<_, _> =
        fields.into_iter().filter(|(name, _)| !without.contains(&name.as_str())).collect();
    serde_json::json!(declared).to_string()
}

fn read<T: DeserializeOwned>(text: &str, compiled: Map<String, Value>) -> Result<T, DeclarationError> {
    let mut fields: Map<String, Value> = serde_json::from_str(text).map_err(DeclarationError)?;
    fields.extend(compiled);
    serde_json::from_value(Value::Object(fields)).map_err(DeclarationError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Auth, Method, Throttle};

    fn compiled() -> Compiled {
        Compiled::new("items::get_item", "items", SourceLocation::new("src/lib.rs", 7, 3))
    }

    #[test]
    fn a_route_is_what_was_declared_and_what_the_compiler_adds() {
        let (name, path) = ("get_item".parse().unwrap(), "/items/{id}".parse().unwrap());
        let mut route = RouteSpec::new(name, Method::Get, path, Auth::Authorizer("cognito".to_owned()));
        route.scopes = vec!["items/read".parse().unwrap()];
        route.throttle = Some(Throttle::new(50, 20));
        route.description = "Says \"\u{e9}\"".to_owned();
        route.entry = "routegen.items.GET.items.$id".to_owned();
        let text = route.to_declaration();
        for absent in ["handler", "package", "source", "reads_body"] {
            assert!(!text.contains(absent), "{text}");
        }

        let read = RouteSpec::from_declaration(&text, Compiled { reads_body: true, ..compiled() }).unwrap();
        route.handler = "items::get_item".to_owned();
        route.package = "items".to_owned();
        route.source = SourceLocation::new("src/lib.rs", 7, 3);
        route.reads_body = true;
        assert_eq!(read, route);

        let mut compiled = compiled();
        compiled.env = ["TABLE", "KEY"].map(|name| name.parse().unwrap()).to_vec();
        (compiled.refusals, compiled.resources) = (vec![403, 401], vec!["items::Table".to_owned()]);
        compiled.grants = vec![GrantSpec::new("items_table", ["dynamodb:GetItem"])];
        route.env = vec!["TABLE".parse().unwrap()];
        let read = RouteSpec::from_declaration(&route.to_declaration(), compiled).unwrap();
        assert_eq!(read.env.iter().map(EnvName::as_str).collect::<Vec<_>>(), ["TABLE", "KEY"]);
        assert_eq!((read.refusals, read.resources), (vec![401, 403], vec!["items::Table".to_owned()]));
        assert_eq!(read.grants, [GrantSpec::new("items_table", ["dynamodb:GetItem"])]);
    }

    #[test]
    fn an_authorizer_is_what_was_declared_and_what_the_compiler_adds() {
        let mut authorizer = AuthorizerSpec::new("api_key".parse().unwrap());
        authorizer.ttl = 300;
        authorizer.env = vec!["KEYS".parse().unwrap()];
        let read = AuthorizerSpec::from_declaration(&authorizer.to_declaration(), compiled()).unwrap();
        assert_eq!((read.handler.as_str(), read.package.as_str()), ("items::get_item", "items"));
        authorizer.handler = read.handler.clone();
        authorizer.package = read.package.clone();
        authorizer.source = SourceLocation::new("src/lib.rs", 7, 3);
        assert_eq!(read, authorizer);

        let mut compiled = compiled();
        compiled.env = ["KEYS", "SALT"].map(|name| name.parse().unwrap()).to_vec();
        compiled.grants = vec![GrantSpec::new("keys_table", ["dynamodb:GetItem"])];
        let read = AuthorizerSpec::from_declaration(&authorizer.to_declaration(), compiled).unwrap();
        assert_eq!(read.env.iter().map(EnvName::as_str).collect::<Vec<_>>(), ["KEYS", "SALT"]);
        assert_eq!(read.grants, [GrantSpec::new("keys_table", ["dynamodb:GetItem"])]);
    }

    #[test]
    fn what_no_macro_has_written_is_refused() {
        for text in ["", "[]", "{}", r#"{"name": "a b"}"#] {
            let error = RouteSpec::from_declaration(text, compiled()).unwrap_err().to_string();
            assert!(error.starts_with("the registration cannot be read: "), "{error}");
        }
    }
}

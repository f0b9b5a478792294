//! Reads a document for a comparison.
//!
//! In: an OpenAPI 3.0 or 3.1 document, as `routegen openapi` writes it or similar. Out: its operations,
//! identified by method and by path without the names of parameters. It refuses anything else.

use std::collections::BTreeMap;

use routegen_spec::{Method, PathPattern};
use serde_json::{Map, Value};

use super::finding::Place;

/// The document member with the `$default` route.
const DEFAULT: &str = "x-routegen-default";

/// The document member with the functions that have no operation.
const FUNCTIONS: &str = "x-routegen-functions";

/// The methods of a path, as documents name them.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A document, which resolves its own references.
#[derive(Clone, Copy, Debug)]
pub(super) struct Api<'a> {
    root: &'a Value,
}

/// What identifies an operation.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Key {
    /// With `{}` for a parameter, and `{+}` for a greedy one.
    pub(super) path: String,
    /// In upper case; `ANY` only for `$default`.
    pub(super) method: String,
}

#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    pub(super) key: Key,
    /// The path as the user wrote it.
    path: String,
    /// The names of the path's parameters in the document, from left to right.
    pub(super) names: Vec<&'a str>,
    pub(super) node: &'a Value,
    /// The parameters that all operations of the path share.
    shared: &'a [Value],
    /// The member `x-routegen`.
    pub(super) own: &'a Value,
}

impl<'a> Api<'a> {
    /// Wraps a document, or returns what is wrong with it.
    pub(super) fn new(root: &'a Value) -> Result<Self, &'static str> {
        match root.get("openapi").and_then(Value::as_str) {
            Some(version) if version.starts_with("3.") => Ok(Self { root }),
            Some(_) => Err("its `openapi` is not 3.0 or 3.1"),
            None => Err("it has no `openapi`"),
        }
    }

    /// Whether its schemas use the dialect before JSON Schema 2020-12.
    pub(super) fn is_older(self) -> bool {
        text(self.root, "openapi").starts_with("3.0")
    }

    pub(super) fn components(self) -> Option<&'a Map<String, Value>> {
        self.root.get("components")?.get("schemas")?.as_object()
    }

    /// Follows a value that may be a reference.
    pub(super) fn resolve(self, mut value: &'a Value) -> &'a Value {
        // A cycle of references ends here.
        for _ in 0..32 {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { break };
            let Some(target) = self.refer(reference) else { break };
            value = target;
        }
        value
    }

    pub(super) fn refer(self, reference: &str) -> Option<&'a Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// The requirements of an operation, or else of the whole document.
    pub(super) fn security(self, operation: &Operation<'a>) -> &'a [Value] {
        let own = operation.node.get("security").or_else(|| self.root.get("security"));
        own.and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The security scheme of this name.
    pub(super) fn scheme(self, name: &str) -> &'a Value {
        let schemes = self.root.get("components").and_then(|it| it.get("securitySchemes"));
        schemes.and_then(|schemes| schemes.get(name)).map_or(&Value::Null, |scheme| self.resolve(scheme))
    }

    /// All operations.
    pub(super) fn operations(self) -> BTreeMap<Key, Operation<'a>> {
        let paths = self.root.get("paths").and_then(Value::as_object);
        let of_paths = paths.into_iter().flatten().flat_map(|(template, item)| {
            let item = self.resolve(item);
            let shared = list(item, "parameters");
            METHODS.into_iter().filter_map(move |method| {
                Some(self.operation(template, method, item.get(method).filter(|it| it.is_object())?, shared))
            })
        });
        let default = self.root.get(DEFAULT).filter(|it| it.is_object());
        let default = default.map(|node| Operation {
            key: Key { path: PathPattern::DEFAULT.to_owned(), method: Method::Any.to_string() },
            path: PathPattern::DEFAULT.to_owned(),
            names: Vec::new(),
            node,
            shared: &[],
            own: own(node),
        });
        of_paths.chain(default).map(|operation| (operation.key.clone(), operation)).collect()
    }

    /// The authorizers and the consumers, by the names of their functions. Each is treated like an operation:
    /// it has a function, and a consumer may have a body.
    pub(super) fn functions(self) -> BTreeMap<&'a str, Operation<'a>> {
        let all = self.root.get(FUNCTIONS).and_then(Value::as_object).into_iter().flatten();
        all.map(|(name, node)| {
            let own = own(node);
            let what = if own.get("consumes").is_some() { "consumer" } else { text(own, "kind") };
            let key = Key { path: name.clone(), method: what.to_owned() };
            (name.as_str(), Operation { key, path: name.clone(), names: Vec::new(), node, shared: &[], own })
        })
        .collect()
    }

    fn operation(
        self,
        template: &'a str,
        method: &str,
        node: &'a Value,
        shared: &'a [Value],
    ) -> Operation<'a> {
        let own = own(node);
        // The document names a parameter as in the template, whatever a route with the same form calls it.
        let (mut identity, names) = identity(template);
        let mut path = own.get("path").and_then(Value::as_str).unwrap_or(template).to_owned();
        let is_greedy = list(node, "parameters")
            .iter()
            .chain(shared)
            .any(|parameter| self.resolve(parameter).get("x-routegen-greedy") == Some(&Value::Bool(true)));
        if let Some(text) = own.get("path").and_then(Value::as_str) {
            identity = self::identity(text).0;
        } else if let (true, Some(begin)) = (is_greedy, identity.strip_suffix("{}")) {
            identity = format!("{begin}{{+}}");
            path = path.strip_suffix('}').map_or(path.clone(), |begin| format!("{begin}+}}"));
        }
        let key = Key { path: identity, method: method.to_uppercase() };
        Operation { key, path, names, node, shared, own }
    }
}

impl<'a> Operation<'a> {
    /// Method and path, as findings show it.
    pub(super) fn name(&self) -> String {
        self.named(&self.key.method)
    }

    /// The same for all methods, for a route that accepts every method.
    pub(super) fn name_of_any(&self) -> String {
        self.named(Method::Any.as_str())
    }

    fn named(&self, method: &str) -> String {
        if self.is_default() { self.path.clone() } else { format!("{method} {}", self.path) }
    }

    pub(super) fn is_default(&self) -> bool {
        self.key.path == PathPattern::DEFAULT
    }

    /// Whether its route accepts every method.
    pub(super) fn is_any(&self) -> bool {
        self.is_default() || text(self.own, "method") == Method::Any.as_str()
    }

    pub(super) fn is_greedy(&self) -> bool {
        self.key.path.ends_with("{+}")
    }

    /// The path as API Gateway parses it.
    pub(super) fn pattern(&self) -> Option<PathPattern> {
        self.path.parse().ok()
    }

    pub(super) fn place(&self) -> Option<Place> {
        Place::parse(text(self.own, "source"))
    }

    pub(super) fn id(&self) -> &'a str {
        text(self.node, "operationId")
    }

    pub(super) fn is_deprecated(&self) -> bool {
        self.node.get("deprecated") == Some(&Value::Bool(true))
    }

    /// The date from which it may be removed.
    pub(super) fn sunset(&self) -> Option<&'a str> {
        self.node.get("x-sunset").and_then(Value::as_str)
    }

    /// Its parameters, including those of its path.
    pub(super) fn parameters(&self, api: Api<'a>) -> Vec<&'a Value> {
        let own: Vec<&Value> =
            list(self.node, "parameters").iter().map(|parameter| api.resolve(parameter)).collect();
        let known =
            |parameter: &Value| (text(parameter, "in").to_owned(), text(parameter, "name").to_owned());
        let taken: Vec<_> = own.iter().map(|parameter| known(parameter)).collect();
        let shared = self.shared.iter().map(|parameter| api.resolve(parameter));
        let shared: Vec<_> = shared.filter(|parameter| !taken.contains(&known(parameter))).collect();
        own.into_iter().chain(shared).collect()
    }
}

/// A string member of an object; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A list member of an object; empty if there is none.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The strings in a list member of an object.
pub(super) fn texts<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    list(value, name).iter().filter_map(Value::as_str)
}

fn own(node: &Value) -> &Value {
    node.get("x-routegen").unwrap_or(&Value::Null)
}

/// A template without the names of its parameters, and those names.
fn identity(template: &str) -> (String, Vec<&str>) {
    let (mut identity, mut names) = (String::new(), Vec::new());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        identity += before;
        identity += if name.ends_with('+') { "{+}" } else { "{}" };
        names.push(name);
        rest = after;
    }
    (identity + rest, names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_is_known_by_its_method_and_the_form_of_its_path() {
        let document = json!({
            "openapi": "3.0.4",
            "paths": {
                "/a/{x}": { "get": { "x-routegen": { "path": "/a/{id}" } }, "parameters": [] },
                "/b/{rest}": { "post": { "parameters": [{ "in": "path", "name": "rest", "x-routegen-greedy": true }] } },
                "/c/{rest}": { "put": { "x-routegen": { "path": "/c/{rest+}" } } },
                "/d/{a}.{b}": { "trace": {}, "summary": "no operation" },
            },
            "x-routegen-default": {},
        });
        let api = Api::new(&document).unwrap();
        let known: Vec<_> = api
            .operations()
            .values()
            .map(|it| format!("{} {} ({})", it.key.method, it.key.path, it.name()))
            .collect();
        let expected = [
            "ANY $default ($default)",
            "GET /a/{} (GET /a/{id})",
            "POST /b/{+} (POST /b/{rest+})",
            "PUT /c/{+} (PUT /c/{rest+})",
            "TRACE /d/{}.{} (TRACE /d/{a}.{b})",
        ];
        assert_eq!(known, expected);
        assert!(Api::new(&json!({ "swagger": "2.0" })).is_err());
        assert!(Api::new(&json!([])).is_err());
    }
}

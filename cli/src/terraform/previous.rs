//! What the last emission left on disk, for comparison with the next one.
//!
//! In: the texts of the rendered files, including the one with the functions. Out: the routes, the `moved`
//! blocks, the name of the API, and whether its functions were named after it. A file that cannot be read was
//! not written by routegen; it is ignored here, and refused when it would be overwritten.

use std::collections::BTreeSet;

use ::hcl::{Expression, TraversalOperator};
use camino::Utf8Path;
use routegen_spec::PathPattern;
use serde_json::Value;

/// The only resource that keeps its identity under another key. All others contain the name, and AWS renames
/// nothing.
pub(super) const INTEGRATION: &str = "aws_apigatewayv2_integration.this";

/// One `moved` block, between two keys of functions.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Move {
    pub(super) from: String,
    pub(super) to: String,
}

#[derive(Debug, Default)]
pub(crate) struct Previous {
    /// The name of the API; `None` if only locals were emitted, which do not contain it.
    pub(crate) api_name: Option<String>,
    /// The architectures of the functions.
    pub(crate) architectures: BTreeSet<String>,
    /// Whether it was a module whose functions had no prefix by default.
    pub(crate) has_bare_names: bool,
    pub(super) routes: Vec<PreviousRoute>,
    pub(super) moves: Vec<Move>,
}

#[derive(Debug)]
pub(super) struct PreviousRoute {
    pub(super) function: String,
    pub(super) authorizer: Option<String>,
    pub(super) identity: Identity,
}

/// What identifies a route for API Gateway: the method, and the path without the names of its parameters.
pub(super) type Identity = (String, String);

impl Previous {
    /// The files to read, in either syntax.
    pub(crate) const FILES: [&str; 6] =
        ["locals.tf", "locals.tf.json", "moved.tf", "moved.tf.json", "functions.tf", "functions.tf.json"];

    /// Reads the existing files, by name and text.
    pub(crate) fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut previous = Self::default();
        for (name, text) in files {
            previous.add(&value(name, text).unwrap_or_default());
        }
        previous
    }

    fn add(&mut self, file: &Value) {
        let locals = &file["locals"];
        let entries = |name: &str| locals[name].as_object().into_iter().flat_map(serde_json::Map::values);
        self.api_name = self.api_name.take().or_else(|| text(&locals["api_name"]));
        let prefix = text(&locals["function_name_prefix"]);
        self.has_bare_names |= prefix.is_some_and(|prefix| !prefix.contains("local.api_name"));
        self.architectures
            .extend(entries("lambda_functions").filter_map(|function| text(&function["architecture"])));
        self.routes.extend(entries("lambda_routes").filter_map(route));
        let blocks = match &file["moved"] {
            Value::Array(blocks) => blocks.as_slice(),
            block => std::slice::from_ref(block),
        };
        self.moves.extend(blocks.iter().filter_map(|block| {
            Some(Move { from: integration(&block["from"])?, to: integration(&block["to"])? })
        }));
    }

    /// Whether a route used this authorizer.
    pub(crate) fn has_authorizer(&self, name: &str) -> bool {
        self.routes.iter().any(|route| route.authorizer.as_deref() == Some(name))
    }

    /// Whether there was a route with this method and path, whatever the names of its parameters.
    pub(crate) fn has_route(&self, method: &str, path: &PathPattern) -> bool {
        self.routes.iter().any(|route| route.identity == (method.to_owned(), path.identity()))
    }
}

/// The value of a file. Expressions are strings of the form `${…}`, as in Terraform's own JSON.
pub(super) fn value(name: &str, text: &str) -> Option<Value> {
    match Utf8Path::new(name).extension() {
        Some("json") => serde_json::from_str(text).ok(),
        _ => ::hcl::from_str(text).ok(),
    }
}

fn route(route: &Value) -> Option<PreviousRoute> {
    let path: PathPattern = text(&route["path"])?.parse().ok()?;
    Some(PreviousRoute {
        function: text(&route["function"])?,
        authorizer: text(&route["authorizer"]),
        identity: (text(&route["method"])?, path.identity()),
    })
}

/// A name or a path contains no template signs, which would have to be escaped.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The key of an integration's address.
fn integration(address: &Value) -> Option<String> {
    let address = address.as_str()?;
    let address = address.strip_prefix("${").and_then(|address| address.strip_suffix('}')).unwrap_or(address);
    let Ok(Expression::Traversal(traversal)) = address.parse() else { return None };
    let Expression::Variable(resource_type) = &traversal.expr else { return None };
    match traversal.operators.as_slice() {
        [TraversalOperator::GetAttr(name), TraversalOperator::Index(Expression::String(key))] => {
            let address = format!("{}.{}", resource_type.as_str(), name.as_str());
            (address == INTEGRATION).then(|| key.clone())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_terraform_says_nothing() {
        for text in [
            "",
            "locals {",
            "locals { lambda_routes = 1 }",
            "moved { from = 1 }",
            "moved {}",
            "{\"locals\": 1}",
            "{\"moved\": {\"from\": 1}}",
        ] {
            let previous = Previous::read(Previous::FILES.map(|name| (name, text)));
            assert!(previous.routes.is_empty() && previous.moves.is_empty(), "{text}");
            assert!(!previous.has_bare_names, "{text}");
        }
    }

    #[test]
    fn a_module_that_gave_functions_no_prefix_is_known_in_either_syntax() {
        let read = |text: &str| {
            let json = crate::terraform::json::from_hcl(text);
            let [hcl, json] =
                [("functions.tf", text), ("functions.tf.json", &json)].map(|file| Previous::read([file]));
            assert_eq!(hcl.has_bare_names, json.has_bare_names);
            hcl.has_bare_names
        };
        assert!(!read(include_str!("module/functions.tf")));
        let earlier = [
            r#"var.function_name_prefix != null ? var.function_name_prefix : var.copy == null ? "" : "${var.copy}-""#,
            "var.function_name_prefix",
        ];
        for prefix in earlier {
            assert!(read(&format!("locals {{\n  function_name_prefix = {prefix}\n}}\n")), "{prefix}");
        }
    }
}

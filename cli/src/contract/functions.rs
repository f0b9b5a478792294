//! What a document says about functions: those of its operations, and those without an operation.
//!
//! In: the functions. Out: what an operation runs on; and a member for each authorizer and consumer, so that
//! `diff` sees its grants and its event source.

use routegen_spec::{ConsumerSpec, SourceLocation, contract::ConsumerTypes};
use serde_json::json;

use super::{
    components::Components,
    node::{Node, Object},
    version::Version,
};
use crate::check::{CheckedManifest, Function};

/// Adds a function's settings and its grants.
pub(super) fn with_function(own: Object, function: &Function) -> Object {
    let list = |words: Vec<&str>| Node::List(words.into_iter().map(Node::from).collect());
    let texts = |texts: &[String]| list(texts.iter().map(String::as_str).collect());
    let grants = function.permissions.statements.iter().map(|statement| {
        let resource = Object::default().with("resource", statement.resource.as_str());
        Node::from(resource.with("actions", texts(&statement.actions)).with("on", texts(&statement.on)))
    });
    own.with("function", function.name.as_str())
        .with("memory", function.memory)
        .with("timeout", function.timeout)
        .with_any("env", list(function.env.iter().map(routegen_spec::EnvName::as_str).collect()))
        .with_any("grants", Node::List(grants.collect()))
}

/// The authorizers and consumers, by their functions' names. The body of a consumer is its payload, if the
/// type has a schema.
pub(super) fn others(
    checked: &CheckedManifest,
    types: &[ConsumerTypes],
    components: &Components,
    version: Version,
) -> Object {
    let body = |function: &Function| {
        let types = types.iter().find(|types| function.entries.contains(&types.entry))?;
        let schema = Object::default().with("schema", version.schema(components.resolve(&types.payload)?));
        let content = Object::default().with("application/json", schema);
        Some(Object::default().with("content", content).with("required", true))
    };
    let of = |function: &Function| {
        let declared = &checked.declared;
        let authorizer = declared.authorizers.iter().find(|it| it.name.as_str() == function.key);
        let consumer = declared.consumers.iter().find(|it| it.name.as_str() == function.key);
        match (authorizer, consumer) {
            (Some(it), _) => {
                Some(node(function, &it.description, None, (&it.package, &it.handler, &it.source)))
            }
            (None, Some(it)) => {
                let node = node(function, &it.description, Some(it), (&it.package, &it.handler, &it.source));
                Some(node.with_some("requestBody", body(function)))
            }
            (None, None) => None,
        }
    };
    checked
        .functions
        .iter()
        .filter_map(|function| Some((function.name.clone(), of(function)?.into())))
        .collect()
}

fn node(
    function: &Function,
    description: &str,
    consumer: Option<&ConsumerSpec>,
    (package, handler, source): (&str, &str, &SourceLocation),
) -> Object {
    let own = Object::default()
        .with("kind", function.kind.as_str())
        .with_some("consumes", consumer.map(|consumer| Node::Value(json!(consumer.consumes))));
    let own = with_function(own, function)
        .with("package", package)
        .with("handler", handler)
        .with("source", source.to_string());
    Object::default().with_text("summary", description).with("x-routegen", own)
}

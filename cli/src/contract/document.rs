//! The whole document.
//!
//! In: the checked routes, what their types reported in two runs, and the `[openapi]` table of
//! `routegen.toml`. Out: the document, and its gaps. The route `$default` has no path, so it is described
//! beside the paths.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use routegen_spec::{
    Method, Segment,
    contract::{Contract, RouteTypes, Schema},
};
use serde_json::{Value, json};

use super::{
    components::{self, Components},
    functions,
    gap::{Gap, Kind},
    node::{Node, Object},
    operation::Operation,
    reference, security,
    stable::stable,
    version::{Syntax, Version},
    yaml,
};
use crate::{
    check::{CheckedManifest, CheckedRoute},
    project::{config::Document as Said, workspace::Workspace},
    support::json as text,
};

/// The document, and what the types leave open.
pub(crate) struct Described {
    document: Node,
    title: String,
    /// The gaps, in the order of the routes.
    pub(crate) gaps: Vec<Gap>,
}

impl Described {
    /// The text of the document's file.
    pub(crate) fn text(&self, syntax: Syntax) -> String {
        match syntax {
            Syntax::Json => text::text(&self.document),
            Syntax::Yaml => yaml::text(&self.document),
        }
    }

    /// The document as an HTML page.
    pub(crate) fn page(&self) -> String {
        reference::page(&text::text(&self.document), &self.title)
    }
}

/// Describes the API. With `strict`, a gap is an error.
pub(crate) fn describe(
    workspace: &Workspace,
    checked: &CheckedManifest,
    told: &[Contract; 2],
    said: &Said,
    version: Version,
    strict: bool,
) -> Described {
    let (contract, changing) = stable(told);
    let package = workspace.linked.iter().find(|package| package.id == workspace.id);
    let api_version = package.map_or("0.0.0", |package| package.version.as_str());
    let mut document = Document { checked, contract: &contract, said, version, open: Vec::new() };
    let node = document.node(api_version);
    let mut open = document.open;
    open.extend(changing.into_iter().map(|(entry, of)| (entry, Kind::ChangingDefault(of))));
    let title = said.title.clone().unwrap_or_else(|| checked.api_name.clone());
    Described { document: node, title, gaps: gaps(&open, workspace, checked, strict) }
}

/// The gaps, each once per handler.
fn gaps(open: &[(String, Kind)], workspace: &Workspace, checked: &CheckedManifest, strict: bool) -> Vec<Gap> {
    let root: &Utf8Path = &workspace.root;
    let mut seen = BTreeSet::new();
    let mut gaps = Vec::new();
    for route in &checked.routes {
        let of_route: BTreeSet<&Kind> =
            open.iter().filter(|(entry, _)| *entry == route.spec.entry).map(|(_, kind)| kind).collect();
        let package = workspace.linked.iter().find(|package| package.name == route.spec.package);
        let has_schemars = package.is_some_and(|package| package.schemars.is_some());
        for kind in of_route {
            // A type that several routes share needs only one derive.
            let key = match kind {
                Kind::Untyped(_) | Kind::ChangingDefault(_) => (String::new(), kind.clone()),
                kind => (route.spec.handler.clone(), kind.clone()),
            };
            if seen.insert(key) {
                gaps.push(Gap::new(kind, &route.spec, has_schemars, root, strict));
            }
        }
    }
    gaps
}

struct Document<'a> {
    checked: &'a CheckedManifest,
    contract: &'a Contract,
    said: &'a Said,
    version: Version,
    /// The gaps, each with its route's entry point.
    open: Vec<(String, Kind)>,
}

impl Document<'_> {
    fn node(&mut self, api_version: &str) -> Node {
        let components = Components::new(self.schemas());
        let (paths, default) = self.paths(&components);
        let others = functions::others(self.checked, &self.contract.consumers, &components, self.version);
        let said = self.said;
        let contact = said.contact.as_ref().map(|contact| {
            Object::default()
                .with_some("name", contact.name.clone())
                .with_some("url", contact.url.clone())
                .with_some("email", contact.email.clone())
        });
        let licence = said.licence.as_ref().map(|licence| {
            let identifier = licence.identifier.clone().filter(|_| self.version == Version::V31);
            Object::default()
                .with("name", licence.name.as_str())
                .with_some("identifier", identifier)
                .with_some("url", licence.url.clone())
        });
        let info = Object::default()
            .with("title", said.title.as_deref().unwrap_or(&self.checked.api_name))
            .with_some("description", said.description.clone())
            .with_some("contact", contact)
            .with_some("license", licence)
            .with("version", said.version.as_deref().unwrap_or(api_version));
        let servers: Vec<Node> = said
            .servers
            .iter()
            .map(|server| {
                let node = Object::default().with("url", server.url.as_str());
                node.with_some("description", server.description.clone()).into()
            })
            .collect();
        let security = self.schemes();
        let document = Object::default()
            .with("openapi", self.version.number())
            .with("info", info)
            .with_any("servers", Node::List(servers))
            .with_any("tags", Node::List(self.tags()))
            .with("paths", paths)
            .with_some("x-routegen-default", default)
            .with_any("x-routegen-functions", others);
        let schemas = self.components(components, &Node::Object(document.clone()));
        let components = Object::default().with_any("schemas", schemas).with_any("securitySchemes", security);
        document.with_any("components", components).into()
    }

    fn types(&self, route: &CheckedRoute) -> Option<&RouteTypes> {
        self.contract.routes.iter().find(|types| types.entry == route.spec.entry)
    }

    /// All schemas of all routes.
    fn schemas(&self) -> impl Iterator<Item = &Schema> {
        let of_consumers = self.contract.consumers.iter().map(|consumer| &consumer.payload);
        let of_routes = self.contract.routes.iter().flat_map(|route| {
            let of_arguments = route.arguments.iter().flat_map(|argument| {
                let parameters = argument.parameters.iter().map(|parameters| &parameters.schema);
                let body = argument.body.iter().map(|body| &body.schema);
                let refusals =
                    argument.refusals.iter().flat_map(|answer| &answer.bodies).map(|body| &body.schema);
                parameters.chain(body).chain(refusals)
            });
            of_arguments
                .chain(route.answers.iter().flat_map(|answer| &answer.bodies).map(|body| &body.schema))
        });
        of_routes.chain(of_consumers)
    }

    /// The paths, and the `$default` route.
    fn paths(&mut self, components: &Components) -> (Object, Option<Object>) {
        let nothing = RouteTypes::default();
        let mut routes: Vec<&CheckedRoute> = self.checked.routes.iter().collect();
        routes.sort_by_key(|route| (&route.spec.path, route.spec.method));
        let templates = templates(&routes);
        let mut paths: BTreeMap<&str, BTreeMap<Method, Object>> = BTreeMap::new();
        let mut default = None;
        let mut open = Vec::new();
        // For its method, a route with a single method takes precedence over one for every method.
        let (every, one): (Vec<&CheckedRoute>, Vec<&CheckedRoute>) =
            routes.into_iter().partition(|route| route.spec.method == Method::Any);
        for route in one.into_iter().chain(every) {
            let function = self.checked.functions.iter().find(|function| function.key == route.function);
            let types = self.types(route).unwrap_or(&nothing);
            let operation = Operation { route, function, types, components, version: self.version };
            let mut gaps = Vec::new();
            if route.spec.path.is_default() {
                default = Some(operation.node(Method::Any, &[], &mut gaps));
            } else if let Some((template, names)) = templates.get(route.spec.path.as_str()) {
                let methods: &[Method] = match &route.spec.method {
                    Method::Any => &METHODS,
                    method => std::slice::from_ref(method),
                };
                let operations = paths.entry(template).or_default();
                for method in methods {
                    operations.entry(*method).or_insert_with(|| operation.node(*method, names, &mut gaps));
                }
            }
            open.extend(gaps.into_iter().map(|kind| (route.spec.entry.clone(), kind)));
        }
        self.open.extend(open);
        let paths = paths.into_iter().map(|(template, operations)| {
            let of_method =
                |(method, operation): (Method, Object)| (method.as_str().to_lowercase(), operation.into());
            (template.to_owned(), Node::Object(operations.into_iter().map(of_method).collect()))
        });
        (paths.collect(), default)
    }

    /// The tags of the routes, and those that `routegen.toml` describes, in its order.
    fn tags(&self) -> Vec<Node> {
        let of_routes: BTreeSet<&str> =
            self.checked.routes.iter().flat_map(|route| route.spec.tags.iter().map(String::as_str)).collect();
        let said = self.said.tags.iter().map(|tag| (tag.name.as_ref().as_str(), tag.description.clone()));
        let known: BTreeSet<&str> = self.said.tags.iter().map(|tag| tag.name.as_ref().as_str()).collect();
        let others = of_routes.into_iter().filter(|name| !known.contains(name)).map(|name| (name, None));
        said.chain(others)
            .map(|(name, description)| {
                Object::default().with("name", name).with_some("description", description).into()
            })
            .collect()
    }

    fn schemes(&self) -> Object {
        let description = |name: &str| {
            let written =
                self.checked.declared.authorizers.iter().find(|written| written.name.as_str() == name);
            written.map(|written| written.description.clone()).unwrap_or_default()
        };
        let of_authorizers =
            self.checked.authorizers.iter().flat_map(|it| security::schemes(it, &description(&it.name)));
        let mut schemes: BTreeMap<String, Node> = of_authorizers.collect();
        let is_iam = |route: &CheckedRoute| route.authorizer == Some(routegen_spec::AuthorizerKind::Iam);
        schemes.extend(self.checked.routes.iter().any(is_iam).then(security::iam));
        schemes.into_iter().collect()
    }

    /// The schemas that the document refers to, directly or through others.
    fn components(&self, components: Components, document: &Node) -> Object {
        let mut all = components.into_schemas();
        all.insert(components::MESSAGE.to_owned(), message(self.version));
        all.insert(components::PROBLEM.to_owned(), problem());
        let mut used = BTreeSet::new();
        let mut open = vec![serde_json::to_value(document).unwrap_or_default()];
        while let Some(value) = open.pop() {
            for name in referred(&value) {
                if let (true, Some(schema)) = (used.insert(name.clone()), all.get(&name)) {
                    open.push(schema.clone());
                }
            }
        }
        let used = all.into_iter().filter(|(name, _)| used.contains(name));
        used.map(|(name, schema)| (name, self.version.schema(schema).into())).collect()
    }
}

/// The methods that an OpenAPI path can have and that a client can send.
const METHODS: [Method; 7] =
    [Method::Get, Method::Put, Method::Post, Method::Delete, Method::Options, Method::Head, Method::Patch];

/// The literals of a path, with a placeholder for each parameter.
type Form<'a> = Vec<Option<&'a str>>;

/// The path template for each path, with the names of its parameters. A document has one template for each
/// form, whatever the parameters are called. A greedy parameter loses its `+`, unless that would be the
/// template of another path.
fn templates<'a>(routes: &[&'a CheckedRoute]) -> BTreeMap<&'a str, (String, Vec<String>)> {
    let mut by_form: BTreeMap<Form<'_>, (String, Vec<String>, bool)> = BTreeMap::new();
    let mut templates = BTreeMap::new();
    // Paths without a greedy parameter come first, because a greedy path can use another template.
    let is_greedy =
        |route: &CheckedRoute| matches!(route.spec.path.segments().last(), Some(Segment::Greedy(_)));
    let (greedy, single): (Vec<&CheckedRoute>, Vec<_>) =
        routes.iter().copied().partition(|route| is_greedy(route));
    for route in single.into_iter().chain(greedy) {
        let path = &route.spec.path;
        if path.is_default() {
            continue;
        }
        let form: Form<'_> = path
            .segments()
            .iter()
            .map(|segment| match segment {
                Segment::Literal(literal) => Some(literal.as_str()),
                _ => None,
            })
            .collect();
        let own: Vec<String> = path.parameters().map(str::to_owned).collect();
        let (template, names, greedy) = by_form
            .entry(form)
            .or_insert_with(|| (path.as_str().replace("+}", "}"), own.clone(), is_greedy(route)));
        if is_greedy(route) && !*greedy {
            let mut own = own;
            own.iter_mut().last().into_iter().for_each(|name| name.push('+'));
            templates.insert(path.as_str(), (path.as_str().to_owned(), own));
        } else {
            templates.insert(path.as_str(), (template.clone(), names.clone()));
        }
    }
    templates
}

/// The names of the components that a value refers to.
fn referred(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match value {
                Value::String(reference) if name == "$ref" => {
                    reference.strip_prefix("#/components/schemas/").map(str::to_owned).into_iter().collect()
                }
                value => referred(value),
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(referred).collect(),
        _ => Vec::new(),
    }
}

/// The gateway's own error message. In the older version of OpenAPI it describes every error.
fn message(version: Version) -> Value {
    let mut schema = json!({
        "type": "object",
        "description": "API Gateway's own response",
        "properties": { "message": { "type": "string" } },
    });
    if let (Version::V30, Value::Object(members)) = (version, &mut problem()["properties"]) {
        schema["description"] =
            json!("What went wrong: what API Gateway answers by itself, or what a problem of RFC 9457 has");
        for (name, member) in std::mem::take(members) {
            schema["properties"][name] = member;
        }
    }
    schema
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong, as RFC 9457 has it",
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "The kind of problem; `about:blank` if the status says everything" },
            "title": { "type": "string", "description": "The kind of problem in a few words" },
            "status": { "type": "integer", "minimum": 100, "maximum": 599, "description": "The status of the response" },
            "detail": { "type": "string", "description": "What is wrong with this request" },
            "instance": { "type": "string", "format": "uri-reference", "description": "This very occurrence" },
        },
    })
}

//! What was renamed since the last emission, as `moved` blocks.
//!
//! In: the checked manifest, and what the last emission left. Out: the text of `moved.tf`, or none where nothing was
//! renamed. A route under another name is still the same route of API Gateway: without the block Terraform would
//! make the new one while the old one is there, which API Gateway refuses, for both have one route key.
//!
//! The blocks stay, because nobody knows which environments have been applied since. They go when a route takes the
//! old name again, which Terraform would refuse, and when what they lead to is gone.

use std::collections::{BTreeMap, BTreeSet};

use ::hcl::{Body, Expression, TraversalOperator};
use routegen_spec::PathPattern;

use super::hcl::{self, Value};
use crate::check::CheckedManifest;

/// The resources that stay what they are under another name. All others have the name in them, and AWS renames nothing.
const RESOURCES: [&str; 2] = [ROUTE, INTEGRATION];
const ROUTE: &str = "aws_apigatewayv2_route.this";
const INTEGRATION: &str = "aws_apigatewayv2_integration.this";

const HEADER: &str = "\
# The routegen module: what was renamed in the code, so that Terraform keeps it instead of making it again.
# Once every environment has been applied, this file can be deleted.
";

/// What the last emission left on the disk.
#[derive(Debug, Default)]
pub(crate) struct Previous {
    routes: Vec<PreviousRoute>,
    moves: Vec<Move>,
}

#[derive(Debug)]
struct PreviousRoute {
    name: String,
    function: String,
    identity: Identity,
}

/// What makes two routes one for API Gateway: the method, and the path without the names of its parameters.
type Identity = (String, String);

/// One `moved` block.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Move {
    resource: &'static str,
    from: String,
    to: String,
}

impl Previous {
    /// Reads `locals.tf` and `moved.tf` as they were written. What cannot be read was not written by routegen, and is
    /// refused when it would be overwritten; here it says nothing.
    pub(crate) fn read(locals: Option<&str>, moved: Option<&str>) -> Self {
        let body = |text: Option<&str>| text.and_then(|text| ::hcl::parse(text).ok()).unwrap_or_default();
        Self { routes: routes(&body(locals)), moves: moves(&body(moved)) }
    }
}

/// The text of `moved.tf`, where there is something to say.
pub(super) fn render(manifest: &CheckedManifest, previous: &Previous) -> Option<String> {
    let moves = kept(manifest, previous);
    if moves.is_empty() {
        return None;
    }
    let blocks = moves.into_iter().map(|Move { resource, from, to }| {
        let entries = [("from", from), ("to", to)];
        let entries = entries.map(|(key, name)| (key.to_owned(), Value::Instance(resource, name)));
        format!("\n{}", hcl::block("moved", &entries))
    });
    Some(HEADER.to_owned() + &blocks.collect::<String>())
}

/// The moves of this emission and those of earlier ones that still lead somewhere.
fn kept(manifest: &CheckedManifest, previous: &Previous) -> Vec<Move> {
    let names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::from([
        (ROUTE, manifest.routes.iter().map(|route| route.spec.name.as_str()).collect()),
        (INTEGRATION, manifest.functions.iter().map(|function| function.key.as_str()).collect()),
    ]);
    let exists = |resource: &str, name: &str| names[resource].contains(name);
    let mut moves: Vec<Move> = Vec::new();
    // The newest first: of two moves from one place, or to one, Terraform takes neither.
    for step in new(manifest, previous).into_iter().chain(previous.moves.iter().cloned()) {
        if !exists(step.resource, &step.from) && !moves.iter().any(|other| other.excludes(&step)) {
            moves.push(step);
        }
    }
    loop {
        let all = moves.clone();
        moves.retain(|step| exists(step.resource, &step.to) || all.iter().any(|next| next.follows(step)));
        if moves.len() == all.len() {
            break;
        }
    }
    moves.sort();
    moves
}

impl Move {
    fn excludes(&self, other: &Self) -> bool {
        self.resource == other.resource && (self.from == other.from || self.to == other.to)
    }

    fn follows(&self, earlier: &Self) -> bool {
        self.resource == earlier.resource && self.from == earlier.to
    }
}

/// The routes that have another name than before, and their functions.
fn new(manifest: &CheckedManifest, previous: &Previous) -> Vec<Move> {
    let before: BTreeMap<&Identity, &PreviousRoute> =
        previous.routes.iter().map(|route| (&route.identity, route)).collect();
    let mut moves: Vec<Move> = Vec::new();
    for route in &manifest.routes {
        let identity = (route.spec.method.to_string(), route.spec.path.identity());
        let Some(old) = before.get(&identity) else { continue };
        let pairs = [
            (ROUTE, &old.name, route.spec.name.as_str()),
            (INTEGRATION, &old.function, route.function.as_str()),
        ];
        for (resource, from, to) in pairs {
            // What had the new name before stays what it was.
            let is_new = match resource {
                ROUTE => previous.routes.iter().all(|route| route.name != to),
                _ => previous.routes.iter().all(|route| route.function != to),
            };
            let step = Move { resource, from: from.clone(), to: to.to_owned() };
            if from != to && is_new && !moves.contains(&step) {
                moves.push(step);
            }
        }
    }
    moves
}

fn routes(locals: &Body) -> Vec<PreviousRoute> {
    let attributes = locals.blocks().filter(|block| block.identifier() == "locals");
    let attributes = attributes.flat_map(|block| block.body().attributes());
    let routes = attributes.filter(|attribute| attribute.key() == "lambda_routes");
    let routes = routes.filter_map(|attribute| match attribute.expr() {
        Expression::Object(routes) => Some(routes),
        _ => None,
    });
    routes.flatten().filter_map(|(name, route)| previous_route(name.to_string(), route)).collect()
}

fn previous_route(name: String, route: &Expression) -> Option<PreviousRoute> {
    let Expression::Object(values) = route else { return None };
    let text = |wanted: &str| {
        let (_, value) = values.iter().find(|(key, _)| key.to_string() == wanted)?;
        match value {
            Expression::String(text) => Some(text.clone()),
            _ => None,
        }
    };
    let path: PathPattern = text("path")?.parse().ok()?;
    Some(PreviousRoute { name, function: text("function")?, identity: (text("method")?, path.identity()) })
}

fn moves(file: &Body) -> Vec<Move> {
    let blocks = file.blocks().filter(|block| block.identifier() == "moved");
    let moves = blocks.filter_map(|block| {
        let end = |name: &str| {
            let attribute = block.body().attributes().find(|attribute| attribute.key() == name)?;
            instance(attribute.expr())
        };
        let ((resource, from), (_, to)) = (end("from")?, end("to")?);
        Some(Move { resource, from, to })
    });
    moves.collect()
}

/// The resource and the key of `aws_x.this["key"]`.
fn instance(expression: &Expression) -> Option<(&'static str, String)> {
    let Expression::Traversal(traversal) = expression else { return None };
    let Expression::Variable(resource_type) = &traversal.expr else { return None };
    match traversal.operators.as_slice() {
        [TraversalOperator::GetAttr(name), TraversalOperator::Index(Expression::String(key))] => {
            let address = format!("{}.{}", resource_type.as_str(), name.as_str());
            let resource = RESOURCES.into_iter().find(|resource| *resource == address)?;
            Some((resource, key.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use routegen_spec::{Auth, Manifest, Method, RouteSpec, SourceLocation};

    use super::*;
    use crate::{check::check, config::Config, terraform::locals};

    fn route(name: &str, path: &str) -> RouteSpec {
        RouteSpec {
            name: name.parse().unwrap(),
            method: Method::Get,
            path: path.parse().unwrap(),
            auth: Auth::None,
            scopes: Vec::new(),
            memory: None,
            timeout: None,
            env: Vec::new(),
            lambda: None,
            tags: Vec::new(),
            deprecated: false,
            reads_body: false,
            throttle: None,
            description: "a ${hostile} \"description\"".to_owned(),
            handler: format!("items::{name}"),
            package: "items".to_owned(),
            source: SourceLocation { file: "src/lib.rs".to_owned(), line: 1, column: 1 },
            entry: String::new(),
        }
    }

    /// Emits one API after the other, and returns the moves that the last one has.
    fn emissions(apis: &[&[(&str, &str)]]) -> Vec<String> {
        let (mut old_locals, mut old_moved) = (None, None);
        for routes in apis {
            let routes = routes.iter().map(|(name, path)| route(name, path)).collect();
            let manifest = Manifest::new("0.0.0", routes, Vec::new());
            let checked = check(Utf8Path::new("/"), "items", &manifest, &Config::default()).unwrap().manifest;
            let previous = Previous::read(old_locals.as_deref(), old_moved.as_deref());
            old_moved = render(&checked, &previous);
            old_locals = Some(locals::render(&checked));
        }
        let moves = Previous::read(None, old_moved.as_deref()).moves.into_iter();
        moves.map(|Move { resource, from, to }| format!("{resource} {from} > {to}")).collect()
    }

    #[test]
    fn a_renamed_route_is_moved_with_its_integration() {
        let (before, after) = ([("a", "/items/{id}"), ("b", "/b")], [("c", "/items/{itemId}"), ("b", "/b")]);
        assert_eq!(
            emissions(&[&before, &after]),
            ["aws_apigatewayv2_integration.this a > c", "aws_apigatewayv2_route.this a > c"]
        );
    }

    #[test]
    fn the_blocks_are_laid_out_as_terraform_fmt_does() {
        let manifest = Manifest::new("0.0.0", vec![route("get_item", "/items")], Vec::new());
        let checked = check(Utf8Path::new("/"), "items", &manifest, &Config::default()).unwrap().manifest;
        let identity = ("GET".to_owned(), "/items".to_owned());
        let old = PreviousRoute { name: "item".to_owned(), function: "get_item".to_owned(), identity };
        insta::assert_snapshot!(
            render(&checked, &Previous { routes: vec![old], moves: Vec::new() }).unwrap()
        );
    }

    #[test]
    fn what_is_new_or_gone_or_unchanged_is_not_moved() {
        assert_eq!(emissions(&[&[("a", "/a"), ("b", "/b")], &[("a", "/a"), ("c", "/c")]]), [""; 0]);
        assert_eq!(emissions(&[&[("a", "/a")]]), [""; 0]);
        assert_eq!(emissions(&[&[("a", "/a")], &[("a", "/b")]]), [""; 0]);
    }

    #[test]
    fn two_routes_that_change_names_stay_where_their_names_are() {
        assert_eq!(emissions(&[&[("a", "/a"), ("b", "/b")], &[("b", "/a"), ("a", "/b")]]), [""; 0]);
        // `b` was another route before, which Terraform changes in place.
        assert_eq!(emissions(&[&[("a", "/a"), ("b", "/b")], &[("b", "/a")]]), [""; 0]);
    }

    #[test]
    fn moves_stay_for_environments_that_have_not_been_applied_yet_and_follow_each_other() {
        let (a, b, c): (&[_], &[_], &[_]) = (&[("a", "/")], &[("b", "/")], &[("c", "/")]);
        let routes = |apis: &[&[(&str, &str)]]| {
            let mut moves = emissions(apis);
            moves.retain(|step| step.starts_with(ROUTE));
            moves.iter().map(|step| step.replace("aws_apigatewayv2_route.this ", "")).collect::<Vec<_>>()
        };
        assert_eq!(routes(&[a, b, b]), ["a > b"]);
        assert_eq!(routes(&[a, b, c]), ["a > b", "b > c"]);
        assert_eq!(routes(&[a, b, c, c]), ["a > b", "b > c"]);
        // Back again: a block from `a` would be refused, for there is an `a`.
        assert_eq!(routes(&[a, b, a]), ["b > a"]);
        assert_eq!(routes(&[a, b, a, c]), ["a > c", "b > a"]);
        // What they lead to is gone.
        assert_eq!(routes(&[a, b, c, &[("d", "/d")]]), [""; 0]);
        // `c` was the first route, and is the second one now: only the newer block can stay.
        assert_eq!(
            routes(&[
                &[("a", "/a"), ("x", "/x")],
                &[("c", "/a"), ("x", "/x")],
                &[("x", "/x")],
                &[("c", "/x")]
            ]),
            ["x > c"]
        );
    }

    #[test]
    fn a_file_that_is_not_terraform_says_nothing() {
        for text in ["", "locals {", "locals { lambda_routes = 1 }", "moved { from = 1 }", "moved {}"] {
            let previous = Previous::read(Some(text), Some(text));
            assert!(previous.routes.is_empty() && previous.moves.is_empty(), "{text}");
        }
    }
}

//! A route as an operation: its parameters, its body and its responses.
//!
//! In: the checked route, and what its types report. Out: the operation, and what is left open. Errors come
//! from the extractors, the handler, and API Gateway itself, whose messages are not problems.

use std::collections::BTreeMap;

use routegen_spec::{
    AuthorizerKind, Method, RouteSpec, Segment,
    contract::{Answer, Argument, Body, PROBLEM, Place, RouteTypes, Schema, Status, Traced},
};
use serde_json::{Value, json};

use super::{
    components::{self, Components},
    functions::with_function,
    gap::Kind,
    node::{Node, Object},
    parameters::{self, Parameter},
    security,
    version::Version,
};
use crate::check::{CheckedRoute, Function};

/// The input for an operation.
pub(super) struct Operation<'a> {
    pub(super) route: &'a CheckedRoute,
    pub(super) function: Option<&'a Function>,
    pub(super) types: &'a RouteTypes,
    pub(super) components: &'a Components,
    pub(super) version: Version,
}

impl Operation<'_> {
    /// The operation for one method, whose path parameters have these names.
    pub(super) fn node(&self, method: Method, names: &[String], gaps: &mut Vec<Kind>) -> Object {
        let spec = &self.route.spec;
        // Client generators make a function of each id, so it must be unique.
        let id = match spec.method {
            Method::Any => format!("{}_{}", spec.name, method.as_str().to_lowercase()),
            _ => spec.name.to_string(),
        };
        let tags: Vec<Node> = spec.tags.iter().map(|tag| tag.as_str().into()).collect();
        Object::default()
            .with_any("tags", Node::List(tags))
            .with_text("summary", &spec.description)
            .with_text("description", &self.types.details)
            .with("operationId", id)
            .with_some("deprecated", spec.deprecated.then_some(true))
            .with_some("x-sunset", spec.sunset.map(|day| day.to_string()))
            .with_any("parameters", Node::List(self.parameters(method, names, gaps)))
            .with_some("requestBody", self.body(method, gaps))
            .with("responses", self.responses(gaps))
            .with(
                "security",
                security::requirements(spec.auth.as_str(), self.route.authorizer.as_ref(), &spec.scopes),
            )
            .with("x-routegen", self.own())
    }

    fn parameters(&self, method: Method, names: &[String], gaps: &mut Vec<Kind>) -> Vec<Node> {
        let spec = &self.route.spec;
        let taken = self
            .types
            .arguments
            .iter()
            .filter_map(|argument| Some((argument, argument.parameters.as_ref()?)));
        let of_path = taken.clone().find(|(_, taken)| taken.place == Place::Path).map(|(_, taken)| taken);
        let is_greedy: Vec<_> =
            spec.path.segments().iter().filter(|segment| !matches!(segment, Segment::Literal(_))).collect();
        let path = parameters::of_path(&spec.path, of_path, self.components).into_iter().enumerate();
        let path = path.map(|(at, parameter)| {
            let greedy = matches!(is_greedy.get(at), Some(Segment::Greedy(_)));
            let name = names.get(at).cloned().unwrap_or_default();
            self.parameter("path", Parameter { name, ..parameter }, greedy)
        });
        let mut nodes: Vec<Node> = path.collect();
        let mut query: BTreeMap<String, Parameter> = BTreeMap::new();
        let asked = taken
            .filter(|(_, taken)| taken.place == Place::Query)
            .map(|(argument, taken)| (&taken.schema, &taken.traced, argument.optional));
        // For a request without a body, axum reads a form from the query.
        let forms = self.types.arguments.iter().filter(|_| reads_query(method)).filter_map(|argument| {
            let body = argument.body.as_ref().filter(|body| body.media_type == FORM)?;
            Some((&body.schema, &Traced::Unknown, argument.optional))
        });
        let mut open = false;
        for (schema, traced, optional) in asked.chain(forms) {
            if let Some(parameters) = parameters::of_query(schema, traced, optional, self.components) {
                query.extend(parameters.into_iter().map(|it| (it.name.clone(), it)));
                continue;
            }
            open = true;
            if !takes_any_name(&schema.of) {
                gaps.push(Kind::OpaqueQuery(schema.of.clone()));
            }
        }
        nodes.extend(query.into_values().map(|parameter| self.parameter("query", parameter, false)));
        if open {
            // Any name that has no parameter of its own.
            let schema = json!({ "type": "object", "additionalProperties": { "type": "string" } });
            let parameter =
                Object::default().with("name", "parameters").with("in", "query").with("schema", schema);
            nodes.push(parameter.into());
        }
        let headers: BTreeMap<_, _> = self
            .types
            .arguments
            .iter()
            .filter_map(|argument| Some((&argument.header.as_ref()?.name, argument.optional)))
            .collect();
        // OpenAPI ignores parameters with these three names.
        let headers = headers
            .into_iter()
            .filter(|(name, _)| !["accept", "authorization", "content-type"].contains(&name.as_str()));
        nodes.extend(headers.map(|(name, optional)| {
            let schema = json!({ "type": "string" });
            let (name, description, deprecated) = (name.clone(), String::new(), false);
            self.parameter(
                "header",
                Parameter { name, required: !optional, description, deprecated, schema },
                false,
            )
        }));
        nodes
    }

    fn parameter(&self, place: &str, parameter: Parameter, greedy: bool) -> Node {
        let description = match (greedy, parameter.description.as_str()) {
            (true, "") => "All that is left of the path, slashes included",
            (_, description) => description,
        };
        Object::default()
            .with("name", parameter.name.as_str())
            .with("in", place)
            .with_text("description", description)
            .with_some("required", parameter.required.then_some(true))
            .with_some("deprecated", parameter.deprecated.then_some(true))
            .with("schema", self.version.schema(parameter.schema))
            .with_some("x-routegen-greedy", greedy.then_some(true))
            .into()
    }

    fn body(&self, method: Method, gaps: &mut Vec<Kind>) -> Option<Node> {
        let is_body = |body: &&Body| !(reads_query(method) && body.media_type == FORM);
        let (argument, body) = self
            .types
            .arguments
            .iter()
            .find_map(|argument| Some((argument, argument.body.as_ref().filter(is_body)?)))?;
        if body.media_type == ANY && body.schema.value.is_none() {
            gaps.push(Kind::OpaqueBody(body.schema.of.clone()));
        }
        let content = self.content(std::iter::once(body), gaps);
        Some(Object::default().with("required", !argument.optional).with("content", content).into())
    }

    /// Bodies by their media types.
    fn content<'b>(&self, bodies: impl Iterator<Item = &'b Body>, gaps: &mut Vec<Kind>) -> Object {
        let mut content: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for body in bodies {
            let schema = self.schema(body, gaps);
            let schemas = content.entry(&body.media_type).or_default();
            if !schemas.contains(&schema) {
                schemas.push(schema);
            }
        }
        let media = |(media_type, schemas): (&str, Vec<Value>)| {
            let schema = match <[Value; 1]>::try_from(schemas) {
                Ok([only]) => only,
                Err(mut several) => {
                    // The generic problem comes last, after the problems with a known type.
                    several.sort_by_cached_key(|schema| (*schema == problem(), schema.to_string()));
                    json!({ "anyOf": several })
                }
            };
            (media_type.to_owned(), Object::default().with("schema", self.version.schema(schema)).into())
        };
        content.into_iter().map(media).collect()
    }

    fn schema(&self, body: &Body, gaps: &mut Vec<Kind>) -> Value {
        let schema = &body.schema;
        gaps.extend(schema.untyped.iter().cloned().map(Kind::Untyped));
        if let Some(own) = &schema.problem {
            if own.properties.is_empty() {
                return problem();
            }
            let properties: BTreeMap<_, _> = own
                .properties
                .iter()
                .map(|(name, value)| (name, self.components.resolve_within(schema, value.clone())))
                .collect();
            let mut kind = json!({ "type": "object", "properties": properties });
            if !own.required.is_empty() {
                kind["required"] = json!(own.required);
            }
            return json!({ "allOf": [problem(), kind] });
        }
        self.components.resolve(schema).unwrap_or_else(|| {
            if body.media_type != ANY {
                gaps.push(Kind::Untyped(schema.of.clone()));
            }
            json!({ "x-routegen-untyped": true })
        })
    }

    fn responses(&self, gaps: &mut Vec<Kind>) -> Object {
        let mut answers: BTreeMap<Status, Vec<Answer>> = BTreeMap::new();
        for answer in &self.types.answers {
            if answer.bodies.iter().any(|body| body.media_type == ANY) {
                gaps.push(Kind::OpaqueAnswer);
            } else if answer.status == Status::Other
                && !answer.bodies.iter().any(|body| body.media_type == PROBLEM)
            {
                gaps.push(Kind::UnknownStatus);
            }
            answers.entry(answer.status).or_default().push(answer.clone());
        }
        if answers.is_empty() {
            answers.entry(Status::Other).or_default().push(Answer::new(Status::Other));
        }
        let of_arguments =
            self.types.arguments.iter().filter(|argument| !is_result_for_the_handler(argument));
        for refusal in of_arguments.flat_map(|argument| &argument.refusals) {
            answers.entry(refusal.status).or_default().push(refusal.clone());
        }
        for status in &self.route.spec.refusals {
            answers.entry(Status::Is(*status)).or_default().push(Answer::new(Status::Is(*status)));
        }
        for status in self.by_the_gateway(answers.contains_key(&Status::Is(400))) {
            answers.entry(Status::Is(status)).or_default().push(message(Status::Is(status)));
        }
        // A problem of any status may also have one of the named statuses.
        if let Some(mut others) = answers.get(&Status::Other).cloned() {
            for answer in &mut others {
                answer.bodies.retain(|body| body.media_type == PROBLEM);
            }
            let errors = answers.iter_mut().filter(|(status, _)| matches!(status, Status::Is(400..)));
            errors.for_each(|(_, answers)| answers.extend(others.iter().cloned()));
        }
        if self.version == Version::V30 {
            with_one_type_of_error(&mut answers);
        }
        answers
            .into_iter()
            .map(|(status, answers)| (word(status), self.response(status, &answers, gaps).into()))
            .collect()
    }

    fn response(&self, status: Status, answers: &[Answer], gaps: &mut Vec<Kind>) -> Object {
        let mut said: Vec<&str> = Vec::new();
        for description in
            answers.iter().map(|answer| answer.description.as_str()).filter(|text| !text.is_empty())
        {
            if !said.contains(&description) {
                said.push(description);
            }
        }
        let description = if said.is_empty() { phrase(status).to_owned() } else { said.join("; ") };
        let headers = answers.iter().flat_map(|answer| &answer.headers);
        let headers: BTreeMap<_, _> =
            headers.map(|name| (header_name(name), json!({ "schema": { "type": "string" } }))).collect();
        let headers: Object = headers.into_iter().map(|(name, value)| (name, value.into())).collect();
        let content = self.content(answers.iter().flat_map(|answer| &answer.bodies), gaps);
        Object::default()
            .with("description", description)
            .with_any("headers", headers)
            .with_any("content", content)
    }

    /// The statuses of responses that API Gateway sends in place of the function.
    fn by_the_gateway(&self, refuses_texts: bool) -> Vec<u16> {
        let spec = &self.route.spec;
        let authorized: &[u16] = match &self.route.authorizer {
            None => &[],
            Some(AuthorizerKind::Iam) => &[403],
            Some(_) => &[401, 403],
        };
        let mut statuses = authorized.to_vec();
        statuses.extend(refuses_texts.then_some(400));
        statuses.extend(spec.reads_body.then_some(413));
        statuses.extend(spec.throttle.map(|_| 429));
        statuses.extend([500, 503]);
        statuses
    }

    /// The `x-routegen` member: what OpenAPI cannot express.
    fn own(&self) -> Object {
        let RouteSpec {
            auth,
            scopes,
            guards,
            middleware,
            throttle,
            source,
            handler,
            package,
            method,
            path,
            ..
        } = &self.route.spec;
        let list = |words: Vec<String>| Node::List(words.into_iter().map(Node::from).collect());
        let kind = self.route.authorizer.as_ref();
        let sources = match kind {
            Some(AuthorizerKind::Lambda { identity_sources, .. }) => {
                identity_sources.iter().map(ToString::to_string).collect()
            }
            Some(AuthorizerKind::Jwt { identity_source }) => vec![identity_source.to_string()],
            Some(AuthorizerKind::Cognito) => vec![routegen_spec::IdentitySource::authorization().to_string()],
            _ => Vec::new(),
        };
        let ttl = match kind {
            Some(AuthorizerKind::Lambda { ttl, .. }) => Some(*ttl),
            _ => None,
        };
        let own = Object::default()
            .with("auth", kind.map_or("none", AuthorizerKind::as_str))
            .with_some(
                "authorizer",
                kind.filter(|kind| **kind != AuthorizerKind::Iam).map(|_| auth.to_string()),
            )
            .with_any("scopes", list(scopes.iter().map(ToString::to_string).collect()))
            .with_any("identitySources", list(sources))
            .with_some("ttl", ttl)
            .with_some(
                "throttle",
                throttle.map(|it| Object::default().with("rate", it.rate).with("burst", it.burst)),
            )
            .with_any("guards", list(guards.clone()))
            .with_any("middleware", list(middleware.clone()))
            .with_some("method", (*method == Method::Any).then_some(method.as_str()))
            .with("path", path.as_str());
        // Variables and grants belong to the function, and all of its routes have them.
        let own = match self.function {
            Some(function) => with_function(own, function),
            None => own,
        };
        own.with("package", package.as_str())
            .with("handler", handler.as_str())
            .with("source", source.to_string())
    }
}

/// The media type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// The media type of JSON.
const JSON: &str = "application/json";

/// Any media type.
const ANY: &str = "*/*";

/// API Gateway's own response.
fn message(status: Status) -> Answer {
    let mut answer = Answer::new(status);
    let schema = Schema::known(json!({ "$ref": format!("#/components/schemas/{}", components::MESSAGE) }));
    answer.bodies = vec![Body::new(JSON, schema)];
    answer
}

/// Client generators that support only OpenAPI 3.0 use one type for all errors of an operation, the JSON one,
/// and take `default` for a success too. So every error has a JSON body here, with a schema that fits both
/// the gateway's messages and problems.
fn with_one_type_of_error(answers: &mut BTreeMap<Status, Vec<Answer>>) {
    let is_problem = |answer: &Answer| answer.bodies.iter().any(|body| body.media_type == PROBLEM);
    if answers.get(&Status::Other).is_some_and(|others| others.iter().all(is_problem)) {
        let others = answers.remove(&Status::Other).unwrap_or_default();
        for class in [4, 5] {
            answers.entry(Status::Class(class)).or_default().extend(others.iter().cloned());
        }
    }
    for (status, answers) in answers {
        let is_error = matches!(status, Status::Is(400..) | Status::Class(4 | 5));
        let has_json = answers.iter().flat_map(|answer| &answer.bodies).any(|body| body.media_type == JSON);
        if is_error && !has_json {
            answers.push(message(*status));
        }
    }
}

fn problem() -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", components::PROBLEM) })
}

fn reads_query(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head)
}

/// Whether a type is a map or a list of pairs, which accept any query.
fn takes_any_name(of: &str) -> bool {
    [
        "std::collections::hash::map::HashMap<",
        "alloc::collections::btree::map::BTreeMap<",
        "alloc::vec::Vec<(",
    ]
    .iter()
    .any(|name| of.starts_with(name))
}

/// An extractor in a `Result` never refuses by itself; one in an `Option` refuses a value that is present but
/// invalid.
fn is_result_for_the_handler(argument: &Argument) -> bool {
    argument.refusals.is_empty()
}

fn word(status: Status) -> String {
    match status {
        Status::Is(status) => status.to_string(),
        Status::Class(class) => format!("{class}XX"),
        _ => "default".to_owned(),
    }
}

fn header_name(name: &str) -> String {
    let mut words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    });
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| name + "-" + &word)
}

/// The description of a status that has no other.
fn phrase(status: Status) -> &'static str {
    match status {
        Status::Is(200) => "The request succeeded",
        Status::Is(201) => "It was created",
        Status::Is(202) => "The request was accepted, and is processed later",
        Status::Is(204) => "The request succeeded, and has no content",
        Status::Is(400) => "A parameter or the body cannot be read",
        Status::Is(401) => "The request has no valid credentials",
        Status::Is(403) => "The caller may not do this",
        Status::Is(404) => "The resource does not exist",
        Status::Is(409) => "The request conflicts with the resource",
        Status::Is(413) => "The body is too large",
        Status::Is(415) => "The body is of another media type",
        Status::Is(422) => "The body is well-formed but not valid",
        Status::Is(429) => "There are too many requests",
        Status::Is(500) => "The service failed",
        Status::Is(503) => "The service did not answer in time",
        Status::Is(_) => "A response with this status",
        Status::Class(3) => "It is elsewhere",
        Status::Class(4) => "Something else is wrong with the request",
        Status::Class(5) => "The service failed in another way",
        Status::Class(_) => "A response with one of these statuses",
        _ => "Any other response",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_named_as_people_write_them() {
        assert_eq!(header_name("location"), "Location");
        assert_eq!(header_name("x-request-id"), "X-Request-Id");
    }
}

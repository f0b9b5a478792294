//! The module's rendered file: the routes, the functions and what they require, as locals.
//!
//! Pure: the checked manifest in, text out. The files beside it are written by hand and read these maps.

use routegen_spec::{Auth, AuthorizerKind, EnvName, limits};

use super::{
    event_sources,
    hcl::{self, Value},
};
use crate::check::{Authorizer, CheckedManifest, CheckedRoute, Function, Permissions};

const HEADER: &str =
    "# The routegen module: what the code declares. The other files create resources from it.\n\n";

pub(super) fn render(manifest: &CheckedManifest) -> String {
    let functions = manifest.functions.iter().map(|function| (&function.key, self::function(function)));
    let routes = manifest.routes.iter().map(|route| (route.spec.name.as_str(), self::route(route)));
    let authorizers =
        manifest.authorizers.iter().map(|authorizer| (&authorizer.name, self::authorizer(authorizer)));
    let servers = manifest.resource_servers.iter().map(|(server, scopes)| (server, Value::strings(scopes)));
    let mut entries = vec![
        ("The name of the API, unless var.name is set", "api_name", Value::from(manifest.api_name.as_str())),
        (
            "The functions, each with its zip in var.artifacts_dir",
            "lambda_functions",
            Value::object(functions),
        ),
        ("What the code of the functions may do with resources", "lambda_grants", grants(manifest)),
        (
            "The resources that the code names, each with its variable and the kind of its value",
            "lambda_resources",
            resources(manifest),
        ),
        ("The routes, each with the key of its function", "lambda_routes", Value::object(routes)),
        ("The authorizers that the routes name", "authorizers", Value::object(authorizers)),
        ("The Cognito scopes of the routes, by resource server", "resource_servers", Value::object(servers)),
    ];
    entries.extend(event_sources::entries(manifest, |function| function.key.clone()));
    HEADER.to_owned() + &hcl::locals(&entries)
}

pub(super) fn function(function: &Function) -> Value {
    Value::object([
        ("name", Value::from(function.name.as_str())),
        ("description", Value::String(shorten(&function.description, limits::FUNCTION_DESCRIPTION_CHARS))),
        ("artifact", Value::from(function.artifact.as_str())),
        ("architecture", Value::from(function.architecture.as_str())),
        ("memory_size", Value::Number(function.memory)),
        ("timeout", Value::Number(function.timeout)),
        ("environment_names", Value::strings(function.env.iter().map(EnvName::as_str))),
    ])
}

/// What the functions may do, by their keys; functions without grants are left out.
pub(super) fn grants(manifest: &CheckedManifest) -> Value {
    let some = manifest.functions.iter().filter(|function| !function.permissions.is_empty());
    Value::object(some.map(|function| (&function.key, permissions(&function.permissions))))
}

fn permissions(permissions: &Permissions) -> Value {
    let statements = permissions.statements.iter().map(|statement| {
        Value::object([
            ("resource", Value::from(statement.resource.as_str())),
            ("actions", Value::strings(&statement.actions)),
            ("on", Value::strings(&statement.on)),
        ])
    });
    let keys = permissions.keys.iter().map(|key| {
        Value::object([
            ("resource", Value::from(key.resource.as_str())),
            ("actions", Value::strings(key.actions.iter().copied())),
            ("service", Value::from(key.service.as_str())),
        ])
    });
    Value::object([
        ("resources", Value::strings(&permissions.resources)),
        ("statements", Value::List(statements.collect())),
        ("keys", Value::List(keys.collect())),
    ])
}

/// The resources that the code names.
pub(super) fn resources(manifest: &CheckedManifest) -> Value {
    Value::object(manifest.resources.iter().map(|resource| {
        let variable = ("variable", Value::from(resource.variable.as_str()));
        (&resource.name, Value::object([variable, ("value", Value::from(resource.value.as_str()))]))
    }))
}

fn route(route: &CheckedRoute) -> Value {
    let spec = &route.spec;
    let [authorization_type, authorizer, scopes] = authorization(route);
    Value::Object(vec![
        ("method".to_owned(), Value::from(spec.method.as_str())),
        ("path".to_owned(), Value::from(spec.path.as_str())),
        ("function".to_owned(), Value::from(route.function.as_str())),
        authorization_type,
        authorizer,
        ("throttling_rate_limit".to_owned(), limit(spec.throttle.map(|throttle| throttle.rate))),
        ("throttling_burst_limit".to_owned(), limit(spec.throttle.map(|throttle| throttle.burst))),
        scopes,
    ])
}

/// Who may call a route: three entries of its object.
pub(super) fn authorization(route: &CheckedRoute) -> [(String, Value); 3] {
    let kind = route.authorizer.as_ref().map_or("NONE", AuthorizerKind::authorization_type);
    let authorizer = match &route.spec.auth {
        Auth::Authorizer(name) => Value::from(name.as_str()),
        _ => Value::Null,
    };
    [
        ("authorization_type".to_owned(), Value::from(kind)),
        ("authorizer".to_owned(), authorizer),
        ("scopes".to_owned(), Value::strings(route.spec.scopes.iter().map(routegen_spec::Scope::as_str))),
    ]
}

fn limit(limit: Option<u32>) -> Value {
    limit.map_or(Value::Null, Value::Number)
}

fn authorizer(authorizer: &Authorizer) -> Value {
    authorizer_with(authorizer, ("function", |key| Value::from(key)))
}

/// An authorizer, with the entry that names its function if it has one.
pub(super) fn authorizer_with(
    authorizer: &Authorizer,
    (name, function_of): (&str, impl Fn(&str) -> Value),
) -> Value {
    let kind = ("kind", Value::from(authorizer.kind.as_str()));
    match &authorizer.kind {
        AuthorizerKind::Jwt { identity_source } => {
            Value::object([kind, ("identity_sources", Value::strings([identity_source.to_string()]))])
        }
        AuthorizerKind::Lambda { function, identity_sources, ttl } => Value::object([
            kind,
            (name, function_of(function.as_str())),
            ("identity_sources", Value::strings(identity_sources.iter().map(ToString::to_string))),
            ("ttl", Value::Number(*ttl)),
        ]),
        _ => Value::object([kind]),
    }
}

/// A doc comment can be longer than Lambda's limit for descriptions; its beginning is kept.
fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_description_is_cut_to_lambdas_limit() {
        assert_eq!(shorten(&"é".repeat(256), 256), "é".repeat(256));
        let cut = shorten(&"é".repeat(257), 256);
        assert_eq!(cut.chars().count(), 256);
        assert!(cut.ends_with("é…"));
    }
}

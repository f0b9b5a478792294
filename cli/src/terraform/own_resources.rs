//! Locals for users with their own resources, in the shape of a `for_each` over `local.lambda_routes`.
//!
//! Pure: the checked manifest in, text out. A route's entry names the function as a resource that the user
//! writes, `aws_lambda_function.get_items_lambda`; everything else that the code declares is in maps beside
//! it, for optional use.

use super::{
    event_sources,
    hcl::{self, Value},
    locals,
};
use crate::check::{CheckedManifest, CheckedRoute};

const HEADER: &str = "# What the code declares, for resources of your own: write one aws_lambda_function for each function,\n# under its key in lambda_functions.\n\n";

pub(super) fn render(manifest: &CheckedManifest) -> String {
    let routes = manifest.routes.iter().map(|route| (key(route.spec.name.as_str()), self::route(route)));
    let authorization = manifest.routes.iter().map(|route| {
        let entries = locals::authorization(route);
        (key(route.spec.name.as_str()), Value::Object(entries.into()))
    });
    let authorizers = manifest.authorizers.iter().map(|authorizer| {
        let function = ("lambda", |function: &str| Value::Resource("aws_lambda_function", key(function)));
        (&authorizer.name, locals::authorizer_with(authorizer, function))
    });
    let functions =
        manifest.functions.iter().map(|function| (key(&function.key), locals::function(function)));
    let mut entries = vec![
        (
            "The routes: for_each of integrations, routes and permissions",
            "lambda_routes",
            Value::object(routes),
        ),
        ("Who may call each route", "lambda_route_authorization", Value::object(authorization)),
        ("The authorizers that the routes name", "authorizers", Value::object(authorizers)),
        ("The functions, each with the file name of its zip", "lambda_functions", Value::object(functions)),
        (
            "What the code of each function may do with resources",
            "lambda_grants",
            match locals::grants(manifest) {
                Value::Object(grants) => {
                    Value::object(grants.into_iter().map(|(name, grants)| (key(&name), grants)))
                }
                other => other,
            },
        ),
        (
            "The resources that the code names, each with its variable and the kind of its value",
            "lambda_resources",
            locals::resources(manifest),
        ),
    ];
    entries.extend(event_sources::entries(manifest, |function| key(&function.key)));
    HEADER.to_owned() + &hcl::locals(&entries)
}

fn route(route: &CheckedRoute) -> Value {
    let spec = &route.spec;
    Value::object([
        ("method", Value::from(spec.method.as_str())),
        ("path", Value::from(spec.path.as_str())),
        ("lambda", Value::Resource("aws_lambda_function", key(&route.function))),
        ("name_suffix", Value::from(spec.name.as_str())),
    ])
}

/// The key of a route, and of a function's resource.
fn key(name: &str) -> String {
    format!("{name}_lambda")
}

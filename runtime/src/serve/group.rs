//! Serves several routes.
//!
//! In: the routes of a function. Out: a response to each invocation, from the route whose key API Gateway
//! chose. It compares route keys, not paths.

use std::process::ExitCode;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use lambda_runtime::{Context, LambdaEvent};
use serde_json::value::RawValue;

use super::{
    environment::{Failure, Output, Resources, start},
    route::{answer, output},
};
use crate::{
    Problem,
    event::{self, Form, details},
    log::{self, Served, TARGET},
    request::Request,
    resource::Init,
    route::Route,
};

pub(super) fn serve(routes: &[Route]) -> ExitCode {
    let resources: Vec<Resources> = routes.iter().map(|route| route.resources).collect();
    start(Served::Group, &resources, &|init, event| Box::pin(invoke(routes, init, event)))
}

pub(crate) async fn invoke(
    routes: &[Route],
    init: Init,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Output, Failure> {
    let request = event::request(event)?;
    let route = select(routes, &request);
    if let Some(context) = request.extensions().get::<Context>() {
        log::begin(context, route.map(|route| route.key.into()));
    }
    let form = Form::of(&request);
    let response = match route {
        Some(route) => answer(*route, init, request).await,
        None => no_route(&request),
    };
    let output = output(form, response).await;
    #[cfg(feature = "metrics")]
    crate::metrics::flush(route.map(|route| ("route", route.key)));
    Ok(output)
}

/// The route that the event is for.
fn select<'a>(routes: &'a [Route], request: &Request) -> Option<&'a Route> {
    #[cfg(feature = "rest")]
    if let Some(context) = details::rest_context(request.extensions()) {
        let resource = context.resource_path.as_deref()?;
        // The event has the request's method, even if the resource has `ANY`.
        let methods = [context.http_method.as_str(), "ANY"];
        let named = |method| routes.iter().find(|route| is(route, method, resource));
        return methods.into_iter().find_map(named);
    }
    let key = details::http_context(request.extensions())?.route_key.as_deref()?;
    routes.iter().find(|route| route.key == key)
}

/// API Gateway and the artifact disagree about the function's routes: one of them is outdated.
fn no_route(request: &Request) -> Response {
    tracing::error!(
        target: TARGET,
        "the event is for `{}`, a route that this function does not have",
        asked(request)
    );
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

/// The route key of an event, for the log.
fn asked(request: &Request) -> String {
    #[cfg(feature = "rest")]
    if let Some(context) = details::rest_context(request.extensions()) {
        return format!("{} {}", context.http_method, context.resource_path.as_deref().unwrap_or_default());
    }
    let context = details::http_context(request.extensions());
    context.and_then(|context| context.route_key.clone()).unwrap_or_default()
}

/// Whether it is the route of a resource and a method. `$default` matches on its own, for an HTTP API that
/// sends events of 1.0.
#[cfg(feature = "rest")]
fn is(route: &Route, method: &str, resource: &str) -> bool {
    route.key.split_once(' ') == Some((method, resource)) || route.key == resource
}

#[cfg(test)]
mod tests {
    use lambda_runtime::Context;
    use serde_json::{Value, json, value::to_raw_value};

    use super::*;

    fn routes<const N: usize>(keys: [&'static str; N]) -> [Route; N] {
        keys.map(|key| Route {
            name: "route",
            key,
            parameters: &[],
            resources: &[],
            call: |_| Box::pin(async { Ok(().into_response()) }),
        })
    }

    fn selected(keys: &[Route], event: &Value) -> Option<&'static str> {
        let event = LambdaEvent::new(to_raw_value(event).unwrap(), Context::default());
        select(keys, &event::request(event).unwrap()).map(|route| route.key)
    }

    fn http(key: &str) -> Value {
        json!({
            "version": "2.0", "routeKey": key, "rawPath": "/a/b", "rawQueryString": "", "headers": {},
            "requestContext": { "http": { "method": "GET", "path": "/a/b" }, "routeKey": key, "stage": "$default" },
            "isBase64Encoded": false,
        })
    }

    #[test]
    fn the_route_is_the_one_that_the_event_names() {
        let routes = routes(["GET /a/{b}", "ANY /a/{b}", "$default"]);
        for key in ["ANY /a/{b}", "GET /a/{b}", "$default"] {
            assert_eq!(selected(&routes, &http(key)), Some(key));
        }
        assert_eq!(selected(&routes, &http("POST /a/{b}")), None);
        assert_eq!(selected(&routes, &http("GET /a/{c}")), None);
    }

    #[cfg(feature = "rest")]
    #[test]
    fn a_rest_api_names_the_method_and_the_resource() {
        let routes = routes(["ANY /a/{b}", "GET /a/{b}", "ANY /a", "$default"]);
        let event = |method: &str, resource: &str| {
            json!({
                "resource": resource, "path": "/a/b", "httpMethod": method, "headers": {},
                "requestContext": { "httpMethod": method, "resourcePath": resource, "stage": "live" },
                "isBase64Encoded": false,
            })
        };
        assert_eq!(selected(&routes, &event("GET", "/a/{b}")), Some("GET /a/{b}"));
        assert_eq!(selected(&routes, &event("PUT", "/a/{b}")), Some("ANY /a/{b}"));
        assert_eq!(selected(&routes, &event("PUT", "/a")), Some("ANY /a"));
        assert_eq!(selected(&routes, &event("PUT", "$default")), Some("$default"));
        assert_eq!(selected(&routes, &event("PUT", "/b")), None);
    }
}

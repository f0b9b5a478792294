//! What an event has besides an HTTP request, in the request's extensions.
//!
//! With the feature `lambda_http`, they are those of `lambda_http`, so that its `RequestExt` reads them.
//! Otherwise, they are one extension of this crate.

#[cfg(feature = "rest")]
use aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
use aws_lambda_events::{apigw::ApiGatewayV2httpRequestContext, query_map::QueryMap};
use axum::http::Extensions;
#[cfg(feature = "lambda_http")]
use lambda_http::RequestExt as _;
#[cfg(feature = "lambda_http")]
pub(super) use lambda_http::request::RequestContext;

use crate::request::Request;

/// What an event has besides an HTTP request.
#[derive(Clone)]
pub(crate) struct Details {
    pub(super) raw_path: String,
    pub(super) query: QueryMap,
    pub(super) path_parameters: QueryMap,
    pub(super) stage_variables: QueryMap,
    pub(super) context: RequestContext,
}

/// The request context of an event.
#[cfg(not(feature = "lambda_http"))]
#[derive(Clone)]
pub(super) enum RequestContext {
    /// Of payload format 2.0.
    ApiGatewayV2(ApiGatewayV2httpRequestContext),
    /// Of payload format 1.0.
    #[cfg(feature = "rest")]
    ApiGatewayV1(ApiGatewayProxyRequestContext),
}

#[cfg(not(feature = "lambda_http"))]
impl Details {
    /// Adds the details to the request.
    pub(super) fn attach(self, mut request: Request) -> Request {
        request.extensions_mut().insert(self);
        request
    }
}

#[cfg(feature = "lambda_http")]
impl Details {
    /// Adds the details to the request.
    pub(super) fn attach(self, request: Request) -> Request {
        request
            .with_raw_http_path(self.raw_path)
            .with_query_string_parameters(self.query)
            .with_path_parameters(self.path_parameters)
            .with_stage_variables(self.stage_variables)
            .with_request_context(self.context)
    }
}

/// The path as the event has it.
pub(super) fn raw_path(extensions: &Extensions) -> &str {
    #[cfg(feature = "lambda_http")]
    return extensions.raw_http_path();
    #[cfg(not(feature = "lambda_http"))]
    extensions.get::<Details>().map_or("", |details| &details.raw_path)
}

/// The parameters of the query.
pub(crate) fn query(extensions: &Extensions) -> Option<&QueryMap> {
    #[cfg(feature = "lambda_http")]
    return extensions.query_string_parameters_ref();
    #[cfg(not(feature = "lambda_http"))]
    extensions.get().map(|details: &Details| &details.query)
}

/// The decoded parameters of the path.
pub(crate) fn path_parameters(extensions: &Extensions) -> Option<&QueryMap> {
    #[cfg(feature = "lambda_http")]
    return extensions.path_parameters_ref();
    #[cfg(not(feature = "lambda_http"))]
    extensions.get().map(|details: &Details| &details.path_parameters)
}

/// The variables of the stage.
pub(super) fn stage_variables(extensions: &Extensions) -> Option<&QueryMap> {
    #[cfg(feature = "lambda_http")]
    return extensions.stage_variables_ref();
    #[cfg(not(feature = "lambda_http"))]
    extensions.get().map(|details: &Details| &details.stage_variables)
}

/// The context of payload format 2.0.
pub(crate) fn http_context(extensions: &Extensions) -> Option<&ApiGatewayV2httpRequestContext> {
    #[cfg(feature = "lambda_http")]
    return match extensions.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => Some(context),
        _ => None,
    };
    #[cfg(not(feature = "lambda_http"))]
    match &extensions.get::<Details>()?.context {
        RequestContext::ApiGatewayV2(context) => Some(context),
        #[cfg(feature = "rest")]
        RequestContext::ApiGatewayV1(_) => None,
    }
}

/// The context of payload format 1.0.
#[cfg(feature = "rest")]
pub(crate) fn rest_context(extensions: &Extensions) -> Option<&ApiGatewayProxyRequestContext> {
    #[cfg(feature = "lambda_http")]
    let context = extensions.request_context_ref()?;
    #[cfg(not(feature = "lambda_http"))]
    let context = &extensions.get::<Details>()?.context;
    match context {
        RequestContext::ApiGatewayV1(context) => Some(context),
        _ => None,
    }
}

//! The content of an event of payload format 2.0.
//!
//! In: JSON. Out: the parts of a request, in the types of `lambda_http`, and the claims of a token that are
//! lists or objects. According to AWS's documentation all claims are strings, and `lambda_http` refuses
//! others; but API Gateway sent numbers and lists for a while ([aws-lambda-go #294]), and emulators do.
//!
//! [aws-lambda-go #294]: https://github.com/aws/aws-lambda-go/issues/294

use std::{borrow::Cow, collections::HashMap, fmt};

use aws_lambda_events::{
    apigw::{
        ApiGatewayRequestAuthorizer, ApiGatewayRequestAuthorizerIamDescription,
        ApiGatewayRequestAuthorizerJwtDescription, ApiGatewayV2httpRequestContext,
        ApiGatewayV2httpRequestContextAuthentication, ApiGatewayV2httpRequestContextHttpDescription,
    },
    query_map::{QueryMap, serde::aws_api_gateway_v2::deserialize_empty},
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Unexpected, Visitor},
};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sent {
    #[serde(alias = "path")]
    pub(super) raw_path: Option<String>,
    pub(super) raw_query_string: Option<String>,
    pub(super) cookies: Option<Vec<String>>,
    #[serde(default, deserialize_with = "headers")]
    pub(super) headers: HeaderMap,
    #[serde(default, deserialize_with = "deserialize_empty")]
    pub(super) query_string_parameters: QueryMap,
    pub(super) path_parameters: Option<HashMap<String, String>>,
    pub(super) stage_variables: Option<HashMap<String, String>>,
    pub(super) request_context: RequestContext,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestContext {
    account_id: Option<String>,
    api_id: Option<String>,
    authentication: Option<ApiGatewayV2httpRequestContextAuthentication>,
    authorizer: Option<Authorizer>,
    domain_name: Option<String>,
    domain_prefix: Option<String>,
    http: ApiGatewayV2httpRequestContextHttpDescription,
    request_id: Option<String>,
    route_key: Option<String>,
    stage: Option<String>,
    time: Option<String>,
    #[serde(default)]
    time_epoch: i64,
}

#[derive(Deserialize)]
struct Authorizer {
    jwt: Option<Jwt>,
    lambda: Option<HashMap<String, Value>>,
    iam: Option<ApiGatewayRequestAuthorizerIamDescription>,
}

#[derive(Deserialize)]
struct Jwt {
    claims: Option<HashMap<String, Value>>,
    scopes: Option<Vec<String>>,
}

/// The claims of a token that are not strings, and cannot be read as one.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypedClaims(pub(crate) HashMap<String, Value>);

impl RequestContext {
    /// The context as `lambda_http` defines it, whose claims are strings only.
    pub(super) fn split(self) -> (ApiGatewayV2httpRequestContext, TypedClaims) {
        let mut typed = TypedClaims::default();
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.account_id = self.account_id;
        context.apiid = self.api_id;
        context.authentication = self.authentication;
        context.domain_name = self.domain_name;
        context.domain_prefix = self.domain_prefix;
        context.http = self.http;
        context.request_id = self.request_id;
        context.route_key = self.route_key;
        context.stage = self.stage;
        context.time = self.time;
        context.time_epoch = self.time_epoch;
        context.authorizer = self.authorizer.map(|sent| {
            let mut authorizer = ApiGatewayRequestAuthorizer::default();
            authorizer.jwt = sent.jwt.map(|jwt| jwt.split(&mut typed));
            authorizer.fields = sent.lambda.unwrap_or_default();
            authorizer.iam = sent.iam;
            authorizer
        });
        (context, typed)
    }
}

impl Jwt {
    fn split(self, typed: &mut TypedClaims) -> ApiGatewayRequestAuthorizerJwtDescription {
        let mut description = ApiGatewayRequestAuthorizerJwtDescription::default();
        description.scopes = self.scopes;
        let texts = self.claims.into_iter().flatten().filter_map(|(name, value)| {
            let text = match value {
                Value::String(text) => text,
                Value::Bool(value) => (if value { "true" } else { "false" }).to_owned(),
                Value::Number(number) => number.to_string(),
                Value::Null => return None,
                value => {
                    typed.0.insert(name, value);
                    return None;
                }
            };
            Some((name, text))
        });
        description.claims = texts.collect();
        description
    }
}

/// Headers, each of which is one string or several.
fn headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderMap, D::Error> {
    deserializer.deserialize_any(Headers)
}

struct Headers;

impl<'de> Visitor<'de> for Headers {
    type Value = HeaderMap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("headers")
    }

    fn visit_unit<E: de::Error>(self) -> Result<HeaderMap, E> {
        Ok(HeaderMap::new())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut sent: M) -> Result<HeaderMap, M::Error> {
        let mut headers = HeaderMap::new();
        while let Some((name, values)) = sent.next_entry::<Cow<'_, str>, Value>()? {
            let refused = |what: &str| de::Error::invalid_value(Unexpected::Str(what), &"a header");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused(&name))?;
            let values = if let Value::Array(values) = values { values } else { vec![values] };
            for value in &values {
                let value = value.as_str().ok_or_else(|| refused("no text"))?;
                headers.append(&name, HeaderValue::from_str(value).map_err(|_| refused(value))?);
            }
        }
        Ok(headers)
    }
}

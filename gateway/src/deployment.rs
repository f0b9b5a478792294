//! A checked API with everything that answers its requests.
//!
//! In: an [`Api`]. Out: its routes, ready for selection, each with its authorizer and its function; or the
//! first inconsistency. Nothing is started here: programs start with their first event.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hyper::{Uri, header::HeaderValue};
use routegen_apigw::{
    ACCOUNT_ID, ApiStage,
    cors::{CorsError, CorsHeaders},
    routing::{Conflict, Trie},
};
use routegen_spec::{Auth, IdentitySource, Method, PathPattern, Scope, Segment, limits::STAGE_NAME_CHARS};

use crate::{
    Api, Authorizer, JwtAuthorizer, Route,
    authorize::{Decider, IamVerifier, JwtVerifier, KeySource, LambdaDecider, RemoteKeys},
    events::DeployedConsumer,
    functions::{self, LambdaFunction, PoolHandle, RunBy, Services},
    host,
    issuer::Issuer,
    model::{Backend, JwtIssuer},
    reserved,
    throttle::Bucket,
};

/// An inconsistency in an [`Api`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages explain them and contain the fields")]
pub enum ApiError {
    #[error("API Gateway cannot distinguish the routes `{first}` and `{second}`")]
    Conflict { first: String, second: String },
    #[error("the path of the route `{route}` is the gateway's own")]
    Reserved { route: String },
    #[error("`{by}` refers to the function `{function}`, which does not exist")]
    UnknownFunction { by: String, function: String },
    #[error("the function `{function}` refers to the process `{process}`, which does not exist")]
    UnknownProcess { function: String, process: String },
    #[error("the function's name `{function}` is not valid in a header")]
    FunctionName { function: String },
    #[error("the route `{route}` refers to the authorizer `{authorizer}`, which does not exist")]
    UnknownAuthorizer { route: String, authorizer: String },
    #[error("the route `{route}` requires scopes, which only a JWT authorizer supports")]
    Scopes { route: String },
    #[error("the authorizer `{authorizer}` accepts tokens of a local issuer, but the gateway has none")]
    NoLocalIssuer { authorizer: String },
    #[error(
        "the issuer `{url}` of the authorizer `{authorizer}` is neither an `https` URL nor an `http` URL on loopback"
    )]
    IssuerUrl { authorizer: String, url: String },
    #[error("the authorizer `{authorizer}` has no audience")]
    NoAudience { authorizer: String },
    #[error("the identity source `{source_text}` of the authorizer `{authorizer}` is not imitated")]
    IdentitySource { authorizer: String, source_text: String },
    #[error("the stage name `{name}` is not one of 1 to 128 letters, digits, `-` and `_`")]
    StageName { name: String },
    #[error(transparent)]
    Cors(#[from] CorsError),
}

/// A checked API.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) trie: Trie,
    pub(crate) routes: Vec<DeployedRoute>,
    pub(crate) functions: BTreeMap<String, Arc<LambdaFunction>>,
    pub(crate) consumers: Vec<Arc<DeployedConsumer>>,
    pub(crate) cors: Option<CorsHeaders>,
    pub(crate) stage: ApiStage,
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "only the page shows it"))]
    pub(crate) iam: IamVerifier,
    /// All scopes that its routes require.
    pub(crate) scopes: BTreeSet<Scope>,
    /// The identity sources of its authorizers, besides the header `authorization`.
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "only the page shows it"))]
    pub(crate) credentials: Vec<IdentitySource>,
    #[cfg(feature = "page")]
    pub(crate) reference: Option<crate::Reference>,
}

/// A route with its authorizer and its function.
#[derive(Debug)]
pub(crate) struct DeployedRoute {
    pub(crate) key: String,
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "only the page shows it"))]
    pub(crate) method: Method,
    pub(crate) path: PathPattern,
    /// The route's `auth`; `decider` is derived from it.
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "only the page shows it"))]
    pub(crate) auth: Auth,
    pub(crate) decider: Decider,
    pub(crate) function: Arc<LambdaFunction>,
    pub(crate) bucket: Option<Bucket>,
}

impl Deployment {
    pub(crate) fn new(
        api: &Api,
        services: &Services,
        issuer: Option<&Arc<Issuer>>,
    ) -> Result<Self, ApiError> {
        let stage = api.stage.clone().filter(|stage| stage != ApiStage::DEFAULT);
        check_stage(stage.as_deref())?;
        let region: Arc<str> = api.region.as_deref().unwrap_or(Api::REGION).into();
        let services = Services { region: region.clone(), ..services.clone() };
        let functions = functions(api, &services)?;
        let deciders = Deciders::new(api, &functions, issuer, &region)?;
        let (mut trie, mut routes) = (Trie::default(), Vec::new());
        for route in &api.routes {
            let key = route.key().to_string();
            if is_reserved(&route.path) {
                return Err(ApiError::Reserved { route: key });
            }
            let insert = trie.insert(route.method, &route.path, routes.len());
            insert.map_err(|Conflict { first }| ApiError::Conflict {
                first: api.routes[first].key().to_string(),
                second: key.clone(),
            })?;
            routes.push(DeployedRoute {
                decider: deciders.of(route)?,
                function: find(&functions, &key, &route.function)?,
                method: route.method,
                path: route.path.clone(),
                auth: route.auth.clone(),
                bucket: route.throttle.or(api.throttle).map(Bucket::new),
                key,
            });
        }
        let consumers = api.consumers.iter().map(|consumer| {
            let function = find(&functions, &consumer.source.described(), &consumer.function)?;
            let (source, schema) = (consumer.source.clone(), consumer.schema.clone());
            Ok(Arc::new(DeployedConsumer::new(function, source, schema)))
        });
        Ok(Self {
            trie,
            routes,
            consumers: consumers.collect::<Result<_, ApiError>>()?,
            functions,
            cors: api.cors.as_ref().map(CorsHeaders::new).transpose()?,
            stage: ApiStage {
                region: region.to_string().into(),
                name: stage,
                variables: api.stage_variables.clone(),
                ..ApiStage::default()
            },
            iam: deciders.iam,
            scopes: api.routes.iter().flat_map(|route| route.scopes.iter().cloned()).collect(),
            credentials: api.authorizers.values().flat_map(identity_sources).cloned().collect(),
            #[cfg(feature = "page")]
            reference: api.reference.clone(),
        })
    }
}

fn check_stage(stage: Option<&str>) -> Result<(), ApiError> {
    let Some(name) = stage else { return Ok(()) };
    let valid = STAGE_NAME_CHARS.contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if valid { Ok(()) } else { Err(ApiError::StageName { name: name.to_owned() }) }
}

fn is_reserved(path: &PathPattern) -> bool {
    matches!(path.segments().first(), Some(Segment::Literal(first)) if first == reserved::SEGMENT)
}

fn functions(api: &Api, services: &Services) -> Result<BTreeMap<String, Arc<LambdaFunction>>, ApiError> {
    let pool = |name: &str, program: &crate::Program| {
        Arc::new(functions::new_pool(name.into(), program.clone(), services.clone()))
    };
    let processes: BTreeMap<&str, Arc<PoolHandle>> =
        api.processes.iter().map(|(name, program)| (name.as_str(), pool(name, program))).collect();
    api.functions
        .iter()
        .map(|(name, function)| {
            let backend = match &function.backend {
                Backend::Program(program) => RunBy::Pool(pool(name, program)),
                Backend::InProcess(handler) => RunBy::InProcess(handler.clone()),
                Backend::Process(process) => {
                    let pool = processes.get(process.as_str());
                    let unknown =
                        || ApiError::UnknownProcess { function: name.clone(), process: process.clone() };
                    RunBy::Pool(pool.ok_or_else(unknown)?.clone())
                }
            };
            let arn = format!("arn:aws:lambda:{}:{ACCOUNT_ID}:function:{name}", services.region);
            let arn =
                HeaderValue::from_str(&arn).map_err(|_| ApiError::FunctionName { function: name.clone() })?;
            let deployed =
                LambdaFunction { name: name.as_str().into(), arn, timeout: function.timeout, backend };
            Ok((name.clone(), Arc::new(deployed)))
        })
        .collect()
}

fn find(
    functions: &BTreeMap<String, Arc<LambdaFunction>>,
    by: &str,
    function: &str,
) -> Result<Arc<LambdaFunction>, ApiError> {
    let unknown = || ApiError::UnknownFunction { by: by.to_owned(), function: function.to_owned() };
    functions.get(function).cloned().ok_or_else(unknown)
}

/// The authorizers of an API. Routes that name the same one share it.
struct Deciders {
    iam: IamVerifier,
    named: BTreeMap<String, Named>,
}

enum Named {
    Jwt(Arc<JwtVerifier>),
    Lambda(Arc<LambdaDecider>),
}

impl Deciders {
    fn new(
        api: &Api,
        functions: &BTreeMap<String, Arc<LambdaFunction>>,
        issuer: Option<&Arc<Issuer>>,
        region: &Arc<str>,
    ) -> Result<Self, ApiError> {
        let iam = IamVerifier::new(api.iam_keys.as_slice().into(), region.clone());
        let named = api.authorizers.iter().map(|(name, authorizer)| {
            let named = match authorizer {
                Authorizer::Jwt(jwt) => Named::Jwt(Arc::new(jwt_verifier(name, jwt, issuer)?)),
                Authorizer::Lambda(lambda) => {
                    let sources = lambda.identity_sources.iter().map(|text| source(name, text));
                    let sources = sources.collect::<Result<_, _>>()?;
                    let function = find(functions, name, &lambda.function)?;
                    Named::Lambda(Arc::new(LambdaDecider::new(function, sources, lambda.ttl)))
                }
            };
            Ok((name.clone(), named))
        });
        Ok(Self { iam, named: named.collect::<Result<_, ApiError>>()? })
    }

    fn of(&self, route: &Route) -> Result<Decider, ApiError> {
        let key = || route.key().to_string();
        let decider = match &route.auth {
            Auth::None => Decider::Open,
            Auth::Iam => Decider::Iam(self.iam.clone()),
            Auth::Authorizer(name) => match self.named.get(name) {
                Some(Named::Jwt(verifier)) => {
                    return Ok(Decider::Jwt(verifier.clone(), route.scopes.clone()));
                }
                Some(Named::Lambda(decider)) => Decider::Lambda(decider.clone()),
                None => return Err(ApiError::UnknownAuthorizer { route: key(), authorizer: name.clone() }),
            },
            // An unknown authorizer must never leave a route open.
            other => {
                return Err(ApiError::UnknownAuthorizer { route: key(), authorizer: other.to_string() });
            }
        };
        if route.scopes.is_empty() { Ok(decider) } else { Err(ApiError::Scopes { route: key() }) }
    }
}

fn identity_sources(authorizer: &Authorizer) -> &[IdentitySource] {
    match authorizer {
        Authorizer::Jwt(jwt) => jwt.identity_source.as_slice(),
        Authorizer::Lambda(lambda) => &lambda.identity_sources,
    }
}

/// Refuses a source that the request alone does not determine.
fn source(authorizer: &str, source: &IdentitySource) -> Result<IdentitySource, ApiError> {
    if source.is_of_a_request() {
        return Ok(source.clone());
    }
    Err(ApiError::IdentitySource { authorizer: authorizer.to_owned(), source_text: source.to_string() })
}

fn jwt_verifier(
    name: &str,
    jwt: &JwtAuthorizer,
    issuer: Option<&Arc<Issuer>>,
) -> Result<JwtVerifier, ApiError> {
    let source = match &jwt.identity_source {
        Some(text) => source(name, text)?,
        None => IdentitySource::authorization(),
    };
    match &jwt.issuer {
        JwtIssuer::Local => {
            let issuer = issuer.ok_or_else(|| ApiError::NoLocalIssuer { authorizer: name.to_owned() })?;
            let audience = issuer.client_ids();
            Ok(JwtVerifier::new(issuer.url.clone(), audience, source, KeySource::local(issuer.clone())))
        }
        JwtIssuer::Remote { url, audience } => {
            if !is_trustworthy(url) {
                return Err(ApiError::IssuerUrl { authorizer: name.to_owned(), url: url.clone() });
            }
            if audience.is_empty() {
                return Err(ApiError::NoAudience { authorizer: name.to_owned() });
            }
            let keys = KeySource::Remote(Box::new(RemoteKeys::new(url.clone())));
            Ok(JwtVerifier::new(url.clone(), audience.clone(), source, keys))
        }
    }
}

/// The keys of an issuer decide who may call, so they must come from the issuer itself or from this
/// machine.
fn is_trustworthy(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => host::is_loopback(host),
        _ => false,
    }
}

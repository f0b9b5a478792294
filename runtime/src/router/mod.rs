//! All routes as an axum router: one server instead of many functions.
//!
//! In: the routes that the program links, and the authorizers that it provides. Out: an [`axum::Router`] that
//! selects routes as API Gateway does. It is not built while a route's authorizer is missing: no route is
//! open unless its author opened it.

mod authorize;
mod client;
mod error;
mod failed;
mod request;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use axum::{
    extract::Request,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use routegen_apigw::{
    ApiStage,
    event::{Identity, RoutedRequest, proxy_event},
    routing::NotAPath,
};
use routegen_spec::{Auth, ContextVariable, IdentitySource, limits::PAYLOAD_BYTES};
use serde::Serialize;
use serde_json::value::to_raw_value;

use crate::{
    Init, Problem, Resource,
    extract::SaidByProgram,
    log::TARGET,
    registry::{self, RegisteredRoute},
    serve::{Resources, answer, prepare},
    simulate::{
        event::{identity_sources, request_id},
        table::{Conflict, Row, Table},
    },
};
use authorize::Authorize;
pub use client::ClientAddress;
pub use error::RouterError;
use failed::failed;

/// Creates a builder for a router of every route that the program links.
///
/// It is for teams that outgrow Lambda, or want one server for all routes, in a container or on a developer's
/// machine:
///
/// ```
/// use routegen::{
///     Claims, Path,
///     axum::http::{StatusCode, header::AUTHORIZATION, request::Parts},
///     route,
/// };
/// use serde_json::{Value, json};
///
/// #[route(GET, "/items/{id}", auth = "cognito", scopes = ["items/read"])]
/// async fn get_item(Path(id): Path<u64>, claims: Claims) -> String {
///     format!("{id} for {}", claims.sub)
/// }
///
/// /// Does what a JWT authorizer does. It must check the token's signature, issuer, audience and times.
/// async fn authenticate(request: Parts) -> Result<Value, StatusCode> {
///     let token = request.headers.get(AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
///     // …
/// #   if token != "Bearer abc" { return Err(StatusCode::UNAUTHORIZED) }
///     Ok(json!({ "sub": "ann", "scope": "items/read" }))
/// }
///
/// # fn main() {
/// # futures_util::future::FutureExt::now_or_never(async {
/// let app = routegen::router().authorizer("cognito", authenticate).build().await?;
/// # Ok::<_, routegen::RouterError>(app)
/// # }).unwrap().unwrap();
/// # }
/// ```
///
/// `app` is an ordinary [`axum::Router`]: serve it with `axum::serve`, add routes and layers, or call it in
/// tests. In a separate binary, `use items as _;` makes sure that the library with the routes is linked.
///
/// # Compared with API Gateway
///
/// - Routes are selected by API Gateway's rules: the most specific path first, then `{name+}` for the rest of
///   the path, then `$default`; a specific method before `ANY`. A request that matches no route gets 404,
///   even if only its method does not match: there is no 405. API Gateway accepts some sets of routes that
///   axum's own router refuses (`/{id}` beside `/{rest+}`). So all of them are the router's fallback, and a
///   router that you merge it with must not have its own.
/// - Every route whose `auth` is not `"none"` calls its authorizer, and `scopes` are checked in the claim
///   `scope` or `scp`. Functions with `#[authorizer]` are called automatically, for every request, as if
///   their `ttl` were 0.
/// - A request's body is read before the handler is called, up to [`body_limit`](RouterBuilder::body_limit);
///   a response is streamed.
/// - Handlers and authorizers get what a function would make of API Gateway's event for the request: the path
///   is decoded once, repeated headers are joined, cookies are one header, and hop-by-hop headers are
///   removed. Host, time and protocol are those of the request, and every request gets its own id. The
///   account is `123456789012`, the API is `local`, and other values that only AWS has are missing. A request
///   with several hosts, or with a path that is not UTF-8, gets 400.
/// - The address of a request is that of its connection, if the server provides it, or what
///   [`client_address`](RouterBuilder::client_address) declares. If it is unknown, it is missing, and so is
///   `x-forwarded-for`, because its origin would be unknown too.
/// - `throttle`, `memory` and `timeout` have no effect, and there is no CORS; tower has layers for these. The
///   program sets up its own log: install a subscriber of `tracing`.
pub fn router() -> RouterBuilder {
    RouterBuilder {
        init: Init::default(),
        body_limit: PAYLOAD_BYTES,
        authorizers: HashMap::new(),
        client_address: None,
    }
}

/// Builds a router of all routes: see [`router`].
#[derive(Debug)]
#[must_use = "nothing is served before `build`"]
pub struct RouterBuilder {
    init: Init,
    body_limit: usize,
    authorizers: HashMap<String, Authorize>,
    client_address: Option<ClientAddress>,
}

impl RouterBuilder {
    /// Sets the authorizer with this name: `"cognito"`, `"iam"`, or one of your own, which replaces its
    /// function.
    ///
    /// The closure receives the request's head and returns the claims as a JSON object, which handlers read
    /// as [`Claims<T>`](crate::Claims). Or it returns the response that replaces the handler's, such as
    /// `StatusCode::UNAUTHORIZED` or a [`Problem`](struct@Problem).
    ///
    /// The head is as the client sent it, unlike what functions and handlers get: its path is encoded, and
    /// headers may be repeated. A decision based on the path belongs in a function with `#[authorizer]`, or
    /// in the handler.
    pub fn authorizer<F, C, E>(
        mut self,
        name: impl Into<String>,
        authorize: impl Fn(Parts) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<C, E>> + Send + 'static,
        C: Serialize,
        E: IntoResponse,
    {
        self.authorizers.insert(name.into(), Authorize::with(authorize));
        self
    }

    /// Sets how the address of a request is determined: from the connection or, behind a proxy, from the
    /// request's head.
    ///
    /// It is required if an authorizer has the identity source `$context.identity.sourceIp`. A request whose
    /// address is then unknown is answered with 500, and logged, before any function with `#[authorizer]` is
    /// called.
    ///
    /// ```
    /// use routegen::{ClientAddress, router};
    ///
    /// let builder = router().client_address(ClientAddress::from_connection());
    /// ```
    ///
    /// By default, it is the connection's address if the server provides it, and otherwise missing:
    /// [`AuthorizerRequest::source_ip`](crate::AuthorizerRequest::source_ip) is then empty. Behind a proxy,
    /// the connection is the proxy's.
    pub fn client_address(mut self, address: ClientAddress) -> Self {
        self.client_address = Some(address);
        self
    }

    /// Uses this value as the resource of its type, instead of creating one.
    pub fn with<T: Resource>(mut self, resource: T) -> Self {
        self.init = self.init.with(resource);
        self
    }

    /// Sets the largest body of a request, in bytes; a larger one gets 413. The default is Lambda's 6 MB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Creates the resources of all routes, each once, and the router.
    ///
    /// # Errors
    ///
    /// If the program links no routes, or two that cannot be distinguished; if a route's authorizer is
    /// missing, or requires what the router does not know; or if a resource cannot be created.
    pub async fn build(self) -> Result<axum::Router, RouterError> {
        let Self { init, body_limit, mut authorizers, client_address } = self;
        let table = Table::new(registry::routes().iter().filter(|route| route.entry.is_some()))
            .map_err(|Conflict { first, second }| RouterError::Conflict { first, second })?;
        if table.rows().is_empty() {
            return Err(RouterError::NoRoutes);
        }
        let mut resources: Vec<Resources> = Vec::new();
        for row in table.rows() {
            resources.extend(row.registered.route().map(|route| route.resources));
            let name = row.registered.spec.auth.as_str();
            if is_open(row.registered) || authorizers.contains_key(name) {
                continue;
            }
            let (authorize, own) = registered(row, client_address.is_some(), &init)?;
            resources.push(own);
            authorizers.insert(name.to_owned(), authorize);
        }
        prepare(&resources, &init).await.map_err(RouterError::Resource)?;
        let served = Arc::new(Served {
            table,
            init,
            body_limit,
            authorizers,
            address_is_said: client_address.is_some(),
            client_address: client_address.unwrap_or_else(ClientAddress::from_connection),
            warned: AtomicBool::new(false),
        });
        Ok(axum::Router::new().fallback(move |request: Request| {
            let served = served.clone();
            async move { served.answer(request).await }
        }))
    }
}

/// The function with `#[authorizer]` that a route names, with its resources.
fn registered(row: &Row, address_is_said: bool, init: &Init) -> Result<(Authorize, Resources), RouterError> {
    let name = row.registered.spec.auth.as_str();
    let known = registry::authorizers().iter().find(|known| known.spec.name.as_str() == name);
    let Some((known, authorizer)) = known.and_then(|known| Some((&known.spec, known.entry?()))) else {
        let (route, place) = (row.key(), row.place());
        return Err(RouterError::NoAuthorizer { authorizer: name.to_owned(), route, place });
    };
    let place = || known.source.to_string();
    let identity_sources = identity_sources(known).map_err(|source| RouterError::IdentitySource {
        authorizer: name.to_owned(),
        place: place(),
        identity_source: source.to_string(),
    })?;
    if !address_is_said && identity_sources.contains(&IdentitySource::Context(ContextVariable::SourceIp)) {
        return Err(RouterError::NoClientAddress { authorizer: name.to_owned(), place: place() });
    }
    let resources = authorizer.resources;
    Ok((Authorize::Registered { authorizer, identity_sources, init: init.clone() }, resources))
}

/// What the router uses to answer requests.
struct Served {
    table: Table,
    init: Init,
    body_limit: usize,
    authorizers: HashMap<String, Authorize>,
    client_address: ClientAddress,
    /// Whether the program has declared how the address is determined.
    address_is_said: bool,
    /// Whether unknown addresses have been logged.
    warned: AtomicBool,
}

impl Served {
    async fn answer(&self, request: Request) -> Response {
        let outcome = self.outcome(request).await;
        #[cfg(feature = "metrics")]
        crate::metrics::flush(None);
        match outcome {
            Ok(response) | Err(response) => response,
        }
    }

    /// The handler's response, or the one that replaces it.
    async fn outcome(&self, request: Request) -> Result<Response, Response> {
        let (mut parts, body) = request.into_parts();
        let refused = |status| Problem::new(status).into_response();
        request::settle(&mut parts).map_err(refused)?;
        let found = self.table.find(parts.method.as_str(), parts.uri.path());
        let found = found.map_err(|NotAPath| refused(StatusCode::BAD_REQUEST))?;
        let not_found = || refused(StatusCode::NOT_FOUND);
        let found = found.ok_or_else(not_found)?;
        let registered = found.row.registered;
        let route = registered.route().ok_or_else(not_found)?;

        let (request_id, protocol) = (request_id(), format!("{:?}", parts.version));
        let routed = RoutedRequest {
            stage: &ApiStage::default(),
            route_key: route.key,
            path_parameters: &found.parameters,
            method: &parts.method,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            cookies: &[],
            added_headers: &[],
            protocol: &protocol,
            source_ip: self.client_address.of(&parts),
            request_id: &request_id,
            time: SystemTime::now(),
        };
        let mut identity = Identity::Open;
        let mut is_said_by_program = false;
        if !is_open(registered) {
            // A router is not built without its authorizers; if one is missing, the route must not be open.
            let authorize = self.authorizers.get(registered.spec.auth.as_str()).ok_or_else(not_found)?;
            is_said_by_program = authorize.is_given();
            if !is_said_by_program {
                self.check(routed.source_ip).map_err(failed)?;
            }
            let claims = authorize.ask(&parts, &routed, &registered.spec.scopes).await?;
            // The place of a Lambda authorizer's context, which keeps the types of the claims.
            let claims = to_raw_value(&claims).map_err(|error| failed(error.to_string()))?;
            identity = Identity::Lambda(Some(Arc::from(claims)));
        }
        // The body is read after the decision, and is not part of the event.
        let event = proxy_event(&routed, &identity, b"");
        if is_said_by_program {
            parts.extensions.insert(SaidByProgram);
        }
        let rest = request::Rest { version: parts.version, extensions: parts.extensions, body };
        let request = request::of(&event, rest, self.body_limit, request_id).await?;
        Ok(answer(route, self.init.clone(), request).await)
    }

    /// Whether a function may be called for a request from this address, which may be unknown.
    fn check(&self, source_ip: Option<IpAddr>) -> Result<(), String> {
        if source_ip.is_some() {
            return Ok(());
        }
        if self.address_is_said {
            let address = &self.client_address;
            return Err(format!("`{address:?}` returned no address for the request"));
        }
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                target: TARGET,
                "the address of requests is unknown, and authorizers find no `source_ip`: set how it is determined with \
                 `.client_address(…)`"
            );
        }
        Ok(())
    }
}

/// Whether the route's author has opened it to everyone.
fn is_open(route: &RegisteredRoute) -> bool {
    route.spec.auth == Auth::None
}

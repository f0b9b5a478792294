//! All routes as an axum router: one server in place of many functions.
//!
//! In: the routes that the program links, and who answers for its authorizers. Out: an [`axum::Router`] that selects
//! routes as API Gateway does. It refuses to be built while a route's authorizer is missing: no route is open that its
//! author did not open.

mod authorize;
mod error;
mod request;

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::Request,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use routegen_spec::Auth;
use serde::Serialize;

use crate::{
    Init, Problem, Resource,
    extract::SaidByProgram,
    local::table::{Conflict, Table},
    registry::{AuthorizerRegistration, Registration},
    serve::{Resources, answer, prepare},
};
use authorize::{Authorize, Called};
pub use error::RouterError;

/// Begins a router of every route that the program links.
///
/// It is for those who outgrow Lambda, or want one server for all routes, in a container or on the developer's machine:
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
/// /// What a JWT authorizer does. It has to check signature, issuer, audience and times of the token.
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
/// `app` is an ordinary [`axum::Router`], for `axum::serve`, for more routes and layers, and for tests. In a binary beside
/// the library with the routes, `use items as _;` makes sure that they are linked.
///
/// # What is as behind API Gateway, and what is not
///
/// - Routes are selected by API Gateway's rules: the most special path first, `{name+}` for all that is left, `ANY` after
///   a method of its own, `$default` at last. What no route takes gets 404, also for its method: there is no 405. Some
///   sets of routes that API Gateway takes, axum's own would refuse (`/{id}` beside `/{rest+}`). So all of them are the
///   router's fallback, and a router of yours that it is merged with has none of its own.
/// - Every route whose `auth` is not `"none"` asks its authorizer, and `scopes` are asked for as well: of the claim `scope`
///   or `scp`. Functions with `#[authorizer]` are asked by themselves, each time, as if their `ttl` were 0.
/// - A request's body is read before the handler is called, up to [`body_limit`](RouterBuilder::body_limit); a response
///   is streamed.
/// - [`Claims`](crate::Claims), [`Path`](crate::Path), [`Res`](crate::Res) and `lambda_http::Request` are what they are in
///   a function; of the request's context, what only AWS knows is missing.
/// - `throttle`, `memory` and `timeout` do nothing, and CORS is not there; tower has layers for these. The log is the
///   program's: set a subscriber of `tracing`.
pub fn router() -> RouterBuilder {
    RouterBuilder { init: Init::default(), body_limit: LAMBDA_PAYLOAD_BYTES, authorizers: HashMap::new() }
}

/// What Lambda takes as a request, in bytes: 6 MB.
const LAMBDA_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// A router of all routes, before it is made: see [`router`].
#[derive(Debug)]
#[must_use = "nothing is served before `build`"]
pub struct RouterBuilder {
    init: Init,
    body_limit: usize,
    authorizers: HashMap<String, Authorize>,
}

impl RouterBuilder {
    /// Answers for the authorizer of this name: `"cognito"`, `"iam"`, or one of your own, in place of its function.
    ///
    /// The closure gets the request's head and returns the claims, as a JSON object: what handlers read as
    /// [`Claims<T>`](crate::Claims). Or it returns what is answered in place of the handler's response, such as
    /// `StatusCode::UNAUTHORIZED` or a [`Problem`].
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

    /// With this value in place of the resource of its type.
    pub fn with<T: Resource>(mut self, resource: T) -> Self {
        self.init = self.init.with(resource);
        self
    }

    /// The largest body of a request, in bytes; a larger one gets 413. Unless it is said, it is Lambda's 6 MB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Makes the resources of all routes, each once, and the router.
    ///
    /// # Errors
    ///
    /// Where the program links no route or two that cannot be told apart, a route's authorizer is missing, or a resource cannot
    /// be made.
    pub async fn build(self) -> Result<axum::Router, RouterError> {
        let Self { init, body_limit, mut authorizers } = self;
        let table = Table::new(inventory::iter::<Registration>().filter(|route| route.route.is_some()))
            .map_err(|Conflict { first, second }| RouterError::Conflict { first, second })?;
        if table.rows().is_empty() {
            return Err(RouterError::NoRoutes);
        }
        let mut resources: Vec<Resources> = Vec::new();
        for row in table.rows() {
            resources.extend(row.registration.route.map(|entry| entry().resources));
            let name = row.registration.auth;
            if is_open(row.registration) || authorizers.contains_key(name) {
                continue;
            }
            let registered = inventory::iter::<AuthorizerRegistration>().find(|known| known.name == name);
            let Some((registered, entry)) = registered.and_then(|known| Some((known, known.authorizer?())))
            else {
                return Err(RouterError::NoAuthorizer {
                    authorizer: name.to_owned(),
                    route: row.key(),
                    place: row.place(),
                });
            };
            resources.push(entry.resources);
            let authorize = Authorize::by(entry, registered.identity_sources, init.clone());
            authorizers.insert(name.to_owned(), authorize);
        }
        prepare(&resources, &init).await.map_err(RouterError::Resource)?;
        let served = Arc::new(Served { table, init, body_limit, authorizers });
        Ok(axum::Router::new().fallback(move |request: Request| {
            let served = Arc::clone(&served);
            async move { served.answer(request).await }
        }))
    }
}

/// What the router has to answer requests.
struct Served {
    table: Table,
    init: Init,
    body_limit: usize,
    authorizers: HashMap<String, Authorize>,
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

    /// The handler's response, or what stands in its place.
    async fn outcome(&self, request: Request) -> Result<Response, Response> {
        let (mut parts, body) = request.into_parts();
        let not_found = || Problem::new(StatusCode::NOT_FOUND).into_response();
        let found = self.table.find(parts.method.as_str(), parts.uri.path()).ok_or_else(not_found)?;
        let registration = found.row.registration;
        let route = registration.route.ok_or_else(not_found)?();
        let mut context = request::context(&parts, route.key);
        if !is_open(registration) {
            // Without an authorizer the router was not built; a route never passes for want of one.
            let authorize = self.authorizers.get(registration.auth).ok_or_else(not_found)?;
            let called =
                Called { route_key: route.key, parameters: &found.parameters, scopes: registration.scopes };
            context.authorizer = Some(authorize.ask(&parts, &called).await?);
            if authorize.is_given() {
                parts.extensions.insert(SaidByProgram);
            }
        }
        let request = request::of(parts, body, self.body_limit, found.parameters, context).await?;
        Ok(answer(route, self.init.clone(), request).await)
    }
}

/// Whether the route's author has opened it to everyone.
fn is_open(route: &Registration) -> bool {
    Auth::from(route.auth.to_owned()) == Auth::None
}

//! Turns annotated Rust handlers into a deployed, secured serverless API.
//!
//! A single attribute above a function declares a route:
//!
//! ```
//! use routegen::{Json, Path, Problem, route};
//!
//! #[derive(serde::Serialize)]
//! struct Item {
//!     id: String,
//! }
//!
//! /// Retrieves one item
//! #[route(GET, "/items/{id}", auth = "cognito", scopes = ["items/read"], memory = 256, timeout = 10)]
//! async fn get_item(Path(id): Path<String>) -> Result<Json<Item>, Problem> {
//!     Ok(Json(Item { id }))
//! }
//! ```
//!
//! The package is a library without a `main`. From the attribute, the command `routegen package` generates
//! the route's Lambda artifact and its Terraform: API Gateway route, JWT authorizer, function, permission,
//! role and logs.
//!
//! A handler is an ordinary async function. Its arguments are extractors, either [axum]'s or this crate's, or
//! the whole [`lambda_http::Request`] (feature `lambda_http`). It returns anything that axum accepts as a response
//! ([`IntoResponse`]), or a `Result` of it with [`Error`], which is logged and answered with status 500.
//!
//! | argument | value |
//! |---|---|
//! | [`Path<T>`](Path) | the parameters of the path |
//! | [`Query<T>`](Query) | the query |
//! | [`Json<T>`](Json), `String`, `Bytes` | the body, as the last argument |
//! | `Valid<E>`, such as `Valid<Json<T>>` | what `E` extracts, if it passes `T`'s garde validation (feature `garde`) |
//! | [`Claims<T>`](Claims), [`Scopes`] | the authorizer's claims about the caller |
//! | [`Res<T>`](Res) | a resource that is created once, before the first request: a client, a pool, configuration |
//! | [`RouteKey`] | the route that the request matched |
//! | [`Request`](axum::extract::Request) | the whole request; [`forward`] passes it to an axum router |
//! | [`AuthorizerRequest`] | the event of an [authorizer](macro@authorizer) |
//! | [`HeaderMap`](http::HeaderMap), [`Method`](http::Method), [`Uri`](http::Uri) | as in axum |
//!
//! `Option<Path<T>>`, `Option<Query<T>>` and `Option<Claims<T>>` are `None` if the request has no parameters,
//! query or claims at all.
//!
//! # Handlers written for axum
//!
//! axum's own extractors work as arguments too, with their own types. There is no router and no server, so
//! some of them are made in another way:
//!
//! | argument | value | requires |
//! |---|---|---|
//! | `axum::extract::Path<T>`, `Option` of it | like [`Path`] | |
//! | `axum::extract::Query<T>` | like [`Query`], which supports repeated keys | |
//! | `State<T>` | a clone of the [`Resource`] `T`, made before the first request | `T: Resource + Clone` |
//! | `Extension<T>` | what a layer inserted, otherwise a clone of the [`Resource`] `T` | `T: Resource + Clone` without a layer |
//! | `ConnectInfo<SocketAddr>` | the caller's address; the port is 0, because API Gateway does not send it | |
//! | `Json`, `Bytes`, `String`, `RawQuery`, `RawForm`, `Request` | as in axum | |
//! | `Form<T>` | a form in the body, parsed by axum, or in the query of a GET | feature `form` |
//! | `Multipart` | a form with files; a request is at most 6 MB | feature `multipart` |
//! | `OriginalUri` | the same as `Uri` | axum's feature `original-uri` |
//! | `CookieJar` of axum-extra | cookies; returned from a handler, it sets them | axum-extra's feature `cookie` |
//! | `TypedHeader<H>` of axum-extra | a header as a type of the crate `headers` | axum-extra's feature `typed-header` |
//! | `Host`, `Scheme`, `Query`, `Form`, `Cached`, `WithRejection` of axum-extra | as in axum-extra | axum-extra's features |
//!
//! The version of axum must be 0.8, which is also the version of [`routegen::axum`](axum), and axum-extra
//! must match it. A `SignedCookieJar` reads its key from axum's router: create it in the handler with
//! `SignedCookieJar::from_headers`.
//!
//! Write `#[axum::debug_handler]` below `#[route]`. Above it, `debug_handler` repeats the function together
//! with its attributes, and a duplicate route does not compile.
//!
//! What cannot work does not compile: `MatchedPath` and `NestedPath` (use [`RouteKey`]), `RawPathParams` (use
//! `Path<Vec<(String, String)>>`), `Result<axum::extract::Path<T>, _>`, structs with axum-extra's `TypedPath`
//! (use `Path` of a struct), and `Sse` as a response, which would only be sent once it ends.
//! `WebSocketUpgrade` is an error when `routegen` reads the routes.
//!
//! An extractor of your own that uses one of these internally does compile. axum then runs it: the client
//! gets 500, and the log names the replacement.
//!
//! # Errors
//!
//! A handler's error is a [`Problem`](struct@Problem) (RFC 9457), and `?` converts any error into one: the
//! client sees the status, and the cause is logged. A rejection of axum's extractors becomes a problem too,
//! with axum's text as its detail; rejections of this crate's extractors are problems already. The rejection
//! of an extractor of your own is sent as it is. Server errors, with a status of 500 or above, are logged in
//! either case.
//!
//! # Logs
//!
//! Every [`tracing`](https://docs.rs/tracing) event, from handlers and from libraries, is a line of JSON on
//! stderr, with the field names of Lambda's own JSON log format. After the init phase, so is every record of
//! the crate [`log`](https://docs.rs/log):
//!
//! ```json
//! {"timestamp":"2026-03-10T05:16:23.123Z","level":"INFO","message":"created","requestId":"8476a536-…",
//!  "traceId":"1-5bef4de7-…","coldStart":true,"routeKey":"POST /items","function":"create-item","target":"items",
//!  "fields":{"id":7},"spans":[{"name":"create","user":"ann"}]}
//! ```
//!
//! The level is `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration,
//! otherwise `RUST_LOG` (`warn,items=debug`), otherwise `info`. A panic is logged with its location, a
//! [`Problem`](struct@Problem) with its cause.
//!
//! In a function with several routes, `routeKey` is the route of the invocation. An authorizer's lines have
//! its name as `authorizer`, and the key of the route that it decides about.
//!
//! To log in another way, set a global subscriber of your own in the `init` of a [`Resource`]. It replaces
//! this one, also for records of `log`. (These are connected only after the init phase because
//! `tracing_subscriber`'s `init` connects them itself, and panics if they already are.)
//!
//! # Features
//!
//! - `form`: axum's `Form`.
//! - `garde`: the extractor `Valid<E>`, which validates what another extractor returns.
//! - `lambda_http`, on by default: [`lambda_http::Request`] as an argument, whose `RequestExt` reads the rest of
//!   the event, and the crate `lambda_http` itself. Without it, a first build compiles 47 packages less.
//! - `metrics`: the module `metrics`, which writes CloudWatch's embedded metric format at the end of each
//!   invocation.
//! - `multipart`: axum's `Multipart`.
//! - `registry`: lists every route of the crate graph, for `router` and `testing`. `routegen` enables it for
//!   its own host build; it is never part of an artifact, whatever features are enabled.
//! - `router`: `router()` combines all routes in one axum router, for teams that outgrow Lambda or want a
//!   single server.
//! - `testing`: the module `testing`, which calls handlers and authorizers in unit tests. It belongs in
//!   `[dev-dependencies]`.
//! - `rest`: functions also accept events of payload format 1.0, which REST APIs send; this adds 86 kB to
//!   each artifact. The Terraform of `routegen` creates HTTP APIs, which send 2.0.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod authorizer;
mod consumer;
#[cfg(feature = "registry")]
mod contract;
mod decision;
mod event;
mod extract;
mod forward;
mod log;
#[cfg(feature = "metrics")]
#[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
pub mod metrics;
mod middleware;
mod package;
mod problem;
#[macro_use]
mod register;
#[cfg(feature = "registry")]
mod registry;
mod rejection;
mod reply;
mod request;
mod resource;
mod route;
#[cfg(feature = "router")]
mod router;
mod serve;
#[cfg(any(feature = "router", feature = "testing"))]
mod simulate;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

pub use answer::{Accepted, Created};
pub use authorizer::AuthorizerRequest;
pub use axum::middleware::Next;
pub use axum::{
    self, Json, http,
    response::{IntoResponse, Response},
};
pub use consumer::{
    Batch, BatchFailures, Change, ChangeKind, Event, Message, MessageAttribute, QueueMessage, Record,
    Scheduled,
};
pub use decision::Decision;
pub use extract::{Claims, Path, Query, RouteKey, Scopes, StandardClaims, TakesResources};
#[cfg(feature = "garde")]
#[cfg_attr(docsrs, doc(cfg(feature = "garde")))]
pub use extract::{Valid, Validated, ValuePlace};
pub use forward::forward;
#[cfg(feature = "lambda_http")]
#[cfg_attr(docsrs, doc(cfg(feature = "lambda_http")))]
pub use lambda_http;
pub use lambda_runtime::{Context, Error};
pub use problem::{IntoProblem, Problem};
pub use resource::{FromResources, Grant, GrantValue, Init, Needs, Res, Resource};
/// Declares a function as a route of the API.
///
/// ```
/// use routegen::{Json, Query, route};
///
/// #[derive(serde::Deserialize)]
/// struct Page {
///     limit: Option<usize>,
/// }
///
/// /// Retrieves items
/// #[route(GET, "/items", auth = "cognito", scopes = ["items/read"], memory = 256, timeout = 10)]
/// async fn get_items(Query(page): Query<Page>) -> Json<Vec<String>> {
///     Json(vec!["pen".to_owned(); page.limit.unwrap_or(1)])
/// }
/// ```
///
/// The first two arguments are the method (`GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD`, `OPTIONS` or
/// `ANY`) and the path. A path is `/`, or segments that are literal or a parameter `{name}`; the last one may
/// be `{name+}`, which takes the rest of the path. `"$default"` with `ANY` takes every request that no other
/// route matches. A path does not end in `/`.
///
/// A request's path is split at its slashes and then percent-decoded: for `/items/a%2Fb`, `{id}` is `a/b`,
/// and `a%20b` becomes `a b`. Literals are compared byte for byte: `/Items` and `/items/` are not `/items`,
/// and only a greedy parameter or `$default` matches `/items/`. The attribute, the Terraform, the local
/// gateway and the router share these rules.
///
#[doc = include_str!("keys/route.md")]
///
/// Several `#[route]` attributes above one function declare several routes of one Lambda function, which is
/// named after the handler, or by `lambda`. Each route but one needs its own `name`. (An attribute within
/// `cfg_attr` is expanded separately: it belongs to the same function if both have the same `lambda`.)
///
/// ```
/// # use routegen::route;
/// #[route(GET, "/items", auth = "none")]
/// #[route(GET, "/v1/items", auth = "none", name = "get_items_v1", deprecated = true)]
/// async fn get_items() {}
/// ```
///
/// The function itself is unchanged: it can be called and tested like any other. Its arguments are
/// extractors: all but the last implement axum's [`FromRequestParts`](axum::extract::FromRequestParts); the
/// last may also read the body ([`FromRequest`](axum::extract::FromRequest)) or be the whole
/// [`lambda_http::Request`].
pub use routegen_macros::route;
#[cfg(feature = "router")]
#[cfg_attr(docsrs, doc(cfg(feature = "router")))]
pub use router::{ClientAddress, RouterBuilder, RouterError, router};
pub use serve::after_response;

/// Declares a function as a Lambda authorizer, which API Gateway calls before a route to decide whether the
/// request may pass.
///
/// ```
/// use routegen::{AuthorizerRequest, Claims, Decision, Init, Problem, Res, Resource, authorizer, Error, route};
///
/// struct Keys(Vec<(String, String)>);
///
/// impl Resource for Keys {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         let keys = std::env::var("KEYS")?;
///         Ok(Self(keys.split(',').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()))
///     }
/// }
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Caller {
///     tenant: String,
/// }
///
/// /// Knows callers by their key
/// #[authorizer(identity_sources = ["$request.header.x-api-key"], ttl = 300, env = ["KEYS"])]
/// async fn api_key(request: AuthorizerRequest, keys: Res<Keys>) -> Result<Decision<Caller>, Problem> {
///     let known = keys.0.iter().find(|(key, _)| request.identity() == Some(key.as_str()));
///     Ok(Decision::from(known.map(|(_, tenant)| Caller { tenant: tenant.clone() })))
/// }
///
/// #[route(GET, "/items", auth = "api_key")]
/// async fn get_items(caller: Claims<Caller>) -> String {
///     format!("the items of {}", caller.tenant)
/// }
/// ```
///
#[doc = include_str!("keys/authorizer.md")]
///
/// A cached decision applies to all routes with this authorizer, for every request with the same values of
/// the identity sources. If the decision depends on anything else, declare that as an identity source too,
/// such as `"$context.routeKey"`.
///
/// The arguments are made from the request's head: [`AuthorizerRequest`], [`HeaderMap`](http::HeaderMap),
/// [`Query<T>`](Query), [`Res<T>`](Res), or anything else that implements axum's
/// [`FromRequestParts`](axum::extract::FromRequestParts). API Gateway sends an authorizer no body. The result
/// is a [`Decision`], or a `Result` of one. If an argument cannot be extracted, the request is denied; an
/// error is logged and answered with 500.
pub use routegen_macros::authorizer;

/// Derives a problem of [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) for each variant of an error type:
/// a handler that returns `Result<T, ShopError>` answers with the status above the variant.
///
/// ```
/// use routegen::{Json, Path, Problem, route};
///
/// #[derive(Debug, Problem)]
/// enum ShopError {
///     #[problem(status = 404, type = "https://example.com/problems/no-item", title = "No such item", detail = "there is no item {id}")]
///     NoItem { id: u32 },
///     #[problem(status = 409, title = "Out of stock", detail = "{0} are left")]
///     OutOfStock(#[problem(member = "left")] u32),
///     #[problem(status = 503)]
///     Stock(#[from] std::io::Error),
///     #[problem(transparent)]
///     Other(#[from] Problem),
/// }
///
/// #[route(GET, "/items/{id}", auth = "none")]
/// async fn get_item(Path(id): Path<u32>) -> Result<Json<u32>, ShopError> {
///     if id == 0 {
///         return Err(ShopError::NoItem { id });
///     }
///     let left = std::fs::read_to_string("/stock")?; // `Stock`: 503
///     let left: u32 = left.trim().parse()?; // no variant is for it, so it is `Other`: 500
///     if left == 0 { Err(ShopError::OutOfStock(left)) } else { Ok(Json(left)) }
/// }
/// ```
///
#[doc = include_str!("keys/problem.md")]
///
/// `#[problem(transparent)]` above a variant with one field answers as the field does; the field's type is a
/// [`Problem`](struct@Problem) or derives it. A field with `#[problem(member)]` becomes a member of the
/// response under its own name, or under the one in `#[problem(member = "name")]`.
///
/// `#[from]` converts a value of the field's type into the variant, so that `?` works. A transparent variant
/// with `#[from] Problem` accepts every other error, as [`Problem`](struct@Problem) itself does. With
/// `thiserror`, write `#[error(…)]` beside `#[problem(…)]`; `#[from]` is then thiserror's, and
/// `detail = "{self}"` is the error's own text. Such a type implements [`Error`](std::error::Error), so `?`
/// in a function that returns `Result<T, Problem>` means 500, as for any error: return the type itself, or
/// write `.map_err(ShopError::into_problem)?` ([`IntoProblem`]).
///
/// Clients see only what the attribute declares. A problem with a status of 500 or above is logged with its
/// cause: the error itself if it implements `Error`, otherwise the field with `#[from]` or `#[source]`, or
/// the field named `source`.
pub use routegen_macros::Problem;

/// Declares an async function as middleware: it receives each request of the routes that name it, and calls
/// the rest of the route with [`Next`].
///
/// ```
/// use routegen::{
///     Claims, Next, Problem, Res, Resource, Init, Response, axum::extract::Request, http::StatusCode, Error,
///     middleware, route,
/// };
///
/// struct Audit(String);
///
/// impl Resource for Audit {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self(std::env::var("AUDIT_STREAM")?))
///     }
/// }
///
/// /// Writes down who has called what
/// #[middleware(env = ["AUDIT_STREAM"], refuses = [403])]
/// async fn audit(claims: Claims, audit: Res<Audit>, request: Request, next: Next) -> Result<Response, Problem> {
///     if !claims.is_in_group("staff") {
///         return Err(Problem::new(StatusCode::FORBIDDEN));
///     }
///     let what = request.uri().path().to_owned();
///     let response = next.run(request).await;
///     tracing::info!(stream = audit.0, who = claims.sub, what, status = response.status().as_u16());
///     Ok(response)
/// }
///
/// #[route(DELETE, "/items/{id}", auth = "cognito", scopes = ["items/write"], middleware = [audit])]
/// async fn delete_item() {}
/// ```
///
#[doc = include_str!("keys/middleware.md")]
///
/// The last two arguments are axum's request and [`Next`], so that a function written for axum's `from_fn`
/// works unchanged. The arguments before them are extractors of the request's head, as in a handler: a
/// [`Res<T>`](Res) is created before the first request. The result is anything that a handler may return.
///
/// The attribute adds a type with the function's name, by which routes refer to the middleware: import it
/// like the function, or write its path. Layers of tower need no attribute:
/// `middleware = [layer(CompressionLayer::new())]`.
pub use routegen_macros::middleware;

/// Declares a function that EventBridge Scheduler calls on a schedule.
///
/// ```
/// use routegen::{Init, Res, Resource, Scheduled, Error, schedule};
///
/// struct Store;
///
/// impl Resource for Store {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self)
///     }
/// }
///
/// /// Deletes what is out of date
/// #[schedule("rate(1 hour)", timeout = 60)]
/// async fn expire(due: Scheduled, store: Res<Store>) -> Result<(), Error> {
///     let _ = (due.time, store);
///     Ok(())
/// }
///
/// /// Sends the report of the day
/// #[schedule("cron(0 8 ? * MON-FRI *)", timezone = "Europe/Berlin", flexible_window = 15)]
/// async fn report() {}
/// ```
///
/// The first argument is the schedule: `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)` with AWS's six fields, or
/// `at(2027-01-31T08:00:00)`. It follows [AWS's grammar], which is checked at compile time.
///
#[doc = include_str!("keys/schedule.md")]
///
/// The function's arguments are [`Scheduled`], resources as [`Res<T>`](Res), and [`Context`];
/// all are optional. An error is logged, and Lambda calls the function again (`retries`); an event that still
/// fails goes to the function's dead-letter queue.
///
/// [AWS's grammar]: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
pub use routegen_macros::schedule;

/// Declares a function that processes the messages of an SQS queue.
///
/// ```
/// use routegen::{Init, Message, Res, Resource, Error, queue};
///
/// #[derive(serde::Deserialize)]
/// struct NewOrder {
///     item: String,
/// }
///
/// struct Store;
///
/// impl Resource for Store {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self)
///     }
/// }
///
/// /// Takes an order
/// #[queue(orders, concurrency = 10, timeout = 30)]
/// async fn on_order(order: Message<NewOrder>, store: Res<Store>) -> Result<(), Error> {
///     let _ = (order.body.item, store);
///     Ok(())
/// }
/// ```
///
/// The first argument is a name of your choice for the queue, never an ARN. Terraform creates the queue with
/// its dead-letter queue, or uses the one that its variable `resources` has under this name.
///
#[doc = include_str!("keys/queue.md")]
///
/// The function's arguments are [`Message<T>`](Message), for one message at a time, or
/// [`Batch<Message<T>>`](Batch), for all messages of an invocation, and resources as [`Res<T>`](Res) and
/// [`Context`].
///
/// An error, a panic, or a body that does not deserialize as `T` fails that message alone. It is logged with
/// the message's id, and the message is received again after the queue's visibility timeout, until it is
/// moved to the dead-letter queue (`receives`). The other messages of the batch are done. In a FIFO queue,
/// nothing of a message group is processed after its first failure, so that the order is kept.
pub use routegen_macros::queue;

/// Declares a function that processes EventBridge events.
///
/// ```
/// use routegen::{Event, Error, event};
///
/// #[derive(serde::Deserialize)]
/// struct ObjectCreated {
///     bucket: Bucket,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Bucket {
///     name: String,
/// }
///
/// /// Looks at what is uploaded
/// #[event(source = "aws.s3", detail_type = "Object Created", pattern = r#"{"detail": {"object": {"size": [{"numeric": [">", 0]}]}}}"#)]
/// async fn uploaded(event: Event<ObjectCreated>) -> Result<(), Error> {
///     tracing::info!("something new in {}", event.detail.bucket.name);
///     Ok(())
/// }
/// ```
///
#[doc = include_str!("keys/event.md")]
///
/// Patterns follow [EventBridge's grammar], which is checked at compile time. S3 sends events to the default
/// bus if its bucket is configured to.
///
/// The function's arguments are [`Event<T>`](Event), where `T` is the detail, resources as [`Res<T>`](Res),
/// and [`Context`]. An error is logged, and Lambda calls the function again (`retries`); an
/// event that still fails goes to the function's dead-letter queue.
///
/// [EventBridge's grammar]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
pub use routegen_macros::event;

/// Declares a function that processes the changes of a DynamoDB table.
///
/// ```
/// use routegen::{Change, ChangeKind, Error, stream};
///
/// #[derive(serde::Deserialize)]
/// struct Item {
///     id: String,
/// }
///
/// /// Notices removed items
/// #[stream(items_table, start = "latest")]
/// async fn item_changed(change: Change<Item>) -> Result<(), Error> {
///     if let (ChangeKind::Remove, Some(item)) = (change.kind, &change.old) {
///         tracing::info!("{} is gone", item.id);
///     }
///     Ok(())
/// }
/// ```
///
/// The first argument is the table's name in Terraform's variable `resources`, where its entry has a
/// `stream_arn`.
///
#[doc = include_str!("keys/stream.md")]
///
/// The function's arguments are [`Change<T>`](Change), for one change at a time, or
/// [`Batch<Change<T>>`](Batch), for all changes of an invocation, and resources as [`Res<T>`](Res) and
/// [`Context`].
///
/// Changes of one item arrive in order. The first failure, which is logged with the change's sequence number,
/// ends the batch. Lambda continues with that change until it runs out of retries or reaches its maximum age;
/// then the change goes to the function's dead-letter queue.
pub use routegen_macros::stream;

/// Declares what all routes of the package have in common: once, anywhere in the library.
///
/// ```standalone_crate
/// mod items {
///     use routegen::{axum::{extract::FromRequestParts, http::{StatusCode, request::Parts}}, route};
///
///     /// Passes requests of a known tenant.
///     struct Tenant;
///
///     impl<S: Sync> FromRequestParts<S> for Tenant {
///         type Rejection = StatusCode;
///
///         async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
///             let known = parts.headers.get("x-tenant").is_some_and(|tenant| tenant == "acme");
///             if known { Ok(Self) } else { Err(StatusCode::FORBIDDEN) }
///         }
///     }
///
///     routegen::package! { prefix = "/v1", guards = [Tenant] }
///
///     /// `GET /v1/items`, for requests of a known tenant
///     #[route(GET, "/items", auth = "none")]
///     async fn get_items() {}
/// }
/// # fn main() {}
/// ```
///
#[doc = include_str!("keys/package.md")]
///
/// It applies to every route of the package, without exceptions; declare what only some routes need on those
/// routes. The route `$default` gets no prefix, because an API has only one, and authorizers get none of it.
/// `routegen routes` shows the resulting paths, guards and middleware, which also apply in routers and tests.
pub use routegen_macros::package;

/// Derives [`QueueMessage`](trait@QueueMessage) for a type that is sent to the queue it names.
///
/// ```
/// use routegen::{Message, QueueMessage, Error, queue};
///
/// #[derive(serde::Deserialize, serde::Serialize, QueueMessage)]
/// #[queue_message(orders)]
/// struct NewOrder {
///     item: String,
/// }
///
/// #[queue(orders)]
/// async fn on_order(order: Message<NewOrder>) -> Result<(), Error> {
///     tracing::info!("one {}", order.body.item);
///     Ok(())
/// }
/// ```
///
/// `Queue<NewOrder>` of the crate `routegen-sqs` sends it. If `routegen` is renamed,
/// `#[queue_message(orders, crate = path)]` names its path.
pub use routegen_macros::QueueMessage;

/// Derives [`Resource`](trait@Resource) for a type, with what it may do in AWS: a struct whose fields are
/// `Res<…>` is made from them, any other type by a function.
///
/// ```
/// use routegen::{Init, Json, Problem, Res, Resource, Error, route};
///
/// // The client that several types share. It has no permissions of its own.
/// struct Client(String);
///
/// impl Resource for Client {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self(std::env::var("ITEMS_TABLE")?))
///     }
/// }
///
/// #[derive(Resource)]
/// #[grant(items_table, actions = ["dynamodb:GetItem", "dynamodb:Query"], on = ["", "/index/*"])]
/// struct ReadItems(Res<Client>);
///
/// #[derive(Resource)]
/// #[grant(items_table, actions = ["dynamodb:PutItem"])]
/// struct WriteItems(Res<Client>);
///
/// /// The policy of its function grants what `ReadItems` may do, and no more.
/// #[route(GET, "/items", auth = "cognito", scopes = ["items/read"])]
/// async fn get_items(items: Res<ReadItems>) -> Result<Json<Vec<String>>, Problem> {
///     Ok(Json(vec![items.0.0.clone()]))
/// }
/// ```
///
/// `#[grant(…)]` begins with the name of an AWS resource in Terraform's variable `resources`. The function
/// reads the resource's name, URL or ARN from an environment variable: `ITEMS_TABLE` for `items_table`. A
/// type may have any number of grants.
///
#[doc = include_str!("keys/grant.md")]
///
/// `#[resource(…)]` declares what the type reads, and how it is made if not from its fields.
///
#[doc = include_str!("keys/resource.md")]
///
/// ```
/// use routegen::{Init, Res, Resource, Error};
///
/// struct Config;
///
/// impl Resource for Config {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self)
///     }
/// }
///
/// #[derive(Resource)]
/// #[grant(news_topic, actions = ["sns:Publish"])]
/// #[resource(env = ["NEWS_LANGUAGE"], init = Self::connect, needs = [Config])]
/// struct News {
///     topic: String,
/// }
///
/// impl News {
///     async fn connect(_config: Res<Config>) -> Result<Self, Error> {
///         Ok(Self { topic: std::env::var("NEWS_TOPIC")? })
///     }
/// }
/// ```
///
/// Without the derive, implement [`FromResources`], and declare the same in the constants
/// [`Resource::GRANTS`] and [`Resource::ENV`].
pub use routegen_macros::Resource;

/// What the attributes expand to. Not public API: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use std::{
        boxed::Box,
        column,
        convert::{From, Into},
        file, format, line,
        option::Option,
        result::Result::{self, Err, Ok},
        vec::Vec,
    };

    pub use axum::{http::StatusCode, middleware::Next};

    #[cfg(feature = "registry")]
    pub use inventory;
    #[cfg(feature = "registry")]
    pub use routegen_spec::contract;

    #[cfg(all(feature = "registry", any(routegen_contract, test), not(routegen_artifact)))]
    pub use crate::__schema_of as schema_of;
    #[cfg(feature = "registry")]
    pub use crate::contract::{
        DescribeError, DescribeWrapper, Described, FailingAnything, HeadedAnything, Of, ReturnedAnything,
        Said, Taken, TakenAnything, Untyped, failing, generated, of_any_status, returned,
    };
    #[cfg(any(feature = "router", feature = "testing"))]
    pub use crate::registry::in_registered_package;
    #[cfg(feature = "registry")]
    pub use crate::registry::{Registration, write_manifest};
    pub use crate::{
        __contract as contract, __register as register, __register_package as register_package,
        authorizer::{Authorizer, Verdict},
        consumer::{
            Beside, BesideCheck, Consumer, Delivery, Handled, IntoHandled, OfQueue, OfQueueCheck, Records,
            RecordsCheck, check_queue, source,
        },
        decision::IntoDecision,
        extract::{
            Argument, ArgumentCheck, Asked, AskedCheck, Claimless, Early, EarlyCheck, FromParts, FromRequest,
            Make, Via, WithClaims, check,
        },
        log::log_records,
        middleware::{
            Answer, Call, HttpRequest, Innermost, Middleware, MiddlewareFacts, Serve, around, joined,
            layered, through,
        },
        package::{Package, further, in_package, within},
        problem::{Failure, IntoProblem, NotAnError, Problem, check_error_status, downcast, error_status},
        register::REGISTERS,
        reply::{IntoReply, Output, OutputCheck},
        request::Request,
        resource::Maker,
        route::{Reply, Route},
        serve::{serve, serve_authorizer, serve_consumer, serve_one_of, use_threads},
    };
}

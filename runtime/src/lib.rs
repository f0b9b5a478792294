//! Annotated Rust handlers become a deployed, secured serverless API.
//!
//! One line over a function is the only place where a route is written:
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
//! The package is a library and has no `main`. From the attribute, the command `routegen package` makes the
//! route's Lambda artifact and its Terraform: API Gateway route, JWT authorizer, function, permission, role, logs.
//!
//! A handler is an ordinary async function. Its arguments are extractors, [axum]'s or this crate's, or the whole
//! [`lambda_http::Request`]; its result is anything that axum can answer with ([`IntoResponse`]), or a `Result` of
//! such a thing with [`lambda_http::Error`], which is logged and answered with status 500.
//!
//! | argument | is |
//! |---|---|
//! | [`Path<T>`](Path) | the parameters of the path |
//! | [`Query<T>`](Query) | the query |
//! | [`Json<T>`](Json), `String`, `Bytes` | the body, as the last argument |
//! | `Valid<E>`, such as `Valid<Json<T>>` | what `E` extracts, where it keeps the rules that `T` has by garde (feature `garde`) |
//! | [`Claims<T>`](Claims), [`Scopes`] | the authorizer's claims about the caller |
//! | [`Res<T>`](Res) | what is made once, before the first request: a client, a pool, configuration |
//! | [`RouteKey`] | the route that the request takes |
//! | [`Request`](axum::extract::Request) | the whole request; [`forward`] hands it to an axum router |
//! | [`AuthorizerRequest`] | what API Gateway asks, in an [authorizer](macro@authorizer) |
//! | [`HeaderMap`](http::HeaderMap), [`Method`](http::Method), [`Uri`](http::Uri) | as axum has them |
//!
//! `Option` of `Path`, `Query` and `Claims` is `None` where there are none at all.
//!
//! # Handlers written for axum
//!
//! axum's own extractors are arguments too, and keep their types. There is no router and no server, so that some are made otherwise:
//!
//! | argument | is | requires |
//! |---|---|---|
//! | `axum::extract::Path<T>`, `Option` of it | as [`Path`] | |
//! | `axum::extract::Query<T>` | as [`Query`], which knows repeated keys | |
//! | `State<T>` | a clone of the [`Resource`] `T`, made before the first request | `T: Resource + Clone` |
//! | `Extension<T>` | what a layer has put there, else a clone of the [`Resource`] `T` | `T: Resource + Clone` without a layer |
//! | `ConnectInfo<SocketAddr>` | the caller's address; API Gateway does not tell the port, which is 0 | |
//! | `Json`, `Bytes`, `String`, `RawQuery`, `RawForm`, `Request` | as in axum | |
//! | `Form<T>` | a form in the body, in axum's reading, or in the query of a GET | feature `form` |
//! | `Multipart` | a form with files; a request has 6 MB at most | feature `multipart` |
//! | `OriginalUri` | the same as `Uri` | axum's feature `original-uri` |
//! | `CookieJar` of axum-extra | cookies; returned from a handler, it sets them | axum-extra's feature `cookie` |
//! | `TypedHeader<H>` of axum-extra | a header as a type of the crate `headers` | axum-extra's feature `typed-header` |
//! | `Host`, `Scheme`, `Query`, `Form`, `Cached`, `WithRejection` of axum-extra | as there | axum-extra's features |
//!
//! axum has to be of version 0.8, the version of [`routegen::axum`](axum), and axum-extra of the one that belongs to it. A `SignedCookieJar`
//! asks axum's router for its key: make one in the handler, by `SignedCookieJar::from_headers`.
//!
//! `#[axum::debug_handler]` stands below `#[route]`: above, it repeats the function with its attributes, and the same route twice does not compile.
//!
//! What cannot work is refused: `MatchedPath` and `NestedPath` (take [`RouteKey`]), `RawPathParams` (take
//! `Path<Vec<(String, String)>>`), `Result<axum::extract::Path<T>, _>`, structs with axum-extra's `TypedPath` (take `Path` of a struct),
//! and `Sse` as a response, which would be sent when it ends, do not compile. `WebSocketUpgrade` is an error when `routegen` reads the
//! routes.
//!
//! An extractor of your own that asks axum for such a thing inside compiles. It is axum that answers there: the client gets 500, and
//! the log says what to ask instead.
//!
//! # Errors
//!
//! What a handler fails with is a [`Problem`](struct@Problem) (RFC 9457), and `?` makes one of any error: the client learns the status,
//! the log learns the cause. A rejection of axum's extractors becomes a problem too, with axum's text as its detail, and those of this
//! crate are problems already. What an extractor of your own answers with is sent as it is. What is wrong with the server, by a status
//! of 500 and more, is in the log in either case.
//!
//! # Logs
//!
//! Every event of [`tracing`](https://docs.rs/tracing), of handlers and of libraries, is a line of JSON on stderr, with
//! the names of Lambda's own JSON log format. So is every record of the crate [`log`](https://docs.rs/log), from the end of the
//! init phase on:
//!
//! ```json
//! {"timestamp":"2026-03-10T05:16:23.123Z","level":"INFO","message":"created","requestId":"8476a536-…",
//!  "traceId":"1-5bef4de7-…","coldStart":true,"routeKey":"POST /items","function":"create-item","target":"items",
//!  "fields":{"id":7},"spans":[{"name":"create","user":"ann"}]}
//! ```
//!
//! The level is that of `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration, else of
//! `RUST_LOG` (`warn,items=debug`), else `info`. A panic is logged with its place, a [`Problem`](struct@Problem) with its cause.
//!
//! Where a function has several routes, `routeKey` is that of the invocation; an authorizer's lines have `authorizer`, its
//! name, and the route key that it is asked about.
//!
//! To log otherwise, set a global subscriber of your own in the `init` of a [`Resource`]; it takes the place of this
//! one, for records of `log` too. (That is why those are connected only after the init phase: `tracing_subscriber`'s `init`
//! connects them itself, and panics where that is done.)
//!
//! # Features
//!
//! - `form`: axum's `Form`.
//! - `metrics`: the module `metrics`, which writes CloudWatch's embedded metric format at the end of each invocation.
//! - `multipart`: axum's `Multipart`.
//! - `registry`: lists every route of the crate graph, for `router` and `testing`. `routegen` switches it on for its own host
//!   build; no artifact has it, whatever features are on.
//! - `router`: `router()` makes one axum router of all routes, for teams that outgrow Lambda or want a single server.
//! - `testing`: the module `testing`, which calls handlers and authorizers in unit tests. It belongs in
//!   `[dev-dependencies]`.
//! - `rest`: functions also understand events of payload format 1.0, which REST APIs send, for 86 kB more in each
//!   artifact. The Terraform of `routegen` makes HTTP APIs, which send 2.0.

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
pub use lambda_http;
pub use problem::{IntoProblem, Problem};
pub use resource::{FromResources, Grant, GrantValue, Init, Needs, Res, Resource};
/// Makes a function a route of the API.
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
/// The first two arguments are the method (`GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD`, `OPTIONS` or `ANY`) and
/// the path: `/` and segments that are literal, `{name}` or, at the end, `{name+}` for all that is left; or
/// `"$default"` with `ANY` for every request that no other route takes. A path does not end in `/`.
///
/// A request's path is split at its slashes and then percent-decoded: `{id}` gets `a/b` of `/items/a%2Fb`, and `a%20b` arrives
/// as `a b`. Literals are compared byte for byte, so that `/Items` is another path than `/items`, and so is `/items/`, which only
/// a greedy parameter or `$default` takes. The attribute, the Terraform, the local gateway and the router have these rules in common.
///
#[doc = include_str!("keys/route.md")]
///
/// Several `#[route]` over one function are several routes of one function in Lambda, which has the handler's name, or that of
/// `lambda`. Each but one has a `name` of its own. (One within `cfg_attr` is expanded alone: it is of the same function where
/// both say the same `lambda`.)
///
/// ```
/// # use routegen::route;
/// #[route(GET, "/items", auth = "none")]
/// #[route(GET, "/v1/items", auth = "none", name = "get_items_v1", deprecated = true)]
/// async fn get_items() {}
/// ```
///
/// The function stays as it is: it can be called and tested like any other. The arguments are extractors: every one
/// but the last implements axum's [`FromRequestParts`](axum::extract::FromRequestParts), the last may also read the
/// body ([`FromRequest`](axum::extract::FromRequest)) or be the whole [`lambda_http::Request`].
pub use routegen_macros::route;
#[cfg(feature = "router")]
#[cfg_attr(docsrs, doc(cfg(feature = "router")))]
pub use router::{ClientAddress, RouterBuilder, RouterError, router};
pub use serve::after_response;

/// Makes a function a Lambda authorizer: API Gateway asks it whether a request may pass, before the request's route.
///
/// ```
/// use routegen::{AuthorizerRequest, Claims, Decision, Init, Problem, Res, Resource, authorizer, lambda_http::Error, route};
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
/// An answer that is kept counts for all routes with this authorizer, for every request with the same values of the identity
/// sources. Where it depends on anything else, that must be an identity source too, such as `"$context.routeKey"`.
///
/// The arguments read the request's head: [`AuthorizerRequest`], [`HeaderMap`](http::HeaderMap), [`Query<T>`](Query),
/// [`Res<T>`](Res), whatever implements axum's [`FromRequestParts`](axum::extract::FromRequestParts). API Gateway sends an
/// authorizer no body. The result is a [`Decision`], or a `Result` of one: an argument that cannot be made denies, an error
/// is logged and answered with 500.
pub use routegen_macros::authorizer;

/// Makes an error type one whose variants are problems of [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457): a handler that returns
/// `Result<T, ShopError>` answers with the status that stands over the variant.
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
/// `#[problem(transparent)]` over a variant with one field answers as the field does, whose type is a [`Problem`](struct@Problem) or derives it. A
/// field with `#[problem(member)]` is a member of the answer by its name, or by that of `#[problem(member = "name")]`.
///
/// A value of a field's type with `#[from]` becomes the variant, so that `?` works. A transparent variant of `#[from] Problem` takes
/// every other error, as [`Problem`](struct@Problem) itself does. With `thiserror`, whose `#[error(…)]` stands beside `#[problem(…)]`, `#[from]` is
/// thiserror's, and the error's own text is `detail = "{self}"`. Such a type implements [`Error`](std::error::Error), for which `?`
/// in a function that returns `Result<T, Problem>` means 500, as for any error: return the type itself, or write
/// `.map_err(ShopError::into_problem)?` ([`IntoProblem`]).
///
/// Clients learn what the attribute says. What is 500 or above is logged with its cause: the error itself where it implements
/// `Error`, else the field with `#[from]`, `#[source]` or of the name `source`.
pub use routegen_macros::Problem;

/// Makes an async function middleware: it is given each request of the routes that name it, and the way to their handlers.
///
/// ```
/// use routegen::{
///     Claims, Next, Problem, Res, Resource, Init, Response, axum::extract::Request, http::StatusCode, lambda_http::Error,
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
/// The last two arguments are the request, which is axum's, and [`Next`], so that a function for axum's `from_fn` works as it is.
/// Those before them are extractors of the request's head, as in a handler: a [`Res<T>`](Res) is made before the first request.
/// The result is what a handler may return.
///
/// Beside the function there is a type of its name, by which routes find it: import it as you would the function, or write its
/// path. Layers of tower need no attribute: `middleware = [layer(CompressionLayer::new())]`.
pub use routegen_macros::middleware;

/// Makes a function one that EventBridge Scheduler calls at its times.
///
/// ```
/// use routegen::{Init, Res, Resource, Scheduled, lambda_http::Error, schedule};
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
/// The first argument is the schedule: `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)` with AWS's six fields, or `at(2027-01-31T08:00:00)`,
/// in [AWS's grammar], which is checked at compile time.
///
#[doc = include_str!("keys/schedule.md")]
///
/// A function's arguments are [`Scheduled`], resources as [`Res<T>`](Res), and [`lambda_http::Context`]; all may be left out. An error is
/// logged, and Lambda calls again (`retries`); what is left then goes to the function's dead-letter queue.
///
/// [AWS's grammar]: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
pub use routegen_macros::schedule;

/// Makes a function one that takes the messages of a queue of SQS.
///
/// ```
/// use routegen::{Init, Message, Res, Resource, lambda_http::Error, queue};
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
/// The first argument is a name of your choice for the queue, never an ARN: Terraform makes the queue with its dead-letter queue, or takes
/// the one that its variable `resources` has under this name.
///
#[doc = include_str!("keys/queue.md")]
///
/// A function's arguments are [`Message<T>`](Message), for one message at a time, or [`Batch<Message<T>>`](Batch), for all of an
/// invocation, and resources as [`Res<T>`](Res) and [`lambda_http::Context`].
///
/// An error, a panic, or a body that is no `T` is the failure of that message alone: it is logged with the message's id, and received again
/// after the queue's visibility timeout, until it is moved to the dead-letter queue (`receives`). The others of its batch are done. In a
/// FIFO queue, nothing of a group is processed behind its first failure, so that its order stays.
pub use routegen_macros::queue;

/// Makes a function one that takes events of EventBridge.
///
/// ```
/// use routegen::{Event, lambda_http::Error, event};
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
/// Patterns have [EventBridge's grammar], which is checked at compile time. S3 sends events to the default bus where its bucket says so.
///
/// A function's arguments are [`Event<T>`](Event), where `T` is the detail, resources as [`Res<T>`](Res), and [`lambda_http::Context`]. An
/// error is logged, and Lambda calls again (`retries`); what is left then goes to the function's dead-letter queue.
///
/// [EventBridge's grammar]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
pub use routegen_macros::event;

/// Makes a function one that takes the changes of a table of DynamoDB.
///
/// ```
/// use routegen::{Change, ChangeKind, lambda_http::Error, stream};
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
/// The first argument is the name that Terraform's variable `resources` has for the table, whose entry there has a `stream_arn`.
///
#[doc = include_str!("keys/stream.md")]
///
/// A function's arguments are [`Change<T>`](Change), for one change at a time, or [`Batch<Change<T>>`](Batch), for all of an invocation,
/// and resources as [`Res<T>`](Res) and [`lambda_http::Context`].
///
/// Changes of one item come in their order. The first failure, which is logged with the change's sequence number, ends the batch, and
/// Lambda goes on with that change, until its retries or its age are used up; then it goes to the function's dead-letter queue.
pub use routegen_macros::stream;

/// Says what all routes of the package have in common: once, anywhere in the library.
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
/// It holds for every route of the package, and there is no way for one to be without: what some routes are to have, they name
/// themselves. The route `$default` has no prefix, because an API has one, and authorizers have nothing of it. `routegen routes`
/// shows paths, guards and middleware as they are in the end, and routers and tests have them too.
pub use routegen_macros::package;

/// Makes a type a [`QueueMessage`](trait@QueueMessage): one that is sent to the queue that it names.
///
/// ```
/// use routegen::{Message, QueueMessage, lambda_http::Error, queue};
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
/// `Queue<NewOrder>` of the crate `routegen-sqs` sends it. Where `routegen` is renamed, `#[queue_message(orders, crate = path)]` says where it
/// is.
pub use routegen_macros::QueueMessage;

/// Makes a type a [`Resource`](trait@Resource) with what it may do in AWS: a struct of `Res<…>` fields by itself, any other type by a function.
///
/// ```
/// use routegen::{Init, Json, Problem, Res, Resource, lambda_http::Error, route};
///
/// // The client that several types have in common. It may do nothing by itself.
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
/// /// The policy of its function has what `ReadItems` may do, and no more.
/// #[route(GET, "/items", auth = "cognito", scopes = ["items/read"])]
/// async fn get_items(items: Res<ReadItems>) -> Result<Json<Vec<String>>, Problem> {
///     Ok(Json(vec![items.0.0.clone()]))
/// }
/// ```
///
/// `#[grant(…)]` begins with the name of a resource of AWS, which Terraform's variable `resources` knows it by; the function finds the
/// resource's name, URL or ARN in a variable: `ITEMS_TABLE` for `items_table`. A type has any number of grants.
///
#[doc = include_str!("keys/grant.md")]
///
/// `#[resource(…)]` says how it is made, where not of its fields, and what it reads.
///
#[doc = include_str!("keys/resource.md")]
///
/// ```
/// use routegen::{Init, Res, Resource, lambda_http::Error};
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
/// Without the derive, the same is said by the constants [`Resource::GRANTS`] and [`Resource::ENV`], and by
/// [`FromResources`].
pub use routegen_macros::Resource;

/// What the attributes expand to. Not for use by hand: it changes without notice.
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
            Beside, BesideCheck, Consumer, Delivery, FromBus, FromQueue, FromSchedule, FromStream, Handled,
            IntoHandled, OfQueue, OfQueueCheck, Records, RecordsCheck, check_queue, source,
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

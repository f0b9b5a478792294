//! The attributes and derives of routegen.
//!
//! In: the tokens of an attribute and of the item under it. Out: the unchanged item, followed by the
//! generated code; or the item and every mistake, each in its place. A derive receives the item and adds to
//! it. This file only crosses the boundary to the compiler: each attribute has a folder, with a file for each
//! step of the pipeline `parse` → `validate` → `expand`. The files beside the folders know no attribute.
//!
//! Depend on the crate `routegen`, which re-exports and documents all of this.

mod arguments;
mod authorizer;
mod consumer;
mod doc;
mod errors;
mod function;
mod glue;
mod middleware;
mod nearest;
mod package;
mod place;
mod problem;
mod queue_message;
mod resource;
mod route;
mod signature;
mod slot;
mod table;
mod values;

use proc_macro::TokenStream;

use self::consumer::Family;

/// Declares an async function as a route of an HTTP API.
///
/// Keys and a complete example: [`routegen::route`].
///
/// [`routegen::route`]: https://docs.rs/routegen/latest/routegen/attr.route.html
#[proc_macro_attribute]
pub fn route(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(route::route(&crate_name(), attribute.into(), item.into()))
}

/// Declares an async function as a Lambda authorizer, which routes refer to with `auth`.
///
/// Keys and a complete example: [`routegen::authorizer`].
///
/// [`routegen::authorizer`]: https://docs.rs/routegen/latest/routegen/attr.authorizer.html
#[proc_macro_attribute]
pub fn authorizer(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(authorizer::authorizer(&crate_name(), attribute.into(), item.into()))
}

/// Declares an async function that EventBridge Scheduler calls.
///
/// Keys and a complete example: [`routegen::schedule`].
///
/// [`routegen::schedule`]: https://docs.rs/routegen/latest/routegen/attr.schedule.html
#[proc_macro_attribute]
pub fn schedule(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Schedule, attribute, item)
}

/// Declares an async function that processes the messages of a queue.
///
/// Keys and a complete example: [`routegen::queue`].
///
/// [`routegen::queue`]: https://docs.rs/routegen/latest/routegen/attr.queue.html
#[proc_macro_attribute]
pub fn queue(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Queue, attribute, item)
}

/// Declares an async function that processes the events of an event bus.
///
/// Keys and a complete example: [`routegen::event`].
///
/// [`routegen::event`]: https://docs.rs/routegen/latest/routegen/attr.event.html
#[proc_macro_attribute]
pub fn event(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Event, attribute, item)
}

/// Declares an async function that processes the changes of a table.
///
/// Keys and a complete example: [`routegen::stream`].
///
/// [`routegen::stream`]: https://docs.rs/routegen/latest/routegen/attr.stream.html
#[proc_macro_attribute]
pub fn stream(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Stream, attribute, item)
}

fn consumed(family: Family, attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(consumer::consumer(family, &crate_name(), attribute.into(), item.into()))
}

/// Declares an async function as middleware, which routes refer to with `middleware`.
///
/// Keys and a complete example: [`routegen::middleware`].
///
/// [`routegen::middleware`]: https://docs.rs/routegen/latest/routegen/attr.middleware.html
#[proc_macro_attribute]
pub fn middleware(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(middleware::middleware(attribute.into(), item.into()))
}

/// Declares what all routes of the package have in common.
///
/// Keys and a complete example: [`routegen::package`].
///
/// [`routegen::package`]: https://docs.rs/routegen/latest/routegen/macro.package.html
#[proc_macro]
pub fn package(arguments: TokenStream) -> TokenStream {
    finish(package::package(&crate_name(), arguments.into()))
}

/// Derives a problem of RFC 9457 for each variant of an error type.
///
/// Keys and a complete example: [`routegen::Problem`].
///
/// [`routegen::Problem`]: https://docs.rs/routegen/latest/routegen/derive.Problem.html
#[proc_macro_derive(Problem, attributes(problem, from, source))]
pub fn derive_problem(item: TokenStream) -> TokenStream {
    finish(problem::problem(item.into()))
}

/// Derives a resource, with what it may do in AWS.
///
/// Keys and a complete example: [`routegen::Resource`].
///
/// [`routegen::Resource`]: https://docs.rs/routegen/latest/routegen/derive.Resource.html
#[proc_macro_derive(Resource, attributes(grant, resource))]
pub fn derive_resource(item: TokenStream) -> TokenStream {
    finish(resource::resource(item.into()))
}

/// Derives the name of the queue that a type is sent to.
///
/// A complete example: [`routegen::QueueMessage`].
///
/// [`routegen::QueueMessage`]: https://docs.rs/routegen/latest/routegen/derive.QueueMessage.html
#[proc_macro_derive(QueueMessage, attributes(queue_message))]
pub fn derive_queue_message(item: TokenStream) -> TokenStream {
    finish(queue_message::queue_message(item.into()))
}

fn finish((mut tokens, errors): (proc_macro2::TokenStream, Vec<syn::Error>)) -> TokenStream {
    tokens.extend(errors.iter().map(syn::Error::to_compile_error));
    tokens.into()
}

/// The name of the crate that is being compiled, as set by cargo. Without cargo there is one crate, which
/// needs no name to distinguish its routes.
fn crate_name() -> String {
    std::env::var("CARGO_CRATE_NAME").or_else(|_| std::env::var("CARGO_PKG_NAME")).unwrap_or_default()
}

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

/// Declares an async function as a route of an HTTP API. The crate `routegen` re-exports this attribute; its
/// documentation there has the table of keys and a complete example.
#[proc_macro_attribute]
pub fn route(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(route::route(&crate_name(), attribute.into(), item.into()))
}

/// Declares an async function as a Lambda authorizer, which routes refer to with `auth`. The crate `routegen`
/// re-exports this attribute; its documentation there has the table of keys and a complete example.
#[proc_macro_attribute]
pub fn authorizer(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(authorizer::authorizer(&crate_name(), attribute.into(), item.into()))
}

/// Declares an async function that EventBridge Scheduler calls. The crate `routegen` re-exports this
/// attribute; its documentation there has the table of keys and a complete example.
#[proc_macro_attribute]
pub fn schedule(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Schedule, attribute, item)
}

/// Declares an async function that processes the messages of a queue. The crate `routegen` re-exports this
/// attribute; its documentation there has the table of keys and a complete example.
#[proc_macro_attribute]
pub fn queue(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Queue, attribute, item)
}

/// Declares an async function that processes the events of an event bus. The crate `routegen` re-exports this
/// attribute; its documentation there has the table of keys and a complete example.
#[proc_macro_attribute]
pub fn event(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Event, attribute, item)
}

/// Declares an async function that processes the changes of a table. The crate `routegen` re-exports this
/// attribute; its documentation there has the table of keys and a complete example.
#[proc_macro_attribute]
pub fn stream(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Stream, attribute, item)
}

fn consumed(family: Family, attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(consumer::consumer(family, &crate_name(), attribute.into(), item.into()))
}

/// Declares an async function as middleware, which routes refer to with `middleware`. The crate `routegen`
/// re-exports this attribute; its documentation there has the table of keys and a complete example.
#[proc_macro_attribute]
pub fn middleware(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(middleware::middleware(attribute.into(), item.into()))
}

/// Declares what all routes of the package have in common. The crate `routegen` re-exports this macro; its
/// documentation there has the table of keys and a complete example.
#[proc_macro]
pub fn package(arguments: TokenStream) -> TokenStream {
    finish(package::package(&crate_name(), arguments.into()))
}

/// Derives a problem of RFC 9457 for each variant of an error type. The crate `routegen` re-exports this
/// derive; its documentation there has the table of keys and a complete example.
#[proc_macro_derive(Problem, attributes(problem, from, source))]
pub fn derive_problem(item: TokenStream) -> TokenStream {
    finish(problem::problem(item.into()))
}

/// Derives a resource, with what it may do in AWS. The crate `routegen` re-exports this derive; its
/// documentation there has the tables of keys and a complete example.
#[proc_macro_derive(Resource, attributes(grant, resource))]
pub fn derive_resource(item: TokenStream) -> TokenStream {
    finish(resource::resource(item.into()))
}

/// Derives the name of the queue that a type is sent to. The crate `routegen` re-exports this derive; its
/// documentation there has a complete example.
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

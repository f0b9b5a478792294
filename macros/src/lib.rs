//! The attributes of routegen.
//!
//! In: the tokens of an attribute and of the item under it. Out: the item unchanged, and after it the code that
//! makes it a route; or the item and every mistake, each where it stands. A derive is given the item and adds to it. This file does nothing but cross the
//! compiler's border: each attribute has a folder, and in it the pipeline `parse` → `validate` → `expand` has a file for
//! each step. What stands beside the folders knows no attribute.
//!
//! Depend on the crate `routegen`, which exports and documents all of this.

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

/// Makes an async function a route of an HTTP API. The crate `routegen` exports it, and its documentation there
/// has the table of the keys and a complete example.
#[proc_macro_attribute]
pub fn route(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(route::route(&crate_name(), attribute.into(), item.into()))
}

/// Makes an async function a Lambda authorizer, which routes name by `auth`. The crate `routegen` exports it, and its
/// documentation there has the table of the keys and a complete example.
#[proc_macro_attribute]
pub fn authorizer(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(authorizer::authorizer(&crate_name(), attribute.into(), item.into()))
}

/// Makes an async function one that EventBridge Scheduler calls. The crate `routegen` exports it, and its documentation there has the
/// table of the keys and a complete example.
#[proc_macro_attribute]
pub fn schedule(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Schedule, attribute, item)
}

/// Makes an async function one that takes the messages of a queue. The crate `routegen` exports it, and its documentation there has the
/// table of the keys and a complete example.
#[proc_macro_attribute]
pub fn queue(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Queue, attribute, item)
}

/// Makes an async function one that takes the events of a bus. The crate `routegen` exports it, and its documentation there has the
/// table of the keys and a complete example.
#[proc_macro_attribute]
pub fn event(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Event, attribute, item)
}

/// Makes an async function one that takes the changes of a table. The crate `routegen` exports it, and its documentation there has the
/// table of the keys and a complete example.
#[proc_macro_attribute]
pub fn stream(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumed(Family::Stream, attribute, item)
}

fn consumed(family: Family, attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(consumer::consumer(family, &crate_name(), attribute.into(), item.into()))
}

/// Makes an async function over a request and the way to the handler middleware, which routes name by `middleware`. The crate
/// `routegen` exports it, and its documentation there has the table of the keys and a complete example.
#[proc_macro_attribute]
pub fn middleware(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(middleware::middleware(attribute.into(), item.into()))
}

/// Says what all routes of the package have in common. The crate `routegen` exports it, and its documentation there has the table of
/// the keys and a complete example.
#[proc_macro]
pub fn package(arguments: TokenStream) -> TokenStream {
    finish(package::package(&crate_name(), arguments.into()))
}

/// Makes an error type one whose variants are problems of RFC 9457. The crate `routegen` exports it, and its documentation there has
/// the table of the keys and a complete example.
#[proc_macro_derive(Problem, attributes(problem, from, source))]
pub fn derive_problem(item: TokenStream) -> TokenStream {
    finish(problem::problem(item.into()))
}

/// Makes a struct a resource, with what it may do in AWS. The crate `routegen` exports it, and its documentation there has the tables
/// of the keys and a complete example.
#[proc_macro_derive(Resource, attributes(grant, resource))]
pub fn derive_resource(item: TokenStream) -> TokenStream {
    finish(resource::resource(item.into()))
}

/// Makes a type one that is sent to the queue that it names. The crate `routegen` exports it, and its documentation there has a complete
/// example.
#[proc_macro_derive(QueueMessage, attributes(queue_message))]
pub fn derive_queue_message(item: TokenStream) -> TokenStream {
    finish(queue_message::queue_message(item.into()))
}

fn finish((mut tokens, errors): (proc_macro2::TokenStream, Vec<syn::Error>)) -> TokenStream {
    tokens.extend(errors.iter().map(syn::Error::to_compile_error));
    tokens.into()
}

/// The name of the crate that is being compiled. Cargo tells it; whoever calls rustc by hand has one crate, and
/// needs no name to tell its routes from another's.
fn crate_name() -> String {
    std::env::var("CARGO_CRATE_NAME").or_else(|_| std::env::var("CARGO_PKG_NAME")).unwrap_or_default()
}

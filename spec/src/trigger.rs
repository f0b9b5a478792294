//! What calls a function.

use crate::{AuthorizerSpec, ConsumerSpec, RouteSpec, TriggerKind};

/// What calls a function, as its attributes declare it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Trigger<'a> {
    /// Requests to these routes, at least one, in the manifest's order.
    Routes(Vec<&'a RouteSpec>),
    /// API Gateway, which calls it to decide whether a request may pass.
    Authorizer(&'a AuthorizerSpec),
    /// An event source.
    Consumer(&'a ConsumerSpec),
}

impl Trigger<'_> {
    /// The kind.
    pub fn kind(&self) -> TriggerKind {
        match self {
            Self::Routes(_) => TriggerKind::Routes,
            Self::Authorizer(_) => TriggerKind::Authorizer,
            Self::Consumer(consumer) => consumer.consumes.kind(),
        }
    }
}

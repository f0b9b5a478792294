//! The kinds of event source: how each delivers its events to a function, and which arguments its functions
//! take.
//!
//! In: the delivered event, and the resources. Out: the arguments. Arguments that belong to a request are
//! refused, because they do not implement these traits.

use axum::extract::State;
use lambda_runtime::{Context, Error};
use serde::de::DeserializeOwned;

use super::{
    batch::Batch,
    bus::{self, Event},
    change::Change,
    deliver::{queue, stream, whole},
    delivery::Delivery,
    erased::Source,
    message::Message,
    scheduled::{self, Scheduled},
};
use crate::{Res, Resource};

/// Times.
pub const SCHEDULE: Source = Source { deliver: whole };
/// Messages of a queue.
pub const QUEUE: Source = Source { deliver: queue };
/// Events of a bus.
pub const EVENT: Source = Source { deliver: whole };
/// Changes of a table.
pub const STREAM: Source = Source { deliver: stream };

/// Defines the trait of the arguments of one kind of event source: its own types, resources, and Lambda's
/// context of the invocation. `M` exists for the error messages, as in `FromParts`.
macro_rules! arguments {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        $(
            $(#[$meta])*
            pub trait $name<M>: Sized {
                /// Makes the argument, or returns why the function is not called.
                fn from_delivery(delivery: &Delivery) -> impl Future<Output = Result<Self, Error>> + Send;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Resource> $name<()> for Res<T> {
                #[inline]
                async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
                    delivery.invocation.init.share().await
                }
            }

            #[diagnostic::do_not_recommend]
            impl<T: Resource + Clone> $name<()> for State<T> {
                #[inline]
                async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
                    delivery.invocation.init.share::<T>().await.map(|resource| State(T::clone(&resource)))
                }
            }

            #[diagnostic::do_not_recommend]
            impl $name<()> for Context {
                #[inline]
                async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
                    Ok(delivery.invocation.context.clone())
                }
            }
        )*
    };
}

arguments! {
    /// An argument of a function with `#[schedule]`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be an argument of a function with `#[schedule]`",
        label = "a schedule has no such thing",
        note = "take `routegen::Scheduled`, which has the scheduled time, and resources as `Res<T>`"
    )]
    FromSchedule;

    /// An argument of a function with `#[queue]`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be an argument of a function with `#[queue]`",
        label = "a message of a queue has no such thing",
        note = "take `routegen::Message<T>` for one message at a time or `routegen::Batch<Message<T>>` for all of an invocation, and \
                resources as `Res<T>`"
    )]
    FromQueue;

    /// An argument of a function with `#[event]`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be an argument of a function with `#[event]`",
        label = "an event of a bus has no such thing",
        note = "take `routegen::Event<T>`, where `T` is its detail, and resources as `Res<T>`"
    )]
    FromEvent;

    /// An argument of a function with `#[stream]`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be an argument of a function with `#[stream]`",
        label = "a change of a table has no such thing",
        note = "take `routegen::Change<T>` for one change at a time or `routegen::Batch<Change<T>>` for all of an invocation, where `T` is \
                an item, and resources as `Res<T>`"
    )]
    FromStream;
}

impl FromSchedule<()> for Scheduled {
    #[inline]
    async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
        scheduled::scheduled(delivery.event()?)
    }
}

impl<T: DeserializeOwned + Send> FromQueue<()> for Message<T> {
    #[inline]
    async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
        delivery.message()
    }
}

impl<T: DeserializeOwned + Send> FromQueue<()> for Batch<Message<T>> {
    #[inline]
    async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
        delivery.messages()
    }
}

impl<T: DeserializeOwned + Send> FromEvent<()> for Event<T> {
    #[inline]
    async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
        bus::event(delivery.event()?)
    }
}

impl<T: DeserializeOwned + Send> FromStream<()> for Change<T> {
    #[inline]
    async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
        delivery.change()
    }
}

impl<T: DeserializeOwned + Send> FromStream<()> for Batch<Change<T>> {
    #[inline]
    async fn from_delivery(delivery: &Delivery) -> Result<Self, Error> {
        delivery.changes()
    }
}

//! The way of an event to a function, by the kind of what it comes from.
//!
//! In: the event, and the erased function. Out: which records failed, by the ids that Lambda knows them by, or an error of the event as a
//! whole, for which Lambda tries all of it again. Records go to the function one after the other, in their order. A panic is a failure like
//! any other.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use lambda_http::{BoxFuture, Error};
use serde_json::value::RawValue;
use tracing::{Instrument as _, info_span};

use super::{
    change::{Change, changes},
    delivery::{Delivery, Input, Invocation},
    erased::{Consumer, Failed},
    handled::BatchFailures,
    message::{Message, messages},
};
use crate::log::{TARGET, chain};

/// What an execution environment logs before the id of a record that failed.
const MESSAGE: &str = "message";
const CHANGE: &str = "record";

pub(super) fn schedule(
    consumer: Consumer,
    invocation: Invocation,
    event: &RawValue,
) -> BoxFuture<'_, Result<Failed, Error>> {
    Box::pin(whole(consumer, invocation, event))
}

pub(super) fn bus(
    consumer: Consumer,
    invocation: Invocation,
    event: &RawValue,
) -> BoxFuture<'_, Result<Failed, Error>> {
    Box::pin(whole(consumer, invocation, event))
}

/// An event that is one record: Lambda tries it again where it fails.
async fn whole(consumer: Consumer, invocation: Invocation, event: &RawValue) -> Result<Failed, Error> {
    let delivery = Delivery::new(Input::Event(event.to_owned()), invocation);
    call(consumer, delivery).await?.into_result().map(|()| None)
}

pub(super) fn queue(
    consumer: Consumer,
    invocation: Invocation,
    event: &RawValue,
) -> BoxFuture<'_, Result<Failed, Error>> {
    Box::pin(async move {
        let messages = messages(event.get())?;
        let mut report = Report::new(messages.iter().map(|message| Place {
            id: message.id.clone(),
            group: message.ordered_group().map(ToOwned::to_owned),
        }));
        if consumer.takes_batch {
            let delivery = Delivery::new(Input::Messages(messages), invocation);
            report.batch(MESSAGE, consumer, delivery).await;
        } else {
            for (place, message) in messages.into_iter().enumerate() {
                if report.is_closed(place) {
                    report.fail(place);
                } else if let Err(error) = one(consumer, &invocation, message.into()).await {
                    report.log(MESSAGE, place, &error);
                    report.fail(place);
                }
            }
        }
        Ok(Some(report.failed()))
    })
}

pub(super) fn stream(
    consumer: Consumer,
    invocation: Invocation,
    event: &RawValue,
) -> BoxFuture<'_, Result<Failed, Error>> {
    Box::pin(async move {
        let changes = changes(event.get())?;
        // A shard is one group. Lambda goes on at the first failure, so that what is behind it is not done here.
        let shard = Some(String::new());
        let mut report = Report::new(
            changes.iter().map(|change| Place { id: change.sequence_number.clone(), group: shard.clone() }),
        );
        if consumer.takes_batch {
            let delivery = Delivery::new(Input::Changes(changes), invocation);
            report.batch(CHANGE, consumer, delivery).await;
        } else {
            for (place, change) in changes.into_iter().enumerate() {
                if let Err(error) = one(consumer, &invocation, change.into()).await {
                    report.log(CHANGE, place, &error);
                    report.fail(place);
                    break;
                }
            }
        }
        Ok(Some(report.failed().into_iter().take(1).collect()))
    })
}

impl From<Message<String>> for Single {
    fn from(message: Message<String>) -> Self {
        Self { what: MESSAGE, id: message.id.clone(), input: Input::Messages(vec![message]) }
    }
}

impl From<Change<String>> for Single {
    fn from(change: Change<String>) -> Self {
        Self { what: CHANGE, id: change.sequence_number.clone(), input: Input::Changes(vec![change]) }
    }
}

/// One record of several.
struct Single {
    what: &'static str,
    id: String,
    input: Input,
}

/// Calls the function for one record. What is logged meanwhile has the record's id.
async fn one(consumer: Consumer, invocation: &Invocation, single: Single) -> Result<(), Error> {
    let span = info_span!(target: TARGET, "record", kind = single.what, id = single.id);
    let delivery = Delivery::new(single.input, invocation.clone());
    call(consumer, delivery).instrument(span).await?.into_result()
}

/// Calls the function.
async fn call(consumer: Consumer, delivery: Delivery) -> Result<BatchFailures, Error> {
    let outcome = AssertUnwindSafe(async { (consumer.call)(delivery).await }).catch_unwind().await;
    match outcome {
        Ok(handled) => handled.and_then(|result| result),
        // The hook has logged the panic with its place.
        Err(_) => Err("the function panicked".into()),
    }
}

/// A record of an event.
struct Place {
    id: String,
    /// The group in which the order counts.
    group: Option<String>,
}

/// Which records of an event have failed.
struct Report {
    places: Vec<Place>,
    is_failed: Vec<bool>,
    /// The groups in which one has failed.
    closed: Vec<String>,
}

impl Report {
    fn new(places: impl Iterator<Item = Place>) -> Self {
        let places: Vec<Place> = places.collect();
        Self { is_failed: vec![false; places.len()], places, closed: Vec::new() }
    }

    fn fail(&mut self, place: usize) {
        self.is_failed[place] = true;
        self.closed.extend(self.places[place].group.clone().filter(|group| !self.closed.contains(group)));
    }

    /// Whether one of its group has failed.
    fn is_closed(&self, place: usize) -> bool {
        self.places[place].group.as_ref().is_some_and(|group| self.closed.contains(group))
    }

    fn log(&self, what: &str, place: usize, error: &Error) {
        tracing::error!(target: TARGET, id = self.places[place].id, "a {what} failed: {}", chain(&**error));
    }

    /// Calls the function once for all records.
    async fn batch(&mut self, what: &str, consumer: Consumer, delivery: Delivery) {
        let unread = std::sync::Arc::clone(&delivery.unread);
        let outcome = call(consumer, delivery).await;
        let unread = std::mem::take(&mut *unread.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        for (place, error) in &unread {
            self.log(what, *place, error);
            self.is_failed[*place] = true;
        }
        match outcome {
            Ok(failures) => {
                for (id, error) in failures.into_vec() {
                    match self.places.iter().position(|place| place.id == id) {
                        Some(place) => {
                            self.log(what, place, &error);
                            self.is_failed[place] = true;
                        }
                        // Lambda would take an id that it does not know for a failure of the whole batch.
                        None => {
                            tracing::error!(target: TARGET, id, "the function reports a {what} that the batch does not have");
                        }
                    }
                }
            }
            Err(error) => {
                tracing::error!(target: TARGET, "all {} of the batch failed: {}", self.places.len(), chain(&*error));
                self.is_failed.fill(true);
            }
        }
        // In the order of the batch: what is behind a failure in its group has failed too.
        for place in 0..self.places.len() {
            if self.is_failed[place] || self.is_closed(place) {
                self.fail(place);
            }
        }
    }

    /// The ids of the records that failed, in their order.
    fn failed(self) -> Vec<String> {
        self.places
            .into_iter()
            .zip(self.is_failed)
            .filter(|(_, failed)| *failed)
            .map(|(place, _)| place.id)
            .collect()
    }
}

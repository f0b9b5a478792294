//! Delivers an event to a function, depending on the kind of event source.
//!
//! In: the event, and the erased function. Out: the records that failed, by the ids that Lambda uses for
//! them, or an error for the whole event, which Lambda then retries. Records are passed to the function one
//! after the other, in order. A panic is a failure like any other.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, PoisonError},
};

use futures_util::FutureExt as _;
use lambda_runtime::{BoxFuture, Error};
use serde_json::value::RawValue;
use tracing::{Instrument as _, info_span};

use super::{
    change::{Change, changes},
    delivery::{Delivery, Input, Invocation},
    erased::{Consumer, Failed, FailedRecord},
    handled::BatchFailures,
    message::{Message, messages},
};
use crate::log::{TARGET, chain};

/// The nouns for records in the log.
const MESSAGE: &str = "message";
const CHANGE: &str = "record";

/// Delivers an event that is one record: Lambda retries it if it fails.
#[inline]
pub(super) fn whole(
    consumer: Consumer,
    invocation: Invocation,
    event: &RawValue,
) -> BoxFuture<'_, Result<Failed, Error>> {
    Box::pin(async move {
        let delivery = Delivery::new(Input::Event(event.to_owned()), invocation);
        call(consumer, delivery).await?.into_result().map(|()| None)
    })
}

#[inline]
pub(super) fn queue(
    consumer: Consumer,
    invocation: Invocation,
    event: &RawValue,
) -> BoxFuture<'_, Result<Failed, Error>> {
    Box::pin(async move {
        let messages = messages(event.get())?;
        let places = messages.iter().map(|message| Place {
            id: message.id.clone(),
            group: message.ordered_group().map(ToOwned::to_owned),
        });
        let mut report = Report::new(MESSAGE, places);
        if consumer.takes_batch {
            report.batch(consumer, Delivery::new(Input::Messages(messages), invocation)).await;
        } else {
            for (place, message) in messages.into_iter().enumerate() {
                if report.keep_order(place) {
                    continue;
                }
                if let Err(error) = one(consumer, &invocation, message.into()).await {
                    report.fail(place, &error);
                    report.keep_order(place);
                }
            }
        }
        Ok(Some(report.failed().collect()))
    })
}

#[inline]
pub(super) fn stream(
    consumer: Consumer,
    invocation: Invocation,
    event: &RawValue,
) -> BoxFuture<'_, Result<Failed, Error>> {
    Box::pin(async move {
        let changes = changes(event.get())?;
        let places = changes.iter().map(|change| Place { id: change.sequence_number.clone(), group: None });
        let mut report = Report::new(CHANGE, places);
        if consumer.takes_batch {
            report.batch(consumer, Delivery::new(Input::Changes(changes), invocation)).await;
        } else {
            for (place, change) in changes.into_iter().enumerate() {
                if let Err(error) = one(consumer, &invocation, change.into()).await {
                    report.fail(place, &error);
                    break;
                }
            }
        }
        // Lambda continues from the first failure, so the records after it come again.
        Ok(Some(report.failed().take(1).collect()))
    })
}

impl From<Message<String>> for Single {
    #[inline]
    fn from(message: Message<String>) -> Self {
        Self { what: MESSAGE, id: message.id.clone(), input: Input::Messages(vec![message]) }
    }
}

impl From<Change<String>> for Single {
    #[inline]
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

/// Calls the function for one record. Lines logged during the call have the record's id.
#[inline]
async fn one(consumer: Consumer, invocation: &Invocation, single: Single) -> Result<(), Error> {
    let span = info_span!(target: TARGET, "record", kind = single.what, id = single.id);
    let delivery = Delivery::new(single.input, invocation.clone());
    call(consumer, delivery).instrument(span).await?.into_result()
}

/// Calls the function.
#[inline]
async fn call(consumer: Consumer, delivery: Delivery) -> Result<BatchFailures, Error> {
    let outcome = AssertUnwindSafe(async { (consumer.call)(delivery).await }).catch_unwind().await;
    match outcome {
        Ok(handled) => handled.and_then(|result| result),
        // The panic hook has logged the panic with its location.
        Err(_) => Err("the function panicked".into()),
    }
}

/// A record of an event.
struct Place {
    id: String,
    /// The group in which order matters.
    group: Option<String>,
}

/// The failed records of an event.
struct Report {
    /// The noun for its records.
    what: &'static str,
    places: Vec<Place>,
    reasons: Vec<Option<String>>,
    /// The groups with a failure.
    closed: Vec<String>,
}

impl Report {
    #[inline]
    fn new(what: &'static str, places: impl Iterator<Item = Place>) -> Self {
        let places: Vec<Place> = places.collect();
        Self { what, reasons: vec![None; places.len()], places, closed: Vec::new() }
    }

    /// Adds a failed record, which is already logged.
    #[inline]
    fn fail(&mut self, place: usize, error: &Error) {
        let reason = chain(&**error);
        tracing::error!(target: TARGET, id = self.places[place].id, "a {} failed: {reason}", self.what);
        self.reasons[place] = Some(reason);
    }

    /// Adds a record after a failure in its group, or closes the group if the record itself has failed.
    #[inline]
    fn keep_order(&mut self, place: usize) -> bool {
        let Some(group) = &self.places[place].group else { return false };
        let is_closed = self.closed.contains(group);
        if is_closed {
            self.reasons[place].get_or_insert_with(|| "one before it in its group has failed".to_owned());
        } else if self.reasons[place].is_some() {
            self.closed.push(group.clone());
        }
        is_closed
    }

    /// Calls the function once for all records.
    #[inline]
    async fn batch(&mut self, consumer: Consumer, delivery: Delivery) {
        let unread = Arc::clone(&delivery.unread);
        let outcome = call(consumer, delivery).await;
        let unread = std::mem::take(&mut *unread.lock().unwrap_or_else(PoisonError::into_inner));
        for (place, error) in &unread {
            self.fail(*place, error);
        }
        match outcome {
            Ok(failures) => {
                for (id, error) in failures.into_vec() {
                    if let Some(place) = self.places.iter().position(|place| place.id == id) {
                        self.fail(place, &error);
                    } else {
                        // Lambda would treat an unknown id as a failure of the whole batch.
                        let what = self.what;
                        tracing::error!(target: TARGET, id, "the function reports a {what} that the batch does not have");
                    }
                }
            }
            Err(error) => {
                let reason = chain(&*error);
                tracing::error!(target: TARGET, "all of the batch failed, {} in number: {reason}", self.places.len());
                for of in &mut self.reasons {
                    of.get_or_insert_with(|| reason.clone());
                }
            }
        }
        for place in 0..self.places.len() {
            self.keep_order(place);
        }
    }

    /// The failed records, in order.
    #[inline]
    fn failed(self) -> impl Iterator<Item = FailedRecord> {
        let all = self.places.into_iter().zip(self.reasons);
        all.filter_map(|(place, reason)| Some(FailedRecord { id: place.id, reason: reason? }))
    }
}

//! What is delivered to a function, and how its arguments are made from it.
//!
//! In: an event, or the records of one. Out: what an argument's type requires. A record of a batch that
//! cannot be parsed is kept as a failure, and the others are passed on.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use lambda_runtime::{Context, Error};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{
    batch::Batch,
    change::{self, Change},
    message::{self, Message},
};
use crate::resource::Init;

/// The environment of an event's function.
#[derive(Clone, Default)]
pub(crate) struct Invocation {
    pub(crate) init: Init,
    pub(crate) context: Context,
}

/// What the arguments of one call are made from.
pub struct Delivery {
    input: Input,
    pub(super) invocation: Invocation,
    /// The records of a batch that cannot be parsed, by position.
    pub(super) unread: Arc<Mutex<Vec<(usize, Error)>>>,
}

/// The delivered data.
pub(super) enum Input {
    /// An event that is one record.
    Event(Box<RawValue>),
    /// Messages: a single one if the function takes one.
    Messages(Vec<Message<String>>),
    /// Changes: a single one if the function takes one. Images are JSON.
    Changes(Vec<Change<String>>),
}

impl Delivery {
    #[inline]
    pub(super) fn new(input: Input, invocation: Invocation) -> Self {
        Self { input, invocation, unread: Arc::default() }
    }

    /// Keeps a record of the batch as unreadable.
    #[inline]
    fn refuse(&self, place: usize, error: Error) {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).push((place, error));
    }
}

impl Delivery {
    /// The event, if it is one record.
    #[inline]
    pub(super) fn event(&self) -> Result<&str, Error> {
        match &self.input {
            Input::Event(event) => Ok(event.get()),
            Input::Messages(_) | Input::Changes(_) => Err("the event is not a single one".into()),
        }
    }

    /// Parses the message.
    pub(super) fn message<T: DeserializeOwned>(&self) -> Result<Message<T>, Error> {
        match &self.input {
            Input::Messages(messages) if let [message] = &messages[..] => message::typed(message),
            _ => Err("there is not one message, but a batch".into()),
        }
    }

    /// Parses the messages, without unreadable ones and those after them in the same group.
    pub(super) fn messages<T: DeserializeOwned>(&self) -> Result<Batch<Message<T>>, Error> {
        let Input::Messages(messages) = &self.input else { return Err("there are no messages".into()) };
        let mut read = Vec::with_capacity(messages.len());
        let mut closed = Vec::new();
        for (place, message) in messages.iter().enumerate() {
            let group = message.ordered_group();
            if group.is_some_and(|group| closed.contains(&group)) {
                continue;
            }
            match message::typed(message) {
                Ok(message) => read.push(message),
                Err(error) => {
                    closed.extend(group);
                    self.refuse(place, error);
                }
            }
        }
        if read.is_empty() {
            return Err("none of the messages can be read".into());
        }
        Ok(Batch::new(read))
    }

    /// Parses the change.
    pub(super) fn change<T: DeserializeOwned>(&self) -> Result<Change<T>, Error> {
        match &self.input {
            Input::Changes(changes) if let [change] = &changes[..] => change::typed(change),
            _ => Err("there is not one change, but a batch".into()),
        }
    }

    /// Parses the changes up to the first unreadable one.
    pub(super) fn changes<T: DeserializeOwned>(&self) -> Result<Batch<Change<T>>, Error> {
        let Input::Changes(changes) = &self.input else { return Err("there are no changes".into()) };
        let mut read = Vec::with_capacity(changes.len());
        for (place, change) in changes.iter().enumerate() {
            match change::typed(change) {
                Ok(change) => read.push(change),
                Err(error) => {
                    self.refuse(place, error);
                    break;
                }
            }
        }
        if read.is_empty() {
            return Err("none of the changes can be read".into());
        }
        Ok(Batch::new(read))
    }
}

impl fmt::Debug for Delivery {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").finish_non_exhaustive()
    }
}

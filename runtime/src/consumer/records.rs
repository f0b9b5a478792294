//! What the compiler can check about a consumer's argument before any event: whether it is a batch, and which
//! queue its messages belong to.
//!
//! In: the argument's type. Out: constants, or an error at the argument that says what to write. The
//! constants are found in the same way as those of `Argument`.

use std::{convert::Infallible, marker::PhantomData};

use super::{batch::Batch, change::Change, message::Message};
use crate::extract::{Check, Passed};

/// A type that is sent to one queue, which it names: `routegen_sqs::Queue<T>` sends it, and a [`Message<T>`]
/// receives it.
///
/// ```
/// use routegen::QueueMessage;
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct NewOrder {
///     item: String,
/// }
///
/// impl QueueMessage for NewOrder {
///     const QUEUE: &'static str = "orders";
/// }
/// ```
///
/// [`#[derive(QueueMessage)]`](derive@crate::QueueMessage) implements it. A function with
/// [`#[queue]`](macro@crate::queue) that takes it from another queue does not compile.
pub trait QueueMessage {
    /// The name of the queue in `#[queue]` and in Terraform's variable `resources`.
    const QUEUE: &'static str;
}

/// Finds out at compile time what an argument takes from an event.
#[derive(Debug)]
pub struct Records<T>(PhantomData<T>, Infallible);

/// Covers every type that [`Records`] does not list.
pub trait RecordsCheck {
    /// It does not take all records of an event.
    const BATCH: bool = false;
}

impl<T> RecordsCheck for Records<T> {}

impl<R> Records<Batch<R>> {
    /// It takes all records of an event.
    pub const BATCH: bool = true;
}

/// Checks at compile time whether an argument can be combined with the others, one of which is a batch
/// (`IN_BATCH`) or not.
#[derive(Debug)]
pub struct Beside<T, const IN_BATCH: bool>(PhantomData<T>, Infallible);

/// Accepts every type that [`Beside`] does not list.
pub trait BesideCheck {
    /// Accepts the argument.
    const CHECK: Passed = Passed;
}

impl<T, const IN_BATCH: bool> BesideCheck for Beside<T, IN_BATCH> {}

impl<T> Beside<Message<T>, true> {
    /// There are several messages.
    pub const CHECK: One<Message<T>> = One(PhantomData);
}

impl<T> Beside<Change<T>, true> {
    /// There are several changes.
    pub const CHECK: One<Change<T>> = One(PhantomData);
}

/// A single record beside a batch.
#[derive(Debug)]
pub struct One<T>(PhantomData<T>);

impl<T: BesideABatch> Check for One<T> {}

/// Never implemented.
#[diagnostic::on_unimplemented(
    message = "a function takes one record or a batch of them, and not both",
    label = "one record, beside an argument that is a batch",
    note = "remove one of the two: the batch has every record"
)]
pub trait BesideABatch {}

/// Finds out at compile time which queue the messages of an argument belong to.
#[derive(Debug)]
pub struct OfQueue<T>(PhantomData<T>, Infallible);

/// Covers every type that [`OfQueue`] does not list.
pub trait OfQueueCheck {
    /// It names no queue.
    const QUEUE: Option<&'static str> = None;
}

impl<T> OfQueueCheck for OfQueue<T> {}

impl<T: QueueMessage> OfQueue<Message<T>> {
    /// The queue that the type names.
    pub const QUEUE: Option<&'static str> = Some(T::QUEUE);
}

impl<T: QueueMessage> OfQueue<Batch<Message<T>>> {
    /// The queue that the type names.
    pub const QUEUE: Option<&'static str> = Some(T::QUEUE);
}

/// Refuses to compile if the type of an argument names another queue than the attribute.
///
/// # Panics
///
/// At compile time, if it does.
pub const fn check_queue(named: Option<&'static str>, queue: &'static str, message: &'static str) {
    if let Some(named) = named
        && !is_same(named.as_bytes(), queue.as_bytes())
    {
        panic!("{}", message);
    }
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

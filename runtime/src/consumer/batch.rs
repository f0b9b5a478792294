//! All records of an invocation.

use std::{ops::Deref, slice, vec};

/// All records of an invocation: `Batch<Message<T>>` for a [queue](macro@crate::queue), or `Batch<Change<T>>`
/// for a [stream](macro@crate::stream). It dereferences to a slice, and `for` iterates over its records.
///
/// ```
/// use routegen::{Batch, BatchFailures, Message, queue};
///
/// #[derive(serde::Deserialize)]
/// struct NewOrder {
///     item: String,
/// }
///
/// # async fn store(order: &NewOrder) -> Result<(), std::io::Error> { let _ = &order.item; Ok(()) }
/// #[queue(orders, batch = 100, window = 5)]
/// async fn on_orders(orders: Batch<Message<NewOrder>>) -> BatchFailures {
///     let mut failures = BatchFailures::new();
///     for order in &orders {
///         if let Err(error) = store(&order.body).await {
///             failures.push(order, error);
///         }
///     }
///     failures
/// }
/// ```
///
/// It contains the records that can be parsed. The others have failed, and are logged with their ids and the
/// place of the error in the JSON. Where order matters, in a message group of a FIFO queue and in a stream,
/// the records after an unreadable one are missing too.
#[derive(Clone, Debug)]
pub struct Batch<R>(Vec<R>);

impl<R> Batch<R> {
    /// Creates a batch of these records, also for tests.
    #[inline]
    pub fn new(records: impl IntoIterator<Item = R>) -> Self {
        Self(records.into_iter().collect())
    }

    /// The records.
    #[inline]
    pub fn into_vec(self) -> Vec<R> {
        self.0
    }
}

impl<R> Deref for Batch<R> {
    type Target = [R];

    #[inline]
    fn deref(&self) -> &[R] {
        &self.0
    }
}

impl<R> FromIterator<R> for Batch<R> {
    fn from_iter<I: IntoIterator<Item = R>>(records: I) -> Self {
        Self::new(records)
    }
}

impl<R> IntoIterator for Batch<R> {
    type Item = R;
    type IntoIter = vec::IntoIter<R>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, R> IntoIterator for &'a Batch<R> {
    type Item = &'a R;
    type IntoIter = slice::Iter<'a, R>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

//! A change in a table.

use std::time::{Duration, SystemTime};

use lambda_runtime::Error;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{attribute_value, reading::read};

/// A change of an item in a DynamoDB table: the argument of a function with
/// [`#[stream]`](macro@crate::stream).
///
/// ```
/// use routegen::{Change, Error, stream};
///
/// #[derive(serde::Deserialize)]
/// struct Item {
///     id: String,
///     count: u32,
/// }
///
/// #[stream(items_table)]
/// async fn item_changed(change: Change<Item>) -> Result<(), Error> {
///     if let (Some(old), Some(new)) = (&change.old, &change.new) {
///         tracing::info!("{}: {} to {}", new.id, old.count, new.count);
///     }
///     Ok(())
/// }
/// ```
///
/// DynamoDB's attributes become what serde reads from JSON: numbers with all of their digits, sets as lists,
/// bytes as base64.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Change<T> {
    /// What happened.
    pub kind: ChangeKind,
    /// The item after the change: `None` if it was removed, or if the stream's view has no new images.
    pub new: Option<T>,
    /// The item before the change: `None` if it is new, or if the stream's view has no old images.
    pub old: Option<T>,
    /// The record's id.
    pub id: String,
    /// Its place in the shard.
    pub sequence_number: String,
    /// Approximately when it happened.
    pub time: SystemTime,
    /// Whether DynamoDB removed the item because its time to live had expired.
    pub is_expiry: bool,
    /// The ARN of the stream.
    pub stream_arn: String,
    /// The item's key, as JSON.
    keys: String,
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "they say it")]
pub enum ChangeKind {
    Insert,
    Modify,
    Remove,
}

impl<T> Change<T> {
    /// Creates a change with the current time, for tests. Its kind follows from which images are present; its
    /// key is empty.
    #[inline]
    pub fn new(old: Option<T>, new: Option<T>) -> Self {
        let kind = match (&old, &new) {
            (None, _) => ChangeKind::Insert,
            (Some(_), Some(_)) => ChangeKind::Modify,
            (Some(_), None) => ChangeKind::Remove,
        };
        Self {
            kind,
            new,
            old,
            id: "0".repeat(32),
            sequence_number: "1".to_owned(),
            time: SystemTime::now(),
            is_expiry: false,
            stream_arn: String::new(),
            keys: "{}".to_owned(),
        }
    }

    /// Returns the attributes of the item's key, which every stream view has.
    ///
    /// # Errors
    ///
    /// If they do not deserialize as `K`.
    pub fn key<K: DeserializeOwned>(&self) -> Result<K, Error> {
        read("the key", &self.keys)
    }
}

/// An event with changes.
#[derive(Deserialize)]
struct Changes {
    #[serde(rename = "Records")]
    records: Vec<Sent>,
}

/// A change in Lambda's JSON.
#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "eventID", default)]
    id: String,
    #[serde(rename = "eventName")]
    kind: ChangeKind,
    #[serde(rename = "eventSourceARN", default)]
    stream_arn: String,
    #[serde(rename = "userIdentity")]
    user: Option<User>,
    dynamodb: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    approximate_creation_date_time: Option<f64>,
    #[serde(default)]
    keys: Map<String, Value>,
    new_image: Option<Map<String, Value>>,
    old_image: Option<Map<String, Value>>,
    sequence_number: String,
}

/// Who changed the item, if it was an AWS service.
#[derive(Deserialize)]
struct User {
    #[serde(rename = "type", alias = "Type", default)]
    kind: String,
    #[serde(rename = "principalId", alias = "PrincipalId", default)]
    principal: String,
}

/// Parses the changes of an event; the images stay in DynamoDB's format.
#[inline]
pub(super) fn changes(event: &str) -> Result<Vec<Change<String>>, Error> {
    let changes: Changes =
        serde_json::from_str(event).map_err(|error| format!("this is not an event of a stream: {error}"))?;
    Ok(changes.records.into_iter().map(Sent::into_change).collect())
}

impl Sent {
    #[inline]
    fn into_change(self) -> Change<String> {
        let Self { id, kind, stream_arn, user, dynamodb } = self;
        let raw = |image: &Map<String, Value>| serde_json::to_string(image).unwrap_or_default();
        let time = dynamodb.approximate_creation_date_time.unwrap_or_default();
        Change {
            kind,
            new: dynamodb.new_image.as_ref().map(raw),
            old: dynamodb.old_image.as_ref().map(raw),
            id,
            sequence_number: dynamodb.sequence_number,
            time: SystemTime::UNIX_EPOCH + Duration::try_from_secs_f64(time).unwrap_or_default(),
            is_expiry: user
                .is_some_and(|user| user.kind == "Service" && user.principal == "dynamodb.amazonaws.com"),
            stream_arn,
            keys: raw(&dynamodb.keys),
        }
    }
}

/// Converts an item's DynamoDB attributes into JSON.
#[inline]
fn plain(what: &str, image: &str) -> Result<String, Error> {
    let attributes: Map<String, Value> = serde_json::from_str(image)?;
    attribute_value::item(&attributes).map_err(|error| format!("{what} cannot be read: {error}").into())
}

/// Returns the change with typed images.
pub(super) fn typed<T: DeserializeOwned>(change: &Change<String>) -> Result<Change<T>, Error> {
    let image = |what: &str, image: &Option<String>| -> Result<Option<T>, Error> {
        image.as_deref().map(|image| read(what, &plain(what, image)?)).transpose()
    };
    Ok(Change {
        kind: change.kind,
        new: image("the new image", &change.new)?,
        old: image("the old image", &change.old)?,
        id: change.id.clone(),
        sequence_number: change.sequence_number.clone(),
        time: change.time,
        is_expiry: change.is_expiry,
        stream_arn: change.stream_arn.clone(),
        keys: plain("the key", &change.keys)?,
    })
}

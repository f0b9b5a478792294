//! An event of an event bus.

use std::time::SystemTime;

use lambda_runtime::Error;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{reading::read, rfc3339};

/// An EventBridge event with the detail `T`: the argument of a function with
/// [`#[event]`](macro@crate::event).
///
/// ```
/// use routegen::{Event, Error, event};
///
/// #[derive(serde::Deserialize)]
/// struct ObjectCreated {
///     bucket: Bucket,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Bucket {
///     name: String,
/// }
///
/// #[event(source = "aws.s3", detail_type = "Object Created")]
/// async fn uploaded(event: Event<ObjectCreated>) -> Result<(), Error> {
///     tracing::info!("something new in {}", event.detail.bucket.name);
///     Ok(())
/// }
/// ```
///
/// EventBridge delivers an event at least once, in no particular order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<T> {
    /// The event's content.
    pub detail: T,
    /// The event's id, which is the same when it is delivered again.
    pub id: String,
    /// The source, such as `aws.s3`.
    pub source: String,
    /// The kind of event, such as `Object Created`.
    pub detail_type: String,
    /// When it happened, according to its sender.
    pub time: SystemTime,
    /// The AWS account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The ARNs of the resources that it is about.
    pub resources: Vec<String>,
}

impl<T> Event<T> {
    /// Creates an event with this detail and the current time, for tests.
    #[inline]
    pub fn new(source: impl Into<String>, detail_type: impl Into<String>, detail: T) -> Self {
        Self {
            detail,
            id: "00000000-0000-4000-8000-000000000000".to_owned(),
            source: source.into(),
            detail_type: detail_type.into(),
            time: SystemTime::now(),
            account: String::new(),
            region: String::new(),
            resources: Vec::new(),
        }
    }
}

/// An event in EventBridge's JSON.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    id: String,
    source: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    time: Option<String>,
    #[serde(default)]
    account: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    resources: Vec<String>,
    detail: Box<RawValue>,
}

#[inline]
fn sent(event: &str) -> Result<Event<Box<RawValue>>, Error> {
    let wrong = |reason: String| format!("this is not an event of a bus: {reason}");
    let Sent { id, source, detail_type, time, account, region, resources, detail } =
        serde_json::from_str(event).map_err(|error| wrong(error.to_string()))?;
    let time = match time {
        Some(time) => {
            rfc3339::parse(&time).ok_or_else(|| wrong(format!("{time:?} is not a time of RFC 3339")))?
        }
        None => SystemTime::now(),
    };
    Ok(Event { detail, id, source, detail_type, time, account, region, resources })
}

/// Parses the event, with a detail of type `T`.
pub(super) fn event<T: DeserializeOwned>(event: &str) -> Result<Event<T>, Error> {
    let Event { detail, id, source, detail_type, time, account, region, resources } = sent(event)?;
    let detail = read("the detail", detail.get())?;
    Ok(Event { detail, id, source, detail_type, time, account, region, resources })
}

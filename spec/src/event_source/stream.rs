//! The changes of a table of DynamoDB as an event source.

use serde::{Deserialize, Serialize};

use super::{Pattern, Takes};
use crate::Name;

/// The stream of a table ([Lambda with DynamoDB]). Records of one item arrive in order. A batch that fails
/// is retried, and later records wait, until the retries or the age are used up.
///
/// [Lambda with DynamoDB]: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StreamSource {
    /// The name of the table in `resources`.
    pub table: Name,
    /// Where a new function begins to read.
    pub start: StartingPosition,
    /// The maximum number of records in one invocation, 1 to 10000.
    pub batch: u32,
    /// How long Lambda gathers records, in seconds, 0 to 300.
    pub window: u32,
    /// The batches of one shard that run at once, 1 to 10.
    pub parallel: u32,
    /// How often a failing batch is retried, 0 to 10000. It is always limited, because a batch that fails
    /// forever blocks its shard.
    pub retries: u32,
    /// The maximum age of a record, in seconds, 60 to 604800; `None` for as long as the stream keeps it.
    pub max_age: Option<u32>,
    /// Whether a failing batch is halved before it is retried.
    pub bisect: bool,
    /// Which records are delivered.
    pub filter: Vec<Pattern>,
    /// How many records the handler takes at a time.
    #[serde(default)]
    pub takes: Takes,
}

/// Where a function begins to read a stream.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StartingPosition {
    /// At the oldest record that the stream keeps, so that none is lost.
    #[default]
    TrimHorizon,
    /// At the next record. Records that arrive while the mapping is created or changed can be missed.
    Latest,
}

impl StartingPosition {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::TrimHorizon, Self::Latest];

    /// The word for it in attributes and manifests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrimHorizon => "trim_horizon",
            Self::Latest => "latest",
        }
    }

    /// AWS's word for it.
    pub const fn as_aws(self) -> &'static str {
        match self {
            Self::TrimHorizon => "TRIM_HORIZON",
            Self::Latest => "LATEST",
        }
    }
}

impl StreamSource {
    /// Lambda's own default.
    pub const BATCH: u32 = 100;

    /// Lambda's own default is to retry forever.
    pub const RETRIES: u32 = 3;

    /// A table's stream, with the defaults.
    pub fn new(table: Name) -> Self {
        Self {
            table,
            start: StartingPosition::default(),
            batch: Self::BATCH,
            window: 0,
            parallel: 1,
            retries: Self::RETRIES,
            max_age: None,
            bisect: true,
            filter: Vec::new(),
            takes: Takes::One,
        }
    }
}

//! How many records a handler takes at a time.

use serde::{Deserialize, Serialize};

/// How many records of a poll the handler takes at a time, which its arguments' types decide.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// One: the handler is called once for each record.
    #[default]
    One,
    /// All of them at once.
    Batch,
}

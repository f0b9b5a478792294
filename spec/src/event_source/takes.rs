//! How many records a handler takes at a time.

use serde::{Deserialize, Serialize};

/// How many records of a poll the handler takes at a time, which its arguments' types say.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// One: it is called once for each.
    #[default]
    One,
    /// All of them at once.
    Batch,
}

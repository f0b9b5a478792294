//! A consumer as its author wrote it.

use serde::{Deserialize, Serialize};

use crate::{EnvName, EventSource, GrantSpec, Name, SourceLocation};

/// One `#[schedule]`, `#[queue]`, `#[event]` or `#[stream]`, as the registry holds it: a function that an
/// event source calls, not an HTTP request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ConsumerSpec {
    /// The name of its function.
    pub name: Name,
    /// What calls it.
    pub consumes: EventSource,
    /// Memory of the function in MB; `None` where the author left it to the configuration.
    pub memory: Option<u32>,
    /// Timeout of the function in seconds; `None` where the author left it to the configuration.
    pub timeout: Option<u32>,
    /// Whether the function runs on several threads; `None` where the author left it to the configuration.
    pub multi_thread: Option<bool>,
    /// The environment variables of the function in the order in which they were written, then those of its
    /// resources.
    pub env: Vec<EnvName>,
    /// What its resources, and the resources that those need, may do in AWS, as their types declare it.
    pub grants: Vec<GrantSpec>,
    /// What it is for: the first paragraph of the function's doc comment; possibly empty.
    pub description: String,
    /// The function's path: `orders::on_order`.
    pub handler: String,
    /// The cargo package that the function belongs to.
    pub package: String,
    /// The location of the attribute.
    pub source: SourceLocation,
    /// The exported symbol of the entry point.
    pub entry: String,
}

impl ConsumerSpec {
    /// A consumer with this name and event source. The rest is empty for the caller to fill in.
    pub fn new(name: Name, consumes: EventSource) -> Self {
        Self {
            name,
            consumes,
            memory: None,
            timeout: None,
            multi_thread: None,
            env: Vec::new(),
            grants: Vec::new(),
            description: String::new(),
            handler: String::new(),
            package: String::new(),
            source: SourceLocation::default(),
            entry: String::new(),
        }
    }
}

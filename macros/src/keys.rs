//! The keys of `#[route]`: their names, and for each an example that the messages show.
//!
//! In: a word. Out: the key, or the one that was probably meant. It knows nothing of values; those are read in
//! `values.rs`. A new key begins here, and the compiler names the other places.

use crate::nearest::nearest;

/// A key of `#[route]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Key {
    Auth,
    Scopes,
    Memory,
    Timeout,
    Env,
    Throttle,
    Name,
    Lambda,
    Description,
    Tags,
    Deprecated,
    Crate,
}

impl Key {
    /// All of them, in the order in which messages list them.
    const ALL: [Self; 12] = [
        Self::Auth,
        Self::Scopes,
        Self::Memory,
        Self::Timeout,
        Self::Env,
        Self::Throttle,
        Self::Name,
        Self::Lambda,
        Self::Description,
        Self::Tags,
        Self::Deprecated,
        Self::Crate,
    ];

    /// The word before the `=`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Scopes => "scopes",
            Self::Memory => "memory",
            Self::Timeout => "timeout",
            Self::Env => "env",
            Self::Throttle => "throttle",
            Self::Name => "name",
            Self::Lambda => "lambda",
            Self::Description => "description",
            Self::Tags => "tags",
            Self::Deprecated => "deprecated",
            Self::Crate => "crate",
        }
    }

    /// The key with a value that is right.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Auth => "auth = \"cognito\"",
            Self::Scopes => "scopes = [\"items/read\"]",
            Self::Memory => "memory = 256",
            Self::Timeout => "timeout = 10",
            Self::Env => "env = [\"TABLE\"]",
            Self::Throttle => "throttle = (50, 20)",
            Self::Name => "name = \"get_items\"",
            Self::Lambda => "lambda = \"items\"",
            Self::Description => "description = \"Retrieves items\"",
            Self::Tags => "tags = [\"items\"]",
            Self::Deprecated => "deprecated = true",
            Self::Crate => "crate = my_crate::routegen",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == word)
    }

    /// The key that a word was probably meant to be.
    pub(crate) fn nearest(word: &str) -> Option<Self> {
        nearest(word, Self::ALL.iter().map(|key| key.name())).and_then(Self::from_word)
    }

    /// The names of all keys, for a message.
    pub(crate) fn list() -> String {
        Self::ALL.map(|key| format!("`{}`", key.name())).join(", ")
    }
}

//! What calls a function: the one list of its kinds.

use serde::{Deserialize, Serialize};

use crate::{AuthorizerSpec, RouteSpec};

/// What calls a function, as its attributes say it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Trigger<'a> {
    /// Requests to these routes, at least one, in the manifest's order.
    Routes(Vec<&'a RouteSpec>),
    /// API Gateway, which asks whether a request may pass.
    Authorizer(&'a AuthorizerSpec),
}

/// The kinds of [`Trigger`], by the words that manifests, notes in artifacts, symbols and listings have for them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerKind {
    /// [`Trigger::Routes`]. What was written by versions that knew nothing else does not say it.
    #[default]
    Routes,
    /// [`Trigger::Authorizer`].
    Authorizer,
}

impl Trigger<'_> {
    /// The kind.
    pub fn kind(&self) -> TriggerKind {
        match self {
            Self::Routes(_) => TriggerKind::Routes,
            Self::Authorizer(_) => TriggerKind::Authorizer,
        }
    }
}

impl TriggerKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Routes, Self::Authorizer];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Routes => "routes",
            Self::Authorizer => "authorizer",
        }
    }

    /// Whether one program can serve several entry points of this kind. A program of another kind has one.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Routes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_as_its_word() {
        for kind in TriggerKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
    }
}

//! The slot of one argument in an attribute, and its state.

use proc_macro2::TokenStream;

/// The slot of one argument.
#[derive(Default)]
pub(crate) enum Slot<T> {
    /// It is missing.
    #[default]
    Absent,
    /// It was wrong. The error is already reported, and no other follows.
    Refused,
    /// It was valid.
    Given(Given<T>),
}

/// The value of an argument with its location.
pub(crate) struct Given<T> {
    pub(crate) value: T,
    /// The whole argument, for errors.
    pub(crate) tokens: TokenStream,
}

impl<T> Slot<T> {
    pub(crate) fn given(&self) -> Option<&Given<T>> {
        match self {
            Self::Given(given) => Some(given),
            Self::Absent | Self::Refused => None,
        }
    }

    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Given(given) => Some(given.value),
            Self::Absent | Self::Refused => None,
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(crate) fn fill(&mut self, value: Option<T>, tokens: TokenStream) {
        *self = value.map_or(Self::Refused, |value| Self::Given(Given { value, tokens }));
    }

    /// Gives a value to an absent argument. It has no location.
    pub(crate) fn settle(&mut self, value: Option<&T>)
    where
        T: Clone,
    {
        if self.is_absent()
            && let Some(value) = value
        {
            self.fill(Some(value.clone()), TokenStream::new());
        }
    }

    /// Marks an absent argument, so that no other error about it follows.
    pub(crate) fn excuse(&mut self) {
        if self.is_absent() {
            *self = Self::Refused;
        }
    }
}

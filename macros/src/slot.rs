//! The place of one argument in an attribute, and what became of it.

use proc_macro2::TokenStream;

/// The place of one argument.
#[derive(Default)]
pub(crate) enum Slot<T> {
    /// It was not written.
    #[default]
    Absent,
    /// It was written and is wrong. The error is reported, and nothing else shall be said about it.
    Refused,
    /// It was written and is right.
    Given(Given<T>),
}

/// The value of an argument and where it stands.
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

    /// Gives a value to an absent argument. It stands nowhere.
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

    /// Makes an absent argument one that nothing else is said about.
    pub(crate) fn excuse(&mut self) {
        if self.is_absent() {
            *self = Self::Refused;
        }
    }
}

//! Text as typed values: a path parameter, or a claim of a token.
//!
//! In: a text, and what messages call it. Out: whatever serde can make of a text, which is a number, a bool, an enum
//! or an optional value as well as a string. It says whose mistake it is where that fails, and takes no text for a list.

use std::fmt;

use serde::de::{self, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};

/// A text with a name.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    /// What it is in messages: `path parameter`.
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// Why a text is not of the type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Error {
    /// The value is not of the type: the mistake of whoever sent it.
    Value(Mismatch),
    /// There is no value of this name.
    Missing(&'static str),
    /// No text could be of the type: the author's mistake.
    Shape {
        cause: String,
        /// What the type expects, where it says so.
        expected: Option<String>,
    },
}

/// A value that is not of the type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Mismatch {
    /// What it is called, and what it is not: never the value itself.
    pub(super) detail: String,
    /// What the type expects, where that is not said yet.
    pub(super) expected: Option<String>,
    /// What the type itself says, which may show the value.
    pub(super) reason: Option<String>,
}

impl Error {
    pub(super) fn value(detail: impl Into<String>) -> Self {
        Self::Value(Mismatch { detail: detail.into(), expected: None, reason: None })
    }

    pub(super) fn shape(cause: impl Into<String>) -> Self {
        Self::Shape { cause: cause.into(), expected: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(mismatch) => mismatch.fmt(f),
            Self::Shape { cause, .. } => f.write_str(cause),
            Self::Missing(name) => write!(f, "there is no `{name}`"),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        self.reason.iter().try_for_each(|reason| write!(f, ": {reason}"))
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self::shape(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let cause = format!("invalid type: {found}, expected {expected}");
        Self::Shape { cause, expected: Some(expected.to_string()) }
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let cause = format!("invalid value: {found}, expected {expected}");
        Self::Shape { cause, expected: Some(expected.to_string()) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

impl Text<'_> {
    fn parse<T: std::str::FromStr>(self) -> Result<T, Error> {
        self.value.parse().map_err(|_| Error::value(self.mismatch(std::any::type_name::<T>())))
    }

    pub(super) fn mismatch(self, expected: impl fmt::Display) -> String {
        format!("the {} `{}` is not a valid {expected}", self.kind, self.name)
    }

    /// A type that parses its text itself (`Uuid`, a date) rejects the client's text, and the author's type is right.
    pub(super) fn blame(self, error: Error) -> Error {
        match error {
            Error::Shape { cause, expected } => {
                Error::Value(Mismatch { detail: self.mismatch("value"), expected, reason: Some(cause) })
            }
            error => error,
        }
    }
}

/// Parses a parameter as the type that is asked for.
macro_rules! parsed {
    ($($method:ident $visit:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.parse()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Text<'_> {
    type Error = Error;

    parsed! {
        deserialize_bool visit_bool
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32 deserialize_i64 visit_i64
        deserialize_i128 visit_i128
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
        deserialize_u128 visit_u128
        deserialize_f32 visit_f32 deserialize_f64 visit_f64 deserialize_char visit_char
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.value).map_err(|error| self.blame(error))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !variants.contains(&self.value) {
            let variants = variants.join(", ");
            return Err(Error::value(format!("the {} `{}` is not one of {variants}", self.kind, self.name)));
        }
        visitor.visit_enum(self.value.into_deserializer())
    }

    serde::forward_to_deserialize_any! {
        str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

//! Strings as typed values: a path parameter, a query parameter, or a claim of a token.
//!
//! In: a string, and its name for messages. Out: whatever serde can make from a string: a number, a bool, an
//! enum or an optional value, as well as a string. If that fails, the error shows whose mistake it is. It
//! never treats a string as a list.

use std::fmt;

use serde::de::{self, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};

/// A text with a name.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    /// What messages call it: `path parameter`.
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// Why a string does not match the type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Error {
    /// The value does not match the type: the sender's mistake.
    Value(Mismatch),
    /// There is no value of this name.
    Missing(&'static str),
    /// The type denies unknown fields, and there is one.
    Unknown(String),
    /// The type's own error about all of the values together.
    Whole(String),
    /// It is not a variant of the enum.
    Variant { cause: String, variants: &'static [&'static str] },
    /// The type expects something else: the author's mistake, unless it is about a string.
    Shape {
        cause: String,
        /// What the type expects, if it reports that.
        expected: Option<String>,
        /// The unexpected string, if it was one.
        text: Option<String>,
    },
}

/// A value that does not match the type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Mismatch {
    /// Its name, and what it is not: never the value itself.
    pub(super) detail: String,
    /// What the type expects, if `detail` does not contain that already.
    pub(super) expected: Option<String>,
    /// The type's own message, which may show the value.
    pub(super) reason: Option<String>,
}

impl Error {
    pub(super) fn value(detail: impl Into<String>) -> Self {
        Self::Value(Mismatch { detail: detail.into(), expected: None, reason: None })
    }

    pub(super) fn shape(cause: impl Into<String>) -> Self {
        Self::Shape { cause: cause.into(), expected: None, text: None }
    }

    /// The unexpected string, if it was one.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Shape { text: Some(text), .. } = self { Some(text) } else { None }
    }

    fn unexpected(what: &str, found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let cause = format!("{what}: {found}, expected {expected}");
        let text = if let Unexpected::Str(text) = found { Some(text.to_owned()) } else { None };
        Self::Shape { cause, expected: Some(expected.to_string()), text }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(mismatch) => mismatch.fmt(f),
            Self::Whole(cause) | Self::Variant { cause, .. } | Self::Shape { cause, .. } => {
                f.write_str(cause)
            }
            Self::Missing(name) => write!(f, "there is no `{name}`"),
            Self::Unknown(name) => write!(f, "there is a `{name}`, which the type denies"),
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
        Self::Whole(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected("invalid type", found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected("invalid value", found, expected)
    }

    fn unknown_variant(found: &str, variants: &'static [&'static str]) -> Self {
        Self::Variant { cause: format!("unknown variant `{found}`"), variants }
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown(field.to_owned())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

impl Text<'_> {
    fn parse<T: std::str::FromStr>(self) -> Result<T, Error> {
        self.value.parse().map_err(|_| Error::value(self.mismatch(std::any::type_name::<T>())))
    }

    /// JSON numbers are finite.
    fn finite<T: std::str::FromStr + Copy + Into<f64>>(self) -> Result<T, Error> {
        let parsed: T = self.parse()?;
        if parsed.into().is_finite() {
            return Ok(parsed);
        }
        Err(Error::value(self.mismatch(std::any::type_name::<T>())))
    }

    pub(super) fn mismatch(self, expected: impl fmt::Display) -> String {
        format!("the {} `{}` is not a valid {expected}", self.kind, self.name)
    }

    /// If a type that parses its text itself (`Uuid`, a date) refuses it, the mistake is the client's, not
    /// the author's.
    pub(super) fn blame(self, error: Error) -> Error {
        match error {
            Error::Shape { cause, expected, .. } => {
                Error::Value(Mismatch { detail: self.mismatch("value"), expected, reason: Some(cause) })
            }
            Error::Variant { variants, .. } if !variants.is_empty() => {
                let variants = variants.join(", ");
                Error::value(format!("the {} `{}` is not one of {variants}", self.kind, self.name))
            }
            Error::Whole(cause) | Error::Variant { cause, .. } => {
                Error::Value(Mismatch { detail: self.mismatch("value"), expected: None, reason: Some(cause) })
            }
            error => error,
        }
    }

    /// The number or bool that it reads as.
    pub(super) fn scalar(self) -> Option<Scalar> {
        let Self { value, .. } = self;
        match value {
            "true" => return Some(Scalar::Bool(true)),
            "false" => return Some(Scalar::Bool(false)),
            _ if value.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {}
            _ => return None,
        }
        let unsigned = value.parse().map(Scalar::Unsigned);
        let signed = unsigned.or_else(|_| value.parse().map(Scalar::Signed));
        signed.ok().or_else(|| value.parse().ok().filter(|value: &f64| value.is_finite()).map(Scalar::Float))
    }
}

/// A string that also reads as something else.
#[derive(Clone, Copy)]
pub(super) enum Scalar {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// Parses a parameter as the required type.
macro_rules! parsed {
    ($($method:ident $visit:ident $parse:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.$parse()?).map_err(|error| self.blame(error))
        })*
    };
}

/// Types that are not strings get the string anyway, so that their error shows what they expect.
macro_rules! as_text {
    ($($method:ident $($argument:ty)*;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Result<V::Value, Error> {
            visitor.visit_str(self.value).map_err(|error| self.blame(error))
        })*
    };
}

impl<'de> Deserializer<'de> for Text<'_> {
    type Error = Error;

    parsed! {
        deserialize_bool visit_bool parse
        deserialize_i8 visit_i8 parse deserialize_i16 visit_i16 parse deserialize_i32 visit_i32 parse
        deserialize_i64 visit_i64 parse deserialize_i128 visit_i128 parse
        deserialize_u8 visit_u8 parse deserialize_u16 visit_u16 parse deserialize_u32 visit_u32 parse
        deserialize_u64 visit_u64 parse deserialize_u128 visit_u128 parse
        deserialize_f32 visit_f32 finite deserialize_f64 visit_f64 finite deserialize_char visit_char parse
    }

    as_text! {
        deserialize_any; deserialize_str; deserialize_string; deserialize_unit; deserialize_seq; deserialize_map;
        deserialize_identifier; deserialize_ignored_any;
        deserialize_unit_struct &'static str; deserialize_tuple usize;
        deserialize_tuple_struct &'static str usize;
        deserialize_struct &'static str &'static [&'static str];
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bytes(self.value.as_bytes()).map_err(|error| self.blame(error))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
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

    /// serde's list of variants lacks aliases, and there may be a variant for all other strings: so the type
    /// decides.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.value.into_deserializer()).map_err(|error| self.blame(error))
    }
}

/// Forwards to a field.
macro_rules! forward {
    ($to:tt $($method:ident $($name:ident: $argument:ty),*;)*) => {
        forward! { @each $to $($method ($($name: $argument),*))* }
    };
    (@each $to:tt) => {};
    (@each $to:tt $method:ident ($($name:ident: $argument:ty),*) $($rest:tt)*) => {
        fn $method<V: Visitor<'de>>(self, $($name: $argument,)* visitor: V) -> Result<V::Value, Error> {
            self.$to.$method($($name,)* visitor)
        }
        forward! { @each $to $($rest)* }
    };
}
pub(super) use forward;

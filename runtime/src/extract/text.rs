//! Text as typed values: a path parameter, a parameter of the query, or a claim of a token.
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
    /// The value is not of the type: the sender's mistake.
    Value(Mismatch),
    /// There is no value of this name.
    Missing(&'static str),
    /// The type denies values that it has no field for, and there is one.
    Unknown(String),
    /// What the type itself has against all of the values together.
    Whole(String),
    /// It is none of an enum's variants.
    Variant { cause: String, variants: &'static [&'static str] },
    /// Not what the type expects: the author's mistake, unless it is about a text.
    Shape {
        cause: String,
        /// What the type expects, where it says so.
        expected: Option<String>,
        /// The text that was not expected, if it was one.
        text: Option<String>,
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
        Self::Shape { cause: cause.into(), expected: None, text: None }
    }

    /// The text that was not expected, if it was one.
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

    /// A number of JSON is finite.
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

    /// A type that parses its text itself (`Uuid`, a date) rejects the client's text, and the author's type is right.
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

/// A text that reads as something else too.
#[derive(Clone, Copy)]
pub(super) enum Scalar {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// Parses a parameter as the type that is asked for.
macro_rules! parsed {
    ($($method:ident $visit:ident $parse:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.$parse()?).map_err(|error| self.blame(error))
        })*
    };
}

/// What is no text at all is a text that is not expected, so that the type says what is.
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

    /// The variants that serde tells lack aliases, and there may be one for all other texts: so the type decides.
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

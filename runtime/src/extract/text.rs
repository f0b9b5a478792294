//! Text as typed values: a path parameter, or a claim of a token.
//!
//! In: a text, and what messages call it. Out: whatever serde can make of a text, which is a number, a bool, an enum
//! or an optional value as well as a string. It says whose mistake it is where that fails.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Visitor};

/// A text with a name.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    /// What it is in messages: `path parameter`.
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    /// Whether it may be a list, its values parted by spaces.
    pub(super) lists: bool,
}

/// Why a text is not of the type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Error {
    /// The value is not of the type: the mistake of whoever sent it.
    Value(String),
    /// There is no value of this name.
    Missing(&'static str),
    /// No text could be of the type: the author's mistake.
    Shape(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(text) | Self::Shape(text) => f.write_str(text),
            Self::Missing(name) => write!(f, "there is no `{name}`"),
        }
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self::Shape(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

/// The values of a list: `a b`, or `[a b]` as API Gateway prints a list of a token.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.unwrap_or(text).split_ascii_whitespace()
}

impl Text<'_> {
    fn parse<T: std::str::FromStr>(self) -> Result<T, Error> {
        self.value.parse().map_err(|_| self.mismatch(std::any::type_name::<T>()))
    }

    fn mismatch(self, expected: impl fmt::Display) -> Error {
        Error::Value(format!("the {} `{}` is not a valid {expected}", self.kind, self.name))
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
        // A type that parses its text itself (`Uuid`, a date) rejects the client's text here, not the author's type.
        let mismatch = self.mismatch("value");
        visitor.visit_str(self.value).map_err(|error: Error| match error {
            Error::Shape(reason) => Error::Value(format!("{mismatch}: {reason}")),
            error => error,
        })
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
            return Err(Error::Value(format!("the {} `{}` is not one of {variants}", self.kind, self.name)));
        }
        visitor.visit_enum(self.value.into_deserializer())
    }

    serde::forward_to_deserialize_any! {
        str string bytes byte_buf unit unit_struct map struct identifier ignored_any
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.lists {
            visitor.visit_seq(List(self, list(self.value)))
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }
}

/// A text that is a list, and its values that are still to come.
struct List<'a, I>(Text<'a>, I);

impl<'de, 'a, I: Iterator<Item = &'a str>> SeqAccess<'de> for List<'a, I> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.1.next().map(|value| seed.deserialize(Text { value, lists: false, ..self.0 })).transpose()
    }
}

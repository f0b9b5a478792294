//! The parameters of a route's path, as typed values.
//!
//! In: the parameters that API Gateway matched and percent-decoded, and their order in the route. Out: the
//! handler's type. It does not match paths: API Gateway has done that.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::{
    self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor,
    value::{MapAccessDeserializer, StrDeserializer},
};

use super::{
    readings::{Guided, Reading, Readings, attempt},
    text::{Error, Text, forward},
};
use crate::{Problem, event::details, request::Surroundings};

/// Extracts the parameters of the path: a single one as a value, several as a tuple in the path's order, or
/// any number by name as a struct.
///
/// ```
/// use routegen::{Path, route};
///
/// #[derive(serde::Deserialize)]
/// struct Place {
///     shelf: String,
///     row: u32,
/// }
///
/// #[route(GET, "/shelves/{shelf}/rows/{row}", auth = "none")]
/// async fn get_row(Path(place): Path<Place>) -> String {
///     format!("{} {}", place.shelf, place.row)
/// }
///
/// #[route(GET, "/items/{id}", auth = "none")]
/// async fn get_item(Path(id): Path<u64>) -> String {
///     id.to_string()
/// }
/// ```
///
/// If a value does not parse as its type, the client gets 400 with the parameter's name. A tuple or a single
/// value that does not fit the path does not compile, and a struct with other names is an error when
/// `routegen` reads the routes. Any other mismatch gives 500 and an entry in the log.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        of(parts).map(Path).map_err(Problem::into_response)
    }
}

/// In a function with several routes, some may have no parameters.
impl<T: DeserializeOwned, S: Sync> OptionalFromRequestParts<S> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Response> {
        optional(parts).map(|path| path.map(Path)).map_err(Problem::into_response)
    }
}

/// The names of the route's parameters.
pub(super) fn names(parts: &Parts) -> &'static [&'static str] {
    parts.extensions.get::<Surroundings>().map_or(&[][..], |surroundings| surroundings.parameters)
}

/// Reads the path's parameters as a `T`.
pub(super) fn of<T: DeserializeOwned>(parts: &Parts) -> Result<T, Problem> {
    let values = details::path_parameters(&parts.extensions);
    let pairs = names(parts).iter().map(|name| match values.and_then(|values| values.first(name)) {
        Some(value) => Ok(parameter(name, value)),
        None => Err(Error::shape(format!("the event has no path parameter `{name}`"))),
    });
    let pairs: Result<Vec<Text<'_>>, Error> = pairs.collect();
    pairs.and_then(|pairs| read(&pairs)).map_err(problem)
}

/// The same, if the route has any.
pub(super) fn optional<T: DeserializeOwned>(parts: &Parts) -> Result<Option<T>, Problem> {
    if names(parts).is_empty() { Ok(None) } else { of(parts).map(Some) }
}

fn read<T: DeserializeOwned>(pairs: &[Text<'_>]) -> Result<T, Error> {
    attempt(|readings| T::deserialize(All { texts: pairs, readings }))
}

/// A wrong value is the client's mistake; a type that does not fit the route's parameters is the author's.
fn problem(error: Error) -> Problem {
    match error {
        // The type's own message may show the value, which came from the client.
        Error::Value(mismatch) => Problem::new(StatusCode::BAD_REQUEST).with_detail(mismatch.to_string()),
        Error::Whole(cause) | Error::Variant { cause, .. } | Error::Shape { cause, text: Some(_), .. } => {
            Problem::new(StatusCode::BAD_REQUEST).with_detail(format!("the path is not valid: {cause}"))
        }
        Error::Missing(field) => Problem::internal(format!("the path has no parameter `{field}`")),
        error => Problem::internal(error),
    }
}

fn parameter<'a>(name: &'static str, value: &'a str) -> Text<'a> {
    Text { kind: "path parameter", name, value }
}

/// All parameters of the path, in its order.
#[derive(Clone, Copy)]
struct All<'a> {
    texts: &'a [Text<'a>],
    readings: &'a Readings,
}

impl<'a> All<'a> {
    fn single(&self) -> Result<Guided<'a>, Error> {
        match self.texts {
            [value] => Ok(Guided::new(*value, self.readings, 0)),
            values => Err(Error::shape(format!(
                "`Path` takes one value, and the path has {} parameters",
                values.len()
            ))),
        }
    }

    fn exactly(&self, len: usize) -> Result<(), Error> {
        match self.texts.len() {
            found if found == len => Ok(()),
            found => {
                Err(Error::shape(format!("`Path` takes {len} values, and the path has {found} parameters")))
            }
        }
    }

    fn sequence(self, pairs: bool) -> Sequence<'a> {
        Sequence { all: self, at: 0, pairs }
    }
}

/// Forwards methods that make sense for a single parameter only to that parameter.
macro_rules! single {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.single()?.$method(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for All<'_> {
    type Error = Error;

    single! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_identifier
    }

    /// A single parameter is read as a value, or by its name if the type is a struct: a struct behind
    /// `#[serde(untagged)]` has to be tried.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let [text] = self.texts else { return self.deserialize_map(visitor) };
        match self.readings.of(WHOLE, *text, &[Reading::Json]) {
            Reading::Text => self.single()?.deserialize_any(visitor),
            _ => self.deserialize_map(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.texts.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.sequence(true))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.exactly(len)?;
        visitor.visit_seq(self.sequence(false))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.sequence(false))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    /// One parameter is the variant, or the name of a variant that has the value.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let single = self.single()?;
        if variants.contains(&single.text.name) && !variants.contains(&single.text.value) {
            return visitor.visit_enum(MapAccessDeserializer::new(self.sequence(false)));
        }
        single.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

/// The index of all parameters together.
const WHOLE: usize = usize::MAX;

/// The parameters one after another, as values or with their names.
struct Sequence<'a> {
    all: All<'a>,
    at: usize,
    /// Whether an element that is a pair is a name with a value, as in a list of any length.
    pairs: bool,
}

impl<'a> Sequence<'a> {
    fn next(&mut self) -> Option<(Guided<'a>, &'a Readings, usize)> {
        let (text, index) = (self.all.texts.get(self.at)?, self.at);
        self.at += 1;
        Some((Guided::new(*text, self.all.readings, index), self.all.readings, index))
    }
}

impl<'de> SeqAccess<'de> for Sequence<'_> {
    type Error = Error;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let pairs = self.pairs;
        let Some((value, readings, index)) = self.next() else { return Ok(None) };
        let made = if pairs { seed.deserialize(Pair(value)) } else { seed.deserialize(value) };
        readings.refused(index, made).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.all.texts.len() - self.at)
    }
}

impl<'de> MapAccess<'de> for Sequence<'_> {
    type Error = Error;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(text) = self.all.texts.get(self.at) else { return Ok(None) };
        seed.deserialize(StrDeserializer::new(text.name)).map(Some)
    }

    fn next_value_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        match self.next() {
            Some((value, readings, index)) => readings.refused(index, seed.deserialize(value)),
            None => Err(Error::shape("a value was asked for before its key")),
        }
    }
}

/// A parameter as a pair of its name and its value, for a type that has two fields.
struct Pair<'a>(Guided<'a>);

impl<'de> Deserializer<'de> for Pair<'_> {
    type Error = Error;

    forward! { 0
        deserialize_any; deserialize_bool; deserialize_i8; deserialize_i16; deserialize_i32; deserialize_i64;
        deserialize_i128; deserialize_u8; deserialize_u16; deserialize_u32; deserialize_u64; deserialize_u128;
        deserialize_f32; deserialize_f64; deserialize_char; deserialize_str; deserialize_string; deserialize_bytes;
        deserialize_byte_buf; deserialize_option; deserialize_unit; deserialize_seq; deserialize_map;
        deserialize_identifier; deserialize_ignored_any;
        deserialize_unit_struct name: &'static str;
        deserialize_newtype_struct name: &'static str;
        deserialize_tuple_struct name: &'static str, len: usize;
        deserialize_struct name: &'static str, fields: &'static [&'static str];
        deserialize_enum name: &'static str, variants: &'static [&'static str];
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let Self(value) = self;
        if len != 2 {
            return value.deserialize_tuple(len, visitor);
        }
        visitor.visit_seq(PairAccess { name: Some(value.text.name), value: Some(value) })
    }
}

struct PairAccess<'a> {
    name: Option<&'a str>,
    value: Option<Guided<'a>>,
}

impl<'de> SeqAccess<'de> for PairAccess<'_> {
    type Error = Error;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if let Some(name) = self.name.take() {
            return seed.deserialize(StrDeserializer::new(name)).map(Some);
        }
        self.value.take().map(|value| seed.deserialize(value)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    fn from<T: DeserializeOwned>(pairs: &[(&'static str, &str)]) -> Result<T, Error> {
        let values: Vec<_> = pairs.iter().map(|&(name, value)| parameter(name, value)).collect();
        read(&values)
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Cat,
        Dog,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Place {
        row: u32,
        shelf: String,
        kind: Kind,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Id(u64);

    #[test]
    fn one_parameter_is_a_value_of_any_scalar_type() {
        assert_eq!(from::<String>(&[("id", "a b")]), Ok("a b".to_owned()));
        assert_eq!(from::<u8>(&[("id", "255")]), Ok(255));
        assert_eq!(from::<i64>(&[("id", "-1")]), Ok(-1));
        assert_eq!(from::<bool>(&[("id", "true")]), Ok(true));
        assert_eq!(from::<char>(&[("id", "\u{e9}")]), Ok('\u{e9}'));
        assert_eq!(from::<Id>(&[("id", "7")]), Ok(Id(7)));
        assert_eq!(from::<Kind>(&[("id", "dog")]), Ok(Kind::Dog));
        assert_eq!(from::<Option<f64>>(&[("id", "0.5")]), Ok(Some(0.5)));
        assert_eq!(from::<(u8,)>(&[("id", "1")]), Ok((1,)));
    }

    #[test]
    fn several_parameters_are_a_tuple_in_order_or_a_struct_by_name() {
        let pairs = [("shelf", "b"), ("row", "3"), ("kind", "cat")];
        assert_eq!(from::<(String, u32, Kind)>(&pairs), Ok(("b".to_owned(), 3, Kind::Cat)));
        assert_eq!(from::<Place>(&pairs), Ok(Place { row: 3, shelf: "b".to_owned(), kind: Kind::Cat }));
        assert_eq!(from::<Vec<String>>(&pairs).unwrap(), ["b", "3", "cat"]);
        assert_eq!(from::<BTreeMap<String, String>>(&pairs).unwrap()["row"], "3");
    }

    #[test]
    fn a_list_of_pairs_has_the_names_too() {
        let pairs = [("shelf", "b"), ("row", "3")];
        let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(from::<Vec<(String, String)>>(&pairs).unwrap(), [owned("shelf", "b"), owned("row", "3")]);
        assert_eq!(from::<Vec<(String, u8)>>(&[("row", "3")]).unwrap(), [("row".to_owned(), 3)]);
        assert_eq!(from::<Vec<(String, String)>>(&[]).unwrap(), []);
        assert!(from::<Vec<(String, u8)>>(&pairs).is_err());
        assert!(from::<Vec<(String, String, String)>>(&pairs).is_err());
    }

    #[test]
    fn every_shape_that_a_text_can_have_is_read() {
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(rename_all = "lowercase")]
        enum Size {
            #[serde(alias = "s")]
            Small,
            #[serde(other)]
            Other,
        }
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(untagged)]
        enum Key {
            Number(u64),
            Switch(bool),
            Both { shelf: String, row: u8 },
        }
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(rename_all = "lowercase")]
        enum By {
            Id(u64),
            Name(String),
        }
        #[derive(Debug, Deserialize, PartialEq)]
        struct Flat {
            shelf: String,
            #[serde(flatten)]
            rest: Rest,
        }
        #[derive(Debug, Deserialize, PartialEq)]
        struct Rest {
            row: u8,
        }
        for (text, size) in
            [("small", Size::Small), ("s", Size::Small), ("x", Size::Other), ("", Size::Other)]
        {
            assert_eq!(from::<Size>(&[("size", text)]), Ok(size), "{text}");
        }
        let place = [("shelf", "3"), ("row", "3")];
        assert_eq!(from::<Key>(&[("key", "7")]), Ok(Key::Number(7)));
        assert_eq!(from::<Key>(&[("key", "true")]), Ok(Key::Switch(true)));
        assert_eq!(from::<Key>(&place), Ok(Key::Both { shelf: "3".into(), row: 3 }));
        assert_eq!(from::<(String, Key)>(&place), Ok(("3".into(), Key::Number(3))));
        assert_eq!(from::<Flat>(&place), Ok(Flat { shelf: "3".into(), rest: Rest { row: 3 } }));
        assert_eq!(from::<By>(&[("id", "7")]), Ok(By::Id(7)));
        assert_eq!(from::<By>(&[("name", "7")]), Ok(By::Name("7".into())));
        assert_eq!(from::<Option<Place>>(&[]), Ok(None));
        let pairs = [("shelf", "b"), ("row", "3"), ("kind", "cat")];
        assert_eq!(from::<Option<Place>>(&pairs).unwrap().unwrap().row, 3);
        for float in ["NaN", "inf", "1e999", "-infinity"] {
            assert!(from::<f64>(&[("f", float)]).is_err(), "{float}");
        }
        for (error, status) in [
            (from::<Key>(&[("key", "x")]).unwrap_err(), 400),
            (from::<Flat>(&[("shelf", "b"), ("row", "x")]).unwrap_err(), 400),
            (from::<Flat>(&[("shelf", "b")]).unwrap_err(), 500),
            (from::<By>(&[("other", "7")]).unwrap_err(), 400),
        ] {
            assert_eq!(problem(error).status().as_u16(), status);
        }
    }

    #[test]
    fn a_client_learns_which_value_is_wrong() {
        let message = |error: Error| match error {
            Error::Value(mismatch) => mismatch.to_string(),
            error => panic!("blames the author: {error}"),
        };
        assert_eq!(
            message(from::<u8>(&[("id", "256")]).unwrap_err()),
            "the path parameter `id` is not a valid u8"
        );
        assert_eq!(
            message(from::<Kind>(&[("kind", "cow")]).unwrap_err()),
            "the path parameter `kind` is not one of cat, dog"
        );
        assert_eq!(
            message(from::<std::net::IpAddr>(&[("ip", "x")]).unwrap_err()),
            "the path parameter `ip` is not a valid value: invalid IP address syntax"
        );
    }

    #[test]
    fn a_type_that_does_not_fit_the_path_is_the_authors_mistake() {
        for error in [
            from::<u8>(&[("a", "1"), ("b", "2")]).unwrap_err(),
            from::<(u8, u8)>(&[("a", "1")]).unwrap_err(),
            from::<String>(&[]).unwrap_err(),
            from::<Place>(&[("row", "3"), ("shelf", "b")]).unwrap_err(),
        ] {
            assert_eq!(problem(error).status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}

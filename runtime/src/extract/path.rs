//! The parameters of a route's path, as typed values.
//!
//! In: the parameters that API Gateway matched and percent-decoded, and their order in the route. Out: the type
//! that the handler asks for. It does not match paths: the gateway has done that.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use lambda_http::RequestExt as _;
use serde::de::{
    self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor, value::StrDeserializer,
};

use super::text::{Error, Text};
use crate::{Problem, request::Surroundings};

/// Extracts the parameters of the path: one as a value, several as a tuple in the path's order, or any number by
/// name as a struct.
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
/// A value that is not of the type gives the client 400 with the parameter's name. A tuple or a single value that does not
/// fit the path does not compile, and a struct with other names is an error when `routegen` reads the routes; whatever
/// they cannot know gives 500 and an entry in the log.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let surroundings = parts.extensions.get::<Surroundings>();
        let names = surroundings.map_or(&[][..], |surroundings| surroundings.parameters);
        let values = parts.path_parameters();
        let pairs = names.iter().map(|name| match values.first(name) {
            Some(value) => Ok(parameter(name, value)),
            None => Err(Error::shape(format!("the event has no path parameter `{name}`"))),
        });
        let pairs: Result<Vec<Text<'_>>, Error> = pairs.collect();
        pairs
            .and_then(|pairs| T::deserialize(All(&pairs)))
            .map(Path)
            .map_err(|error| problem(error).into_response())
    }
}

/// A value's mistake is the client's; a type that does not fit the route's parameters is the author's.
fn problem(error: Error) -> Problem {
    match error {
        // What the type says may show the value, which is the client's own.
        Error::Value(mismatch) => Problem::new(StatusCode::BAD_REQUEST).with_detail(mismatch.to_string()),
        Error::Missing(field) => Problem::internal(format!("the path has no parameter `{field}`")),
        Error::Shape { cause, .. } => Problem::internal(cause),
    }
}

fn parameter<'a>(name: &'static str, value: &'a str) -> Text<'a> {
    Text { kind: "path parameter", name, value }
}

/// All parameters of the path, in its order.
struct All<'a>(&'a [Text<'a>]);

impl<'a> All<'a> {
    fn single(&self) -> Result<Text<'a>, Error> {
        match self.0 {
            [value] => Ok(*value),
            values => Err(Error::shape(format!(
                "`Path` takes one value, and the path has {} parameters",
                values.len()
            ))),
        }
    }

    fn exactly(&self, len: usize) -> Result<(), Error> {
        match self.0.len() {
            found if found == len => Ok(()),
            found => {
                Err(Error::shape(format!("`Path` takes {len} values, and the path has {found} parameters")))
            }
        }
    }
}

/// Forwards what only makes sense for a path of one parameter to that parameter.
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
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option
        deserialize_identifier
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
        visitor.visit_seq(Sequence(self.0))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.exactly(len)?;
        visitor.visit_seq(Sequence(self.0))
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
        visitor.visit_map(ByName { rest: self.0, value: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.single()?.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

struct Sequence<'a>(&'a [Text<'a>]);

impl<'de> SeqAccess<'de> for Sequence<'_> {
    type Error = Error;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        seed.deserialize(*first).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct ByName<'a> {
    rest: &'a [Text<'a>],
    value: Option<Text<'a>>,
}

impl<'de> MapAccess<'de> for ByName<'_> {
    type Error = Error;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((first, rest)) = self.rest.split_first() else { return Ok(None) };
        (self.rest, self.value) = (rest, Some(*first));
        seed.deserialize(StrDeserializer::new(first.name)).map(Some)
    }

    fn next_value_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(Error::shape("a value was asked for before its key")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    fn from<T: DeserializeOwned>(pairs: &[(&'static str, &str)]) -> Result<T, Error> {
        let values: Vec<_> = pairs.iter().map(|&(name, value)| parameter(name, value)).collect();
        T::deserialize(All(&values))
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

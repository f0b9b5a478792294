//! Finds what is wrong with an argument's type for every request: the compiler does not see it, and every
//! caller would.
//!
//! In: the type in a `Path`, a `Query` or `Claims`, with its fields and their types as serde reports them,
//! and the parameters of the route's path. Out: what is wrong, for the program that lists the routes. It
//! accepts what it cannot check: types that accept anything, flattened ones, and fields or parameters without
//! a counterpart as long as the other side has no unmatched ones. It is in no artifact.

use std::{any::type_name, fmt};

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
    value::StrDeserializer,
};

/// What is wrong with an argument of a route whose path has these parameters.
pub(crate) type Fields = fn(parameters: &[&str]) -> Option<String>;

/// Nothing, except for a type that no route can have and that only its name reveals.
pub(super) fn of_any<T>(_: &[&str]) -> Option<String> {
    type_name::<T>().starts_with("axum::extract::ws::WebSocketUpgrade").then(|| {
        "`WebSocketUpgrade` never finds a connection to upgrade, because API Gateway's HTTP APIs have none: WebSocket APIs are another \
         kind, which call functions with events of their own"
            .to_owned()
    })
}

/// A path without parameters gives `None`.
pub(super) fn of_optional_path<T: DeserializeOwned>(parameters: &[&str]) -> Option<String> {
    if parameters.is_empty() { None } else { of_path::<T>(parameters) }
}

pub(super) fn of_path<T: DeserializeOwned>(parameters: &[&str]) -> Option<String> {
    let name = type_name::<T>();
    match shape::<T>(Probe)? {
        Shape::Struct(fields) => mismatch(fields, parameters).or_else(|| {
            let asked = fields.iter().filter(|field| parameters.contains(field));
            wrong::<T>(asked, |shape| matches!(shape, Shape::One | Shape::Variant)).map(|(field, shape)| {
                format!("`{field}` of `{name}` in `Path` is {shape}, and a parameter of a path is a text")
            })
        }),
        Shape::One | Shape::Variant if parameters.len() != 1 => {
            Some(format!("`{name}` in `Path` is one value, and the path has {} parameters", parameters.len()))
        }
        Shape::Tuple(values) if values != parameters.len() => Some(format!(
            "`{name}` in `Path` has {values} values, and the path has {} parameters",
            parameters.len()
        )),
        _ => None,
    }
}

pub(super) fn of_query<T: DeserializeOwned>(_: &[&str]) -> Option<String> {
    let name = type_name::<T>();
    let fits = |shape: &Shape| match shape {
        Shape::List(value) => {
            value.as_deref().is_none_or(|shape| matches!(shape, Shape::One | Shape::Variant))
        }
        shape => matches!(shape, Shape::One | Shape::Variant | Shape::Tuple(_)),
    };
    match shape::<T>(Probe)? {
        Shape::Struct(fields) => wrong::<T>(fields.iter(), fits).map(|(field, shape)| {
            format!(
                "`{field}` of `{name}` in `Query` is {shape}, and a parameter of a query is a text or several"
            )
        }),
        shape @ Shape::One => Some(format!(
            "`{name}` in `Query` is {shape}, and a query has names: write a struct, a map or `Vec<(String, String)>`"
        )),
        _ => None,
    }
}

pub(super) fn of_claims<T: DeserializeOwned>(_: &[&str]) -> Option<String> {
    let name = type_name::<T>();
    match shape::<T>(Probe)? {
        Shape::Struct(_) | Shape::Map | Shape::Variant => None,
        shape => {
            Some(format!("`{name}` in `Claims` is {shape}, and claims have names: write a struct or a map"))
        }
    }
}

/// What is wrong, if a field has no parameter and a parameter has no field.
fn mismatch(fields: &[&str], parameters: &[&str]) -> Option<String> {
    let without = |these: &[&str], those: &[&str]| -> Option<String> {
        let missing: Vec<_> =
            these.iter().filter(|name| !those.contains(name)).map(|name| format!("`{name}`")).collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    };
    let (field, parameter) = (without(fields, parameters)?, without(parameters, fields)?);
    Some(format!(
        "the route has no parameter {field}, and the struct in `Path` has no field {parameter}: give the fields the names of \
         the parameters"
    ))
}

/// The first of these fields whose type does not fit.
fn wrong<'a, T: DeserializeOwned>(
    mut fields: impl Iterator<Item = &'a &'static str>,
    fits: impl Fn(&Shape) -> bool,
) -> Option<(&'static str, Shape)> {
    fields.find_map(|field| Some((*field, shape::<T>(OneField(field)).filter(|shape| !fits(shape))?)))
}

/// What a type requires of its deserializer.
#[derive(Debug)]
enum Shape {
    /// A string, a number, or anything else that is parsed from a string.
    One,
    /// An enum.
    Variant,
    List(Option<Box<Shape>>),
    Tuple(usize),
    Map,
    Struct(&'static [&'static str]),
    Unit,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one value",
            Self::Variant => "an enum",
            Self::List(None) => "a list",
            Self::List(Some(value)) => return write!(f, "a list whose items are each {value}"),
            Self::Tuple(_) => "a tuple",
            Self::Map => "a map",
            Self::Struct(_) => "a struct",
            Self::Unit => "nothing",
        })
    }
}

/// What a type requires of the deserializer, if that is known.
fn shape<T: DeserializeOwned>(asked: impl Deserializer<'static, Error = Found>) -> Option<Shape> {
    match T::deserialize(asked) {
        Err(Found(shape)) => shape,
        Ok(_) => None,
    }
}

/// The answer, as the error that ends the probing.
#[derive(Debug)]
struct Found(Option<Shape>);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the shape is known")
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}

/// Finds out what a type is, and gives it no value.
struct Probe;

/// What a type is, judged by the method it calls.
macro_rules! is {
    ($($method:ident $(($($argument:ident: $ty:ty),*))? = $shape:expr;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($($argument: $ty,)*)? _: V) -> Result<V::Value, Found> {
            $($(let _ = $argument;)*)?
            Err(Found($shape))
        })*
    };
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Found;

    is! {
        deserialize_any = None;
        deserialize_ignored_any = None;
        deserialize_bool = Some(Shape::One);
        deserialize_i8 = Some(Shape::One);
        deserialize_i16 = Some(Shape::One);
        deserialize_i32 = Some(Shape::One);
        deserialize_i64 = Some(Shape::One);
        deserialize_i128 = Some(Shape::One);
        deserialize_u8 = Some(Shape::One);
        deserialize_u16 = Some(Shape::One);
        deserialize_u32 = Some(Shape::One);
        deserialize_u64 = Some(Shape::One);
        deserialize_u128 = Some(Shape::One);
        deserialize_f32 = Some(Shape::One);
        deserialize_f64 = Some(Shape::One);
        deserialize_char = Some(Shape::One);
        deserialize_str = Some(Shape::One);
        deserialize_string = Some(Shape::One);
        deserialize_bytes = Some(Shape::One);
        deserialize_byte_buf = Some(Shape::One);
        deserialize_identifier = Some(Shape::One);
        deserialize_unit = Some(Shape::Unit);
        deserialize_unit_struct(name: &'static str) = Some(Shape::Unit);
        deserialize_tuple(len: usize) = Some(Shape::Tuple(len));
        deserialize_tuple_struct(name: &'static str, len: usize) = Some(Shape::Tuple(len));
        deserialize_map = Some(Shape::Map);
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) = Some(Shape::Struct(fields));
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) = Some(Shape::Variant);
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        let value = visitor.visit_seq(OneElement).err().and_then(|Found(shape)| shape);
        Err(Found(Some(Shape::List(value.map(Box::new)))))
    }
}

/// A list whose element type is probed.
struct OneElement;

impl<'de> SeqAccess<'de> for OneElement {
    type Error = Found;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Found> {
        seed.deserialize(Probe).map(Some)
    }
}

/// Probes the field with this name of a struct.
struct OneField(&'static str);

impl<'de> Deserializer<'de> for OneField {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for OneField {
    type Error = Found;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Found> {
        seed.deserialize(StrDeserializer::new(self.0)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Found> {
        // No second value is given: a map would ask for values forever.
        match seed.deserialize(Probe) {
            Ok(_) => Err(Found(None)),
            Err(found) => Err(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::Value;

    use super::*;
    use crate::StandardClaims;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its names are asked for")]
    struct Place {
        shelf: String,
        #[serde(rename = "row-number", alias = "row")]
        row: u32,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its names are asked for")]
    struct Inside(Place);

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its names are asked for")]
    struct Two(u8, u8);

    #[derive(Deserialize)]
    enum Kind {
        Cat,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its names are asked for")]
    struct Flat {
        #[serde(flatten)]
        place: Place,
    }

    /// A struct with one field, which is a `T`.
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its names are asked for")]
    struct With<T> {
        id: T,
        #[serde(default)]
        other: Option<u8>,
    }

    #[test]
    fn a_field_and_a_parameter_that_nobody_knows_are_named() {
        assert_eq!(mismatch(&["shelf", "row"], &["row", "shelf"]), None);
        assert_eq!(mismatch(&["shelf"], &["row", "shelf"]), None, "a parameter that nobody needs");
        assert_eq!(mismatch(&["shelf", "row", "line"], &["row", "shelf"]), None, "an alias, or a default");
        let message = mismatch(&["shelf", "line"], &["row", "shelf"]).unwrap();
        assert!(message.starts_with("the route has no parameter `line`"), "{message}");
        assert!(message.contains("has no field `row`"), "{message}");
        for wrong in [of_path::<Place>, of_path::<Inside>, of_path::<Option<Place>>] {
            assert!(wrong(&["shelf", "line"]).unwrap().contains("`line`"));
            assert_eq!(wrong(&["shelf", "row"]), None);
        }
        assert_eq!(of_path::<Flat>(&["shelf", "line"]), None, "what is flattened is not known");
    }

    #[test]
    fn a_path_has_texts_and_as_many_as_there_are_parameters() {
        let wrong = |wrong: Option<String>, says: &str| {
            let wrong = wrong.expect(says);
            assert!(wrong.contains(says), "{wrong}");
        };
        wrong(of_path::<With<Vec<u8>>>(&["id"]), "`id` of");
        wrong(of_path::<With<Place>>(&["id"]), "is a struct, and a parameter of a path is a text");
        wrong(of_path::<With<BTreeMap<String, u8>>>(&["id"]), "is a map");
        wrong(of_path::<With<()>>(&["id"]), "is nothing");
        wrong(of_path::<u8>(&["a", "b"]), "one value, and the path has 2 parameters");
        wrong(of_path::<Kind>(&[]), "one value, and the path has 0 parameters");
        wrong(of_path::<Two>(&["a"]), "has 2 values, and the path has 1 parameters");
        for fine in [
            of_path::<With<u8>>(&["id"]),
            of_path::<With<Option<Kind>>>(&["id"]),
            of_path::<With<Value>>(&["id"]),
            of_path::<With<std::net::IpAddr>>(&["id"]),
            of_path::<Vec<(String, u8)>>(&["a", "b"]),
            of_path::<BTreeMap<String, u8>>(&["a", "b"]),
            of_path::<Value>(&["a", "b"]),
            of_path::<Two>(&["a", "b"]),
            of_path::<()>(&["a"]),
            of_optional_path::<u8>(&[]),
        ] {
            assert_eq!(fine, None);
        }
    }

    #[test]
    fn a_query_has_names_each_with_one_text_or_several() {
        let wrong = |wrong: Option<String>, says: &str| {
            let wrong = wrong.expect(says);
            assert!(wrong.contains(says), "{wrong}");
        };
        wrong(of_query::<With<Place>>(&[]), "`id` of");
        wrong(of_query::<With<Vec<Place>>>(&[]), "is a list whose items are each a struct");
        wrong(of_query::<With<Option<BTreeMap<String, u8>>>>(&[]), "is a map");
        wrong(of_query::<With<Vec<Vec<u8>>>>(&[]), "is a list whose items are each a list");
        wrong(of_query::<String>(&[]), "write a struct, a map or");
        for fine in [
            of_query::<With<Vec<u8>>>(&[]),
            of_query::<With<Option<Vec<Kind>>>>(&[]),
            of_query::<With<(u8, u8)>>(&[]),
            of_query::<With<Value>>(&[]),
            of_query::<Vec<(String, String)>>(&[]),
            of_query::<Value>(&[]),
            of_query::<BTreeMap<String, Vec<u8>>>(&[]),
            of_query::<()>(&[]),
            of_query::<Flat>(&[]),
        ] {
            assert_eq!(fine, None);
        }
    }

    #[test]
    fn claims_have_names() {
        for wrong in [
            of_claims::<u8>,
            of_claims::<String>,
            of_claims::<Vec<String>>,
            of_claims::<()>,
            of_claims::<(u8, u8)>,
        ] {
            assert!(wrong(&[]).unwrap().ends_with("and claims have names: write a struct or a map"));
        }
        for fine in [
            of_claims::<StandardClaims>,
            of_claims::<Value>,
            of_claims::<BTreeMap<String, Value>>,
            of_claims::<Flat>,
            of_claims::<With<Place>>,
            of_claims::<Option<With<Vec<Place>>>>,
            of_claims::<Inside>,
            of_claims::<Kind>,
        ] {
            assert_eq!(fine(&[]), None);
        }
    }
}

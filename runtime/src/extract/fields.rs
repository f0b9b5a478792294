//! Which parameters a struct in a `Path` asks for, and whether the route's path has them.
//!
//! In: the struct's fields, which serde tells of every type that it derives, and the path's parameters. Out: what is
//! wrong with them, for whoever reads the routes. It lets pass what it cannot know: a type that is no struct, and
//! fields or parameters that have no counterpart as long as all of the others' have. It is in no artifact.

use std::fmt;

use serde::de::{self, DeserializeOwned, Deserializer, Visitor};

/// The fields of a struct, `None` for any other type. Aliases are fields too.
pub(crate) type Fields = fn() -> Option<&'static [&'static str]>;

/// The fields of `T`.
pub(super) fn of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    match T::deserialize(Probe) {
        Err(Found(fields)) => fields,
        Ok(_) => None,
    }
}

/// What is wrong, where a field has no parameter and a parameter no field.
pub(crate) fn mismatch(fields: &[&str], parameters: &[&str]) -> Option<String> {
    let without = |these: &[&str], those: &[&str]| -> Option<String> {
        let missing: Vec<_> =
            these.iter().filter(|name| !those.contains(name)).map(|name| format!("`{name}`")).collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    };
    let (field, parameter) = (without(fields, parameters)?, without(parameters, fields)?);
    Some(format!(
        "the struct in `Path` has {field}, of which the path knows nothing, and the path has {parameter}, of which the \
         struct knows nothing: name the fields as the path's parameters"
    ))
}

/// Asks a type what it is, and gives it nothing.
struct Probe;

/// The answer, as the error that ends the asking.
#[derive(Debug)]
struct Found(Option<&'static [&'static str]>);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fields are known")
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Found> {
        Err(Found(Some(fields)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

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

    #[test]
    fn serde_tells_the_fields_of_structs_and_of_nothing_else() {
        let fields = of::<Place>().unwrap();
        assert!(fields.contains(&"shelf") && fields.contains(&"row-number"), "{fields:?}");
        assert_eq!(of::<Inside>(), Some(fields));
        assert_eq!(of::<u64>(), None);
        assert_eq!(of::<(String, u8)>(), None);
        assert_eq!(of::<std::collections::BTreeMap<String, String>>(), None);
        assert_eq!(of::<()>(), None);
    }

    #[test]
    fn a_field_and_a_parameter_that_nobody_knows_are_named() {
        assert_eq!(mismatch(&["shelf", "row"], &["row", "shelf"]), None);
        assert_eq!(mismatch(&["shelf"], &["row", "shelf"]), None, "a parameter that nobody needs");
        assert_eq!(mismatch(&["shelf", "row", "line"], &["row", "shelf"]), None, "an alias, or a default");
        let message = mismatch(&["shelf", "line"], &["row", "shelf"]).unwrap();
        assert!(message.starts_with("the struct in `Path` has `line`, of which"), "{message}");
        assert!(message.contains("the path has `row`, of which"), "{message}");
    }
}

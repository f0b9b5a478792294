//! Finds out what a type requires of serde: the parameters that it reads, without a schema of its own.
//!
//! In: a type that can be deserialized. Out: its fields, each with a schema and whether it is required, or
//! its values. Types that accept anything, flattened ones and those with their own `Deserialize` are unknown,
//! and nothing is guessed.

use std::fmt;

use routegen_spec::contract::{Field, Traced};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, MapAccess,
    SeqAccess, VariantAccess, Visitor, value::StrDeserializer,
};
use serde_json::{Value, json};

/// The fields of a struct.
pub(super) fn fields<T: DeserializeOwned>() -> Traced {
    match asked::<T>(Probe) {
        Some(Asked { names: Some(names), .. }) => Traced::Fields(named::<T>(names)),
        _ => Traced::Unknown,
    }
}

/// The fields of a struct, or the values of anything else.
pub(super) fn values<T: DeserializeOwned>() -> Traced {
    match asked::<T>(Probe) {
        Some(Asked { names: Some(names), .. }) => Traced::Fields(named::<T>(names)),
        Some(Asked { values: Some(count), .. }) => {
            let value = |at| asked::<T>(OneValue(at)).and_then(|asked| asked.schema);
            Traced::Values((0..count).map(|at| value(at).unwrap_or_else(|| json!({}))).collect())
        }
        Some(Asked { schema: Some(schema), .. }) => Traced::Values(vec![schema]),
        _ => Traced::Unknown,
    }
}

fn named<T: DeserializeOwned>(names: &'static [&'static str]) -> Vec<Field> {
    let missing = missing::<T>(names);
    let field = |name: &&'static str| {
        let Asked { schema, is_optional, .. } = asked::<T>(OneField(name)).unwrap_or_default();
        let required = !is_optional && missing.as_ref().is_none_or(|missing| missing.contains(name));
        Field::new(*name, required, schema.unwrap_or_else(|| json!({})))
    };
    names.iter().map(field).collect()
}

/// The required fields of a type. They are found by omitting all fields, and then adding those that the type
/// reports as missing; `None` if it does not accept the given values.
fn missing<T: DeserializeOwned>(names: &[&'static str]) -> Option<Vec<&'static str>> {
    let mut missing = Vec::new();
    loop {
        match T::deserialize(Given(&missing)) {
            Ok(_) => return Some(missing),
            Err(Answer { missing: Some(name), .. }) if !missing.contains(&name) && names.contains(&name) => {
                missing.push(name);
            }
            Err(_) => return None,
        }
    }
}

/// What a type requires, as the error that ends the probing.
#[derive(Debug, Default)]
struct Asked {
    /// The schema of one value, if it is known.
    schema: Option<Value>,
    /// The fields of a struct.
    names: Option<&'static [&'static str]>,
    /// The number of values of a tuple.
    values: Option<usize>,
    is_optional: bool,
}

fn asked<T: DeserializeOwned>(of: impl Deserializer<'static, Error = Answer>) -> Option<Asked> {
    T::deserialize(of).err()?.asked
}

#[derive(Debug, Default)]
struct Answer {
    asked: Option<Asked>,
    missing: Option<&'static str>,
}

impl Answer {
    fn new(asked: Asked) -> Self {
        Self { asked: Some(asked), missing: None }
    }

    fn schema(schema: Value) -> Self {
        Self::new(Asked { schema: Some(schema), ..Asked::default() })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type has shown what it requires")
    }
}

impl std::error::Error for Answer {}

impl de::Error for Answer {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::default()
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), asked: None }
    }
}

/// Finds out what a type is, and gives it no value.
struct Probe;

/// A type is what its deserializer method stands for.
macro_rules! is {
    ($($method:ident = $schema:tt;)*) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
            Err(Answer::schema(json!($schema)))
        })*
    };
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Answer;

    // Matches schemars, so that a type is the same with and without its own schema.
    is! {
        deserialize_bool = { "type": "boolean" };
        deserialize_i8 = { "type": "integer", "format": "int8", "minimum": -128, "maximum": 127 };
        deserialize_i16 = { "type": "integer", "format": "int16", "minimum": -32768, "maximum": 32767 };
        deserialize_i32 = { "type": "integer", "format": "int32" };
        deserialize_i64 = { "type": "integer", "format": "int64" };
        deserialize_i128 = { "type": "integer", "format": "int128" };
        deserialize_u8 = { "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 };
        deserialize_u16 = { "type": "integer", "format": "uint16", "minimum": 0, "maximum": 65535 };
        deserialize_u32 = { "type": "integer", "format": "uint32", "minimum": 0 };
        deserialize_u64 = { "type": "integer", "format": "uint64", "minimum": 0 };
        deserialize_u128 = { "type": "integer", "format": "uint128", "minimum": 0 };
        deserialize_f32 = { "type": "number", "format": "float" };
        deserialize_f64 = { "type": "number", "format": "double" };
        deserialize_char = { "type": "string", "minLength": 1, "maxLength": 1 };
        deserialize_str = { "type": "string" };
        deserialize_string = { "type": "string" };
        deserialize_bytes = { "type": "string" };
        deserialize_byte_buf = { "type": "string" };
        deserialize_identifier = { "type": "string" };
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer::default())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer::default())
    }

    fn deserialize_map<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer::default())
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer::default())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Answer> {
        Err(Answer::default())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
        let answer = visitor.visit_some(self).err().unwrap_or_default();
        Err(Answer::new(Asked { is_optional: true, ..answer.asked.unwrap_or_default() }))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
        let element = visitor.visit_seq(Element(0)).err().and_then(|answer| answer.asked?.schema);
        Err(Answer::schema(json!({ "type": "array", "items": element.unwrap_or_else(|| json!({})) })))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, _: V) -> Result<V::Value, Answer> {
        Err(Answer::new(Asked { values: Some(len), ..Asked::default() }))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer::new(Asked { values: Some(len), ..Asked::default() }))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer::new(Asked { names: Some(names), ..Asked::default() }))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer::schema(json!({ "type": "string", "enum": variants })))
    }
}

/// A list whose element at this index is probed. The elements before it are given.
struct Element(usize);

impl<'de> SeqAccess<'de> for Element {
    type Error = Answer;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Answer> {
        match self.0.checked_sub(1) {
            Some(before) => {
                self.0 = before;
                seed.deserialize(Anything).map(Some)
            }
            None => seed.deserialize(Probe).map(Some),
        }
    }
}

/// Probes the value of a tuple at this index.
struct OneValue(usize);

impl<'de> Deserializer<'de> for OneValue {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
        visitor.visit_seq(Element(self.0))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Probes the field with this name of a struct.
struct OneField(&'static str);

impl<'de> Deserializer<'de> for OneField {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for OneField {
    type Error = Answer;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Answer> {
        seed.deserialize(StrDeserializer::<Answer>::new(self.0)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Answer> {
        seed.deserialize(Probe)
    }
}

/// Gives a struct these fields, each with a value that it accepts.
struct Given<'a>(&'a [&'static str]);

impl<'de> Deserializer<'de> for Given<'_> {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Given<'_> {
    type Error = Answer;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Answer> {
        let Some((name, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        seed.deserialize(StrDeserializer::<Answer>::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Answer> {
        seed.deserialize(Anything)
    }
}

/// Gives a type the smallest value that it requires.
struct Anything;

/// Gives a value of the required kind.
macro_rules! gives {
    ($($method:ident = $visit:ident($($value:expr)?);)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
            visitor.$visit($($value)?)
        })*
    };
}

impl<'de> Deserializer<'de> for Anything {
    type Error = Answer;

    gives! {
        deserialize_any = visit_unit();
        deserialize_ignored_any = visit_unit();
        deserialize_bool = visit_bool(false);
        deserialize_i8 = visit_i8(1);
        deserialize_i16 = visit_i16(1);
        deserialize_i32 = visit_i32(1);
        deserialize_i64 = visit_i64(1);
        deserialize_i128 = visit_i128(1);
        deserialize_u8 = visit_u8(1);
        deserialize_u16 = visit_u16(1);
        deserialize_u32 = visit_u32(1);
        deserialize_u64 = visit_u64(1);
        deserialize_u128 = visit_u128(1);
        deserialize_f32 = visit_f32(1.0);
        deserialize_f64 = visit_f64(1.0);
        deserialize_char = visit_char('a');
        deserialize_str = visit_str("");
        deserialize_string = visit_str("");
        deserialize_bytes = visit_bytes(&[]);
        deserialize_byte_buf = visit_bytes(&[]);
        deserialize_identifier = visit_str("");
        deserialize_option = visit_none();
        deserialize_unit = visit_unit();
        deserialize_seq = visit_seq(Nothing);
        deserialize_map = visit_map(Nothing);
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Answer> {
        visitor.visit_seq(Nothing)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_seq(Nothing)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_map(Nothing)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_enum(First(variants.first().copied().unwrap_or_default()))
    }
}

/// An empty list or an empty map.
struct Nothing;

impl<'de> SeqAccess<'de> for Nothing {
    type Error = Answer;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, _: T) -> Result<Option<T::Value>, Answer> {
        Ok(None)
    }
}

impl<'de> MapAccess<'de> for Nothing {
    type Error = Answer;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, Answer> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Answer> {
        seed.deserialize(Anything)
    }
}

/// A variant of an enum without content.
struct First(&'static str);

impl<'de> EnumAccess<'de> for First {
    type Error = Answer;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Answer> {
        let name: StrDeserializer<'_, Answer> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for First {
    type Error = Answer;

    fn unit_variant(self) -> Result<(), Answer> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Answer> {
        seed.deserialize(Anything)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Answer> {
        visitor.visit_seq(Nothing)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_map(Nothing)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "the fields are read by serde alone")]
    struct Page {
        #[serde(rename = "start-at")]
        from: u64,
        limit: Option<u8>,
        #[serde(default)]
        tags: Vec<String>,
        order: Order,
        id: Id,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Order {
        Up,
        Down,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "serde reads it alone")]
    struct Id(String);

    fn shown(traced: Traced) -> String {
        match traced {
            Traced::Fields(fields) => {
                let field = |field: Field| {
                    format!("{}{}: {}", field.name, if field.required { "" } else { "?" }, field.schema)
                };
                fields.into_iter().map(field).collect::<Vec<_>>().join("\n")
            }
            Traced::Values(values) => values.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"),
            _ => "unknown".to_owned(),
        }
    }

    #[test]
    fn serde_tells_names_types_and_what_is_necessary() {
        let expected = [
            r#"start-at: {"format":"uint64","minimum":0,"type":"integer"}"#,
            r#"limit?: {"format":"uint8","maximum":255,"minimum":0,"type":"integer"}"#,
            r#"tags?: {"items":{"type":"string"},"type":"array"}"#,
            r#"order: {"enum":["up","down"],"type":"string"}"#,
            r#"id: {"type":"string"}"#,
        ];
        assert_eq!(shown(fields::<Page>()), expected.join("\n"));
    }

    #[test]
    fn a_path_is_a_value_or_several_or_a_struct() {
        assert_eq!(shown(values::<Id>()), r#"{"type":"string"}"#);
        assert_eq!(
            shown(values::<(String, bool, Order)>()),
            r#"{"type":"string"}
{"type":"boolean"}
{"enum":["up","down"],"type":"string"}"#
        );
        assert!(shown(values::<Page>()).starts_with("start-at"));
    }

    #[test]
    fn what_takes_anything_or_reads_itself_is_not_known() {
        #[derive(Deserialize)]
        #[serde(untagged)]
        #[expect(dead_code, reason = "serde reads it alone")]
        enum Either {
            A(u8),
            B(String),
        }
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "serde reads it alone")]
        struct Flat {
            #[serde(flatten)]
            page: Page,
        }
        for traced in
            [values::<Either>(), fields::<Flat>(), fields::<std::collections::BTreeMap<String, String>>()]
        {
            assert_eq!(shown(traced), "unknown");
        }
    }

    #[test]
    fn a_field_that_refuses_what_it_is_given_leaves_the_others_necessary() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "serde reads it alone")]
        struct Near {
            address: std::net::IpAddr,
            within: Option<u32>,
            #[serde(default)]
            unit: String,
        }
        let shown = shown(fields::<Near>());
        assert!(shown.starts_with("address: ") && shown.contains("within?: "), "{shown}");
    }
}

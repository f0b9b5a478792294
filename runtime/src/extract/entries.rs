//! The claims of an event, as values of the required types.
//!
//! In: an event's `authorizer`, and where its values come from. Out: the handler's type, and the scopes of
//! the caller. It turns no string into a list, unless the token has a list.

use std::{borrow::Cow, cell::OnceCell};

use axum::http::request::Parts;
use routegen_spec::token_scopes;
use serde::{
    Deserialize,
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, StrDeserializer},
    },
};
use serde_json::Value;

use super::{
    readings::{Guided, Reading, Readings, attempt, element, visit_any},
    text::{Error, Mismatch, Text, forward},
    token::{self, Payload},
};
use crate::event::{TypedClaims, details};

/// The claims of an event by name, and the scopes beside them.
pub(super) struct Entries<'a> {
    claims: Vec<(&'a str, Claim<'a>)>,
    /// A list, or null.
    beside: Value,
    origin: Origin<'a>,
}

/// The value of a claim: a string in a token, anything from a Lambda authorizer.
#[derive(Clone)]
enum Claim<'a> {
    Text(Cow<'a, str>),
    Json(&'a Value),
}

/// Where the claims come from.
enum Origin<'a> {
    /// API Gateway, which printed the claims of a token that the request carries.
    Token { head: &'a Parts, payloads: OnceCell<Vec<Payload>> },
    /// A function, whose values keep their types.
    Function,
    /// The program that has the router, from a token that it verified. The values keep their types.
    #[cfg(feature = "router")]
    Program,
}

/// Marks a request whose claims come from the program with the router.
#[cfg(feature = "router")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaidByProgram;

/// What a string is if a list is required.
enum Listed<'a> {
    /// The only value of a list.
    One(&'a str),
    /// Several values, separated by spaces.
    Words(&'a str),
    /// A list from the token.
    Values(&'a [Value]),
}

/// What the tokens in the request that may be the verified one contain for a claim.
enum Said<'a> {
    /// There is no such token, or none has the claim.
    Nothing,
    /// All of them have the same value.
    Value(&'a Value),
    /// They have different values.
    Various,
}

impl<'a> Entries<'a> {
    /// `None` if no authorizer has set any.
    pub(super) fn of(head: &'a Parts) -> Option<Self> {
        #[cfg(feature = "rest")]
        if let Some(context) = details::rest_context(&head.extensions) {
            let fields = &context.authorizer.fields;
            return match fields.get("claims") {
                Some(Value::Object(claims)) => {
                    let claims = claims.iter().filter_map(|(name, value)| Claim::of_a_token(name, value));
                    let beside = fields.get("scopes").map(words).unwrap_or_default();
                    Some(Self::of_a_token(head, claims.collect(), beside))
                }
                Some(Value::Null) => None,
                _ => Some(Self::typed(fields, Origin::Function)).filter(|said| !said.claims.is_empty()),
            };
        }
        let authorizer = details::http_context(&head.extensions)?.authorizer.as_ref()?;
        if let Some(jwt) = &authorizer.jwt {
            let claims = jwt.claims.iter().map(|(name, text)| (&**name, Claim::Text(text.into())));
            let typed = head.extensions.get::<TypedClaims>().into_iter();
            let typed = typed.flat_map(|TypedClaims(typed)| typed);
            let claims = claims.chain(typed.map(|(name, value)| (&**name, Claim::Json(value))));
            let beside = jwt.scopes.iter().flatten().map(|scope| Value::from(&**scope));
            return Some(Self::of_a_token(head, claims.collect(), beside.collect()));
        }
        if authorizer.iam.is_some() {
            return None;
        }
        #[cfg(feature = "router")]
        if head.extensions.get::<SaidByProgram>().is_some() {
            let said = Self::typed(&authorizer.fields, Origin::Program);
            return Some(said).filter(|said| !said.claims.is_empty());
        }
        Some(Self::typed(&authorizer.fields, Origin::Function))
    }

    /// The claims of a token.
    fn of_a_token(head: &'a Parts, claims: Vec<(&'a str, Claim<'a>)>, beside: Vec<Value>) -> Self {
        Self { claims, beside: beside.into(), origin: Origin::Token { head, payloads: OnceCell::new() } }
    }

    /// The context that a Lambda authorizer returned, or typed claims from elsewhere.
    fn typed(context: impl IntoIterator<Item = (&'a String, &'a Value)>, origin: Origin<'a>) -> Self {
        let claims = context.into_iter().map(|(name, value)| {
            let claim = value.as_str().map_or(Claim::Json(value), |text| Claim::Text(text.into()));
            (&**name, claim)
        });
        Self { claims: claims.collect(), beside: Value::Null, origin }
    }

    /// Whether they come from the caller's token. Otherwise the API's author has chosen them.
    pub(super) fn are_of_a_token(&self) -> bool {
        !matches!(self.origin, Origin::Function)
    }

    /// Reads the claims as a `T`.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        attempt(|readings| T::deserialize(All { entries: self, readings }))
    }

    /// The token's own scopes. The scopes beside the claims count only if the claims have none: a scope that
    /// the route requires is not one that the token has.
    pub(super) fn scopes(&self) -> Result<Vec<String>, Error> {
        let named = token_scopes::claim(|name| {
            let found = self.claims.iter().position(|(other, claim)| *other == name && !claim.is_null());
            found.map(|index| &self.claims[index])
        });
        let readings = Readings::default();
        let Some((_, (name, claim))) = named else { return Ok(texts(&self.beside)) };
        match claim {
            Claim::Text(text) => {
                Vec::deserialize(Told::new(All { entries: self, readings: &readings }, 0, name, text))
            }
            Claim::Json(value) => Ok(texts(value)),
        }
    }

    /// What a string is if a list is required, or an error if that is unknown.
    fn listed<'s>(&'s self, name: &str, text: &'s str) -> Result<Listed<'s>, Error> {
        let plain =
            || if token_scopes::CLAIMS.contains(&name) { Listed::Words(text) } else { Listed::One(text) };
        let is_printed_like_a_list = text.starts_with('[') && text.ends_with(']');
        if !is_printed_like_a_list || !matches!(self.origin, Origin::Token { .. }) {
            return Ok(plain());
        }
        match self.said(name) {
            Said::Value(Value::Array(values)) => Ok(Listed::Values(values)),
            Said::Value(Value::String(_)) => Ok(plain()),
            _ => Err(Error::value(format!(
                "the claim `{name}` cannot be read as a list: its values are known from the token alone, and the request does \
                 not carry exactly that one"
            ))),
        }
    }

    /// What a string is if an object is required: the token's value, or the JSON that API Gateway printed.
    fn object(&self, name: &str, text: &str) -> Option<Value> {
        let printed = || serde_json::from_str(text).ok().filter(Value::is_object);
        match self.said(name) {
            Said::Value(value) => Some(value.clone()).filter(Value::is_object),
            // JSON in a context was chosen by its author, and tokens with other claims are not trusted.
            Said::Nothing => printed(),
            Said::Various => None,
        }
    }

    fn said(&self, name: &str) -> Said<'_> {
        let Origin::Token { head, payloads } = &self.origin else { return Said::Nothing };
        let claims = self.claims.iter().filter_map(|(name, claim)| Some((*name, claim.text()?)));
        let payloads = payloads.get_or_init(|| token::payloads(head, &claims));
        let mut said = payloads.iter().map(|payload| payload.get(name));
        match said.next() {
            None => Said::Nothing,
            Some(first) if !said.all(|other| other == first) => Said::Various,
            Some(first) => first.map_or(Said::Nothing, Said::Value),
        }
    }
}

/// The strings among the values.
fn texts(list: &Value) -> Vec<String> {
    let values = list.as_array().into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Scopes, as a string, an array or null.
#[cfg(feature = "rest")]
fn words(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => token_scopes::words(text).map(Value::from).collect(),
        Value::Array(values) => values.clone(),
        _ => Vec::new(),
    }
}

impl Claim<'_> {
    /// A claim of a token, which is usually a string. Null counts as absent.
    #[cfg(feature = "rest")]
    fn of_a_token<'v>(name: &'v str, value: &'v Value) -> Option<(&'v str, Claim<'v>)> {
        match token::scalar(value) {
            Some(text) => Some((name, Claim::Text(text))),
            None => (!value.is_null()).then_some((name, Claim::Json(value))),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Json(_) => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Json(Value::Null))
    }
}

/// All claims.
#[derive(Clone, Copy)]
struct All<'a> {
    entries: &'a Entries<'a>,
    readings: &'a Readings,
}

impl<'a> All<'a> {
    fn by_name(self, has_beside: bool) -> ByName<'a> {
        ByName { all: self, at: 0, has_beside }
    }
}

impl<'de> Deserializer<'de> for All<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.by_name(false))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let names_none =
            token_scopes::claim(|name| self.entries.claims.iter().find(|(other, _)| *other == name))
                .is_none();
        visitor
            .visit_map(self.by_name(names_none && fields.contains(&BESIDE) && self.entries.beside.is_array()))
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
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(MapAccessDeserializer::new(self.by_name(false)))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

/// The claim that stands for the scopes beside the claims, for structs that have this field.
const BESIDE: &str = "scope";

struct ByName<'a> {
    all: All<'a>,
    at: usize,
    /// Whether the scopes beside the claims are one of them.
    has_beside: bool,
}

impl<'de> MapAccess<'de> for ByName<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let claims = &self.all.entries.claims;
        let name = match claims.get(self.at) {
            Some((name, _)) => name,
            None if self.has_beside && self.at == claims.len() => BESIDE,
            None => return Ok(None),
        };
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let (index, All { entries, readings }) = (self.at, self.all);
        self.at += 1;
        let made = match entries.claims.get(index) {
            Some((name, Claim::Text(text))) => {
                let told = Told::new(self.all, index, name, text);
                seed.deserialize(told).map_err(|error| with_value(told.guided.text.blame(error), text))
            }
            Some((name, Claim::Json(Value::Array(values)))) if entries.are_of_a_token() => {
                let text = Text { kind: "claim", name, value: "" };
                seed.deserialize(TypedList { of: Guided::new(text, readings, index), values })
                    .map_err(|error| text.blame(error))
            }
            Some((name, Claim::Json(value))) => typed(name, seed, value),
            None => typed(BESIDE, seed, &entries.beside),
        };
        readings.refused(index, made)
    }
}

/// Adds the wrong value, for the log.
fn with_value(error: Error, value: &str) -> Error {
    match error {
        Error::Value(Mismatch { detail, expected, reason: None }) => {
            Error::Value(Mismatch { detail, expected, reason: Some(format!("it is {value:?}")) })
        }
        error => error,
    }
}

/// A value with a type of its own.
fn typed<'de, T: DeserializeSeed<'de>>(name: &str, seed: T, value: &'de Value) -> Result<T::Value, Error> {
    seed.deserialize(value).map_err(|error| of_another_type(name, &error))
}

fn of_another_type(name: &str, error: &serde_json::Error) -> Error {
    let detail = format!("the claim `{name}` is not a valid value");
    Error::Value(Mismatch { detail, expected: None, reason: Some(error.to_string()) })
}

/// A claim that is a string in the event.
#[derive(Clone, Copy)]
struct Told<'a> {
    guided: Guided<'a>,
    all: &'a Entries<'a>,
}

impl<'a> Told<'a> {
    fn new(all: All<'a>, index: usize, name: &'a str, value: &'a str) -> Self {
        let text = Text { kind: "claim", name, value };
        Self { guided: Guided::new(text, all.readings, index), all: all.entries }
    }
}

impl<'de> Told<'de> {
    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Text { name, value, .. } = self.guided.text;
        let rest = match self.all.listed(name, value)? {
            Listed::One(value) => Rest::One(Some(value).filter(|value| !value.is_empty())),
            Listed::Words(value) => Rest::Words(token_scopes::words(value)),
            Listed::Values(values) => Rest::Values(values.iter()),
        };
        List { of: self.guided, at: 0, rest }.visit(visitor)
    }
}

impl<'de> Deserializer<'de> for Told<'de> {
    type Error = Error;

    forward! { guided
        deserialize_bool; deserialize_i8; deserialize_i16; deserialize_i32; deserialize_i64; deserialize_i128;
        deserialize_u8; deserialize_u16; deserialize_u32; deserialize_u64; deserialize_u128; deserialize_f32;
        deserialize_f64; deserialize_char; deserialize_str; deserialize_string; deserialize_bytes;
        deserialize_byte_buf; deserialize_unit; deserialize_identifier; deserialize_ignored_any;
        deserialize_unit_struct name: &'static str;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Guided { text, readings, index } = self.guided;
        let others: &[Reading] = match text.value.as_bytes() {
            [b'{' | b'm', ..] => &[Reading::Json, Reading::List],
            _ if text.scalar().is_some() => &[Reading::Scalar, Reading::List],
            _ => &[Reading::List],
        };
        match readings.of(index, text, others) {
            Reading::List => self.list(visitor),
            Reading::Json => self.deserialize_map(visitor),
            reading => visit_any(text, reading, visitor),
        }
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

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.guided.text;
        match self.all.object(text.name, text.value) {
            Some(object) => {
                object.deserialize_map(visitor).map_err(|error| of_another_type(text.name, &error))
            }
            None => text.deserialize_map(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = self.guided.text;
        match self.all.object(text.name, text.value) {
            Some(object) => object
                .deserialize_struct(name, fields, visitor)
                .map_err(|error| of_another_type(text.name, &error)),
            None => text.deserialize_struct(name, fields, visitor),
        }
    }

    /// A string is a variant, and an object is a variant with its content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = self.guided.text;
        let is_of_a_variant = |object: &Value| {
            object.as_object().is_some_and(|object| {
                object.len() == 1 && object.keys().all(|name| variants.contains(&&**name))
            })
        };
        let object = if text.value.starts_with('{') { self.all.object(text.name, text.value) } else { None };
        match object.filter(is_of_a_variant) {
            Some(object) => object
                .deserialize_enum(name, variants, visitor)
                .map_err(|error| of_another_type(text.name, &error)),
            None => text.deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.list(visitor)
    }
}

/// A claim that is a list in the event, which AWS sent for a while and others still do.
#[derive(Clone, Copy)]
struct TypedList<'a> {
    of: Guided<'a>,
    values: &'a [Value],
}

impl<'de> Deserializer<'de> for TypedList<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        List { of: self.of, at: 0, rest: Rest::Values(self.values.iter()) }.visit(visitor)
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

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A list, with its remaining values.
struct List<'a> {
    of: Guided<'a>,
    at: usize,
    rest: Rest<'a>,
}

enum Rest<'a> {
    One(Option<&'a str>),
    Words(std::str::SplitAsciiWhitespace<'a>),
    Values(std::slice::Iter<'a, Value>),
}

/// A value of a list.
enum Item<'a> {
    Text(&'a str),
    Json(&'a Value),
}

impl<'a> List<'a> {
    fn next(&mut self) -> Option<Item<'a>> {
        self.at += 1;
        match &mut self.rest {
            Rest::One(text) => text.take().map(Item::Text),
            Rest::Words(words) => words.next().map(Item::Text),
            Rest::Values(values) => values.next().map(Item::Json),
        }
    }

    fn visit<V: Visitor<'a>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let made = visitor.visit_seq(&mut self)?;
        match self.next() {
            None => Ok(made),
            Some(_) => {
                Err(Error::value(self.of.text.mismatch("value: it has more values than are expected")))
            }
        }
    }
}

impl<'de> SeqAccess<'de> for &mut List<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.next() else { return Ok(None) };
        let Guided { text, readings, index } = self.of;
        let index = element(index, self.at);
        let guided = |value| Guided::new(Text { value, ..text }, readings, index);
        let made = match item {
            Item::Text(value) => seed.deserialize(guided(value)),
            Item::Json(value) => match token::scalar(value) {
                Some(value) => seed.deserialize(guided(&value)),
                None => typed(text.name, seed, value),
            },
        };
        readings.refused(index, made).map(Some)
    }
}

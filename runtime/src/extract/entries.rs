//! The claims of an event, as values of the types that are asked for.
//!
//! In: what stands under an event's `authorizer`, and who said it. Out: the type that the handler asks for, and the scopes of the caller.
//! It makes no list of a text, unless the token says that it is one.

use std::cell::OnceCell;

use axum::http::request::Parts;
use lambda_http::{RequestExt as _, request::RequestContext};
use routegen_spec::token_scopes;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor, value::StrDeserializer};
use serde_json::Value;

use super::{
    text::{Error, Mismatch, Text},
    token::{self, Payload},
};

/// The claims of an event, by name, and the scopes that stand beside them.
pub(super) struct Entries<'a> {
    claims: Vec<(&'a str, Claim<'a>)>,
    beside: Vec<String>,
    origin: Origin<'a>,
}

/// The value of a claim: a text where it is a token's, anything where a Lambda authorizer chose it.
#[derive(Clone, Copy)]
enum Claim<'a> {
    Text(&'a str),
    Json(&'a Value),
}

/// Who said the claims.
enum Origin<'a> {
    /// API Gateway, which has printed those of a token in the request.
    Token { head: &'a Parts, payloads: OnceCell<Vec<Payload>> },
    /// A function, whose values have their types.
    Function,
    /// The program that has the router, of a token that it has checked. The values have their types.
    #[cfg(feature = "router")]
    Program,
}

/// Marks a request whose claims are what the program with the router said.
#[cfg(feature = "router")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaidByProgram;

/// What a text is where a list is asked for.
enum Listed<'a> {
    /// The one value of a list.
    One(&'a str),
    /// Several, with blanks between them.
    Words(&'a str),
    /// A list that the token has.
    Values(&'a [Value]),
}

impl<'a> Entries<'a> {
    /// `None` where no authorizer has said anything.
    pub(super) fn of(head: &'a Parts) -> Option<Self> {
        let token = || Origin::Token { head, payloads: OnceCell::new() };
        match head.request_context_ref()? {
            RequestContext::ApiGatewayV2(context) => {
                let authorizer = context.authorizer.as_ref()?;
                if let Some(jwt) = &authorizer.jwt {
                    let claims = jwt.claims.iter().map(|(name, value)| (&**name, Claim::Text(value)));
                    let beside = jwt.scopes.clone().unwrap_or_default();
                    return Some(Self { claims: claims.collect(), beside, origin: token() });
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
            #[cfg(feature = "rest")]
            RequestContext::ApiGatewayV1(context) => {
                let fields = &context.authorizer.fields;
                match fields.get("claims") {
                    Some(Value::Object(claims)) => Some(Self {
                        claims: claims.iter().map(|(name, value)| (&**name, Claim::Json(value))).collect(),
                        beside: fields.get("scopes").map(words).unwrap_or_default(),
                        origin: token(),
                    }),
                    Some(Value::Null) => None,
                    _ => Some(Self::typed(fields, Origin::Function)).filter(|said| !said.claims.is_empty()),
                }
            }
            _ => None,
        }
    }

    /// What a Lambda authorizer has returned, or what is said in its way.
    fn typed(context: impl IntoIterator<Item = (&'a String, &'a Value)>, origin: Origin<'a>) -> Self {
        let claims = context.into_iter().map(|(name, value)| (&**name, Claim::Json(value)));
        Self { claims: claims.collect(), beside: Vec::new(), origin }
    }

    /// Whether they are of the caller's token. Otherwise the API's author has chosen them.
    pub(super) fn are_of_a_token(&self) -> bool {
        !matches!(self.origin, Origin::Function)
    }

    /// The token's own scopes. What stands beside the claims counts only where they say nothing: a scope that the route asks
    /// for is none that the token has.
    pub(super) fn scopes(self) -> Vec<String> {
        let named = token_scopes::claim(|name| {
            let found = self.claims.iter().find(|(other, claim)| *other == name && !claim.is_null());
            found.map(|(_, claim)| *claim)
        });
        let Some((name, claim)) = named else { return self.beside };
        let Some(text) = claim.text() else {
            return claim.json().and_then(Value::as_array).map(|values| texts(values)).unwrap_or_default();
        };
        match self.listed(name, text) {
            Ok(Listed::Values(values)) => texts(values),
            Ok(Listed::One(text) | Listed::Words(text)) => {
                token_scopes::words(text).map(str::to_owned).collect()
            }
            // Rather none than one that the token does not have.
            Err(_) => Vec::new(),
        }
    }

    /// What a text is where a list is asked for, or that nobody can say it.
    fn listed<'s>(&'s self, name: &str, text: &'s str) -> Result<Listed<'s>, Error> {
        let plain =
            || if token_scopes::CLAIMS.contains(&name) { Listed::Words(text) } else { Listed::One(text) };
        let is_printed_like_a_list = text.starts_with('[') && text.ends_with(']');
        let Origin::Token { head, payloads } = &self.origin else { return Ok(plain()) };
        if !is_printed_like_a_list {
            return Ok(plain());
        }
        let claims = self.claims.iter().filter_map(|(name, claim)| Some((*name, claim.text()?)));
        let payloads = payloads.get_or_init(|| token::payloads(head, &claims));
        let mut told = payloads.iter().map(|payload| payload.get(name));
        let first = told.next().flatten();
        match first.filter(|_| told.all(|other| other == first)) {
            Some(Value::Array(values)) => Ok(Listed::Values(values)),
            Some(Value::String(_)) => Ok(plain()),
            _ => Err(Error::value(format!(
                "the claim `{name}` cannot be read as a list: its values are known from the token alone, and the request does \
                 not carry exactly that one"
            ))),
        }
    }
}

/// The texts among the values.
fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Scopes, whether they are a text, an array or null.
#[cfg(feature = "rest")]
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => token_scopes::words(text).map(str::to_owned).collect(),
        Value::Array(values) => texts(values),
        _ => Vec::new(),
    }
}

impl<'a> Claim<'a> {
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Json(value) => value.as_str(),
        }
    }

    fn json(self) -> Option<&'a Value> {
        match self {
            Self::Text(_) => None,
            Self::Json(value) => Some(value),
        }
    }

    fn is_null(self) -> bool {
        self.json().is_some_and(Value::is_null)
    }
}

impl<'de> Deserializer<'de> for &'de Entries<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(ByName { all: self, rest: &self.claims, value: None })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct ByName<'a> {
    all: &'a Entries<'a>,
    rest: &'a [(&'a str, Claim<'a>)],
    value: Option<(&'a str, Claim<'a>)>,
}

impl<'de> MapAccess<'de> for ByName<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((first, rest)) = self.rest.split_first() else { return Ok(None) };
        (self.rest, self.value) = (rest, Some(*first));
        seed.deserialize(StrDeserializer::new(first.0)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some((name, claim)) = self.value.take() else {
            return Err(Error::shape("a value was asked for before its key"));
        };
        match (claim.text(), claim.json()) {
            (Some(value), _) => {
                let text = Text { kind: "claim", name, value };
                let told = Told { text, all: self.all };
                seed.deserialize(told).map_err(|error| with_value(text.blame(error), value))
            }
            (None, Some(value)) => typed(name, seed, value),
            (None, None) => unreachable!("a claim is a text or JSON"),
        }
    }
}

/// The value that is wrong, for the log.
fn with_value(error: Error, value: &str) -> Error {
    match error {
        Error::Value(Mismatch { detail, expected, reason: None }) => {
            Error::Value(Mismatch { detail, expected, reason: Some(format!("it is {value:?}")) })
        }
        error => error,
    }
}

/// A value that has a type.
fn typed<'de, T: DeserializeSeed<'de>>(name: &str, seed: T, value: &'de Value) -> Result<T::Value, Error> {
    seed.deserialize(value).map_err(|error| {
        let detail = format!("the claim `{name}` is not a valid value");
        Error::Value(Mismatch { detail, expected: None, reason: Some(error.to_string()) })
    })
}

/// A claim that is a text in the event.
struct Told<'a> {
    text: Text<'a>,
    all: &'a Entries<'a>,
}

impl<'de> Told<'de> {
    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut list = match self.all.listed(self.text.name, self.text.value)? {
            Listed::One(text) => List::new(self.text, Rest::One(Some(text).filter(|text| !text.is_empty()))),
            Listed::Words(text) => List::new(self.text, Rest::Words(token_scopes::words(text))),
            Listed::Values(values) => List::new(self.text, Rest::Values(values.iter())),
        };
        let made = visitor.visit_seq(&mut list)?;
        match list.next() {
            None => Ok(made),
            Some(_) => Err(Error::value(self.text.mismatch("value: it has more values than are expected"))),
        }
    }
}

/// Forwards a text of either source.
macro_rules! forward {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.text.$method(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Told<'de> {
    type Error = Error;

    forward! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.text.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.text.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.text.deserialize_enum(name, variants, visitor)
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

/// A list, and its values that are still to come.
struct List<'a> {
    text: Text<'a>,
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
    fn new(text: Text<'a>, rest: Rest<'a>) -> Self {
        Self { text, rest }
    }

    fn next(&mut self) -> Option<Item<'a>> {
        match &mut self.rest {
            Rest::One(text) => text.take().map(Item::Text),
            Rest::Words(words) => words.next().map(Item::Text),
            Rest::Values(values) => values.next().map(Item::Json),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut List<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.next() else { return Ok(None) };
        let text = |value| Text { value, ..self.text };
        let made = match item {
            Item::Text(value) => seed.deserialize(text(value)),
            Item::Json(value) => match token::scalar(value) {
                Some(value) => seed.deserialize(text(&value)),
                None => typed(self.text.name, seed, value),
            },
        };
        made.map(Some)
    }
}

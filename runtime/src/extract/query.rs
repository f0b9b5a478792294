//! The parameters of a request's query, as typed values.
//!
//! In: the query as the client sent it. Out: the handler's type. A repeated parameter is a list if the type
//! requires one. It refuses a parameter that is repeated if a struct's field takes a single value.

use std::borrow::Cow;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
    value::{MapAccessDeserializer, StrDeserializer},
};

use super::{
    readings::{Guided, Reading, Readings, attempt, element, visit_any},
    text::{Error, Text},
};
use crate::Problem;

/// Extracts the parameters of the query.
///
/// ```
/// use routegen::{Query, route};
///
/// #[derive(serde::Deserialize)]
/// struct Search {
///     q: Option<String>,
///     #[serde(default)]
///     tag: Vec<String>,
/// }
///
/// // `/items?q=pen&tag=blue&tag=cheap`
/// #[route(GET, "/items", auth = "none")]
/// async fn find_items(Query(search): Query<Search>) -> String {
///     format!("{:?} with {:?}", search.q, search.tag)
/// }
/// ```
///
/// A list has the values of all parameters with its name, in order; `?tag=a,b` is one value. Without
/// `#[serde(default)]`, at least one is required. A map takes the last value of a repeated parameter, unless
/// its values are lists, and `Vec<(String, String)>` takes all parameters with their names.
///
/// axum's own `Query` follows the same rules as a handler's argument. Within an extractor of your own, and in
/// a `Result`, axum parses it, without support for lists.
///
/// If a value is missing or does not parse as its type, the client gets 400 with the parameter's name. A
/// struct with a field that no query can fill, such as another struct, is an error when `routegen` reads the
/// routes.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        of(parts).map(Query).map_err(Problem::into_response)
    }
}

/// `None` if the request has no query.
impl<T: DeserializeOwned, S: Sync> OptionalFromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Response> {
        let is_empty = parts.uri.query().unwrap_or_default().is_empty();
        if is_empty { Ok(None) } else { of(parts).map(Query).map(Some).map_err(Problem::into_response) }
    }
}

/// Reads the query's parameters as a `T`.
pub(super) fn of<T: DeserializeOwned>(parts: &Parts) -> Result<T, Problem> {
    read(parts.uri.query().unwrap_or_default()).map_err(problem)
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let parameters = Parameters::new(query);
    attempt(|readings| T::deserialize(All { parameters: &parameters, readings }))
}

/// Whatever is wrong with a query, it is the client's mistake, unless no query could match the type.
fn problem(error: Error) -> Problem {
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST).with_detail(detail);
    match error {
        Error::Value(mismatch) => bad(mismatch.to_string()),
        Error::Missing(name) => bad(format!("the query parameter `{name}` is missing")),
        Error::Unknown(name) => bad(format!("there is no query parameter `{name}`")),
        Error::Whole(cause) | Error::Variant { cause, .. } | Error::Shape { cause, text: Some(_), .. } => {
            bad(format!("the query is not valid: {cause}"))
        }
        error @ Error::Shape { .. } => Problem::internal(error),
    }
}

/// The names of the parameters of a query, or of the fields of a form.
#[cfg(feature = "garde")]
pub(super) fn names(query: &str) -> Vec<String> {
    Parameters::new(query).pairs.into_iter().map(|(name, _)| name.into_owned()).collect()
}

/// A name, or a value.
type Decoded<'a> = Cow<'a, str>;

struct Parameters<'a> {
    /// As they are in the query.
    pairs: Vec<(Decoded<'a>, Decoded<'a>)>,
    /// The indexes of each name's pairs, in the order in which the names first appear.
    names: Vec<Vec<usize>>,
}

impl<'a> Parameters<'a> {
    fn new(query: &'a str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        let pairs: Vec<_> = pairs.collect();
        let mut sorted: Vec<usize> = (0..pairs.len()).collect();
        sorted.sort_by_key(|index| &pairs[*index].0);
        let mut names: Vec<Vec<usize>> =
            sorted.chunk_by(|first, next| pairs[*first].0 == pairs[*next].0).map(<[usize]>::to_vec).collect();
        names.sort_unstable_by_key(|of| of[0]);
        Self { pairs, names }
    }

    fn text(&self, index: usize) -> Text<'_> {
        let (name, value) = &self.pairs[index];
        Text { kind: "query parameter", name, value }
    }
}

/// Decodes by the rules of forms (WHATWG URL, section 5.1).
fn decoded(text: &str) -> Decoded<'_> {
    if !text.contains(['+', '%']) {
        return text.into();
    }
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned().into()
}

/// The whole query.
#[derive(Clone, Copy)]
struct All<'a> {
    parameters: &'a Parameters<'a>,
    readings: &'a Readings,
}

impl<'a> All<'a> {
    fn by_name(self, last: bool) -> ByName<'a> {
        ByName { all: self, at: 0, last }
    }
}

impl<'de> Deserializer<'de> for All<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.by_name(false))
    }

    /// A map does not show whether its values are lists before it asks for one.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.by_name(true))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Pairs { all: self, at: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let found = self.parameters.pairs.len();
        if found != len {
            return Err(Error::value(format!("the query has {found} parameters, and not {len}")));
        }
        self.deserialize_seq(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.parameters.pairs.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
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

    /// One parameter is the variant.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(MapAccessDeserializer::new(self.by_name(false)))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf tuple_struct struct identifier
        ignored_any
    }
}

/// All parameters, grouped by name.
struct ByName<'a> {
    all: All<'a>,
    at: usize,
    /// Whether a single value is the last of several.
    last: bool,
}

impl<'de> MapAccess<'de> for ByName<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(of) = self.all.parameters.names.get(self.at) else { return Ok(None) };
        seed.deserialize(StrDeserializer::new(self.all.parameters.text(of[0]).name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some(of) = self.all.parameters.names.get(self.at) else {
            return Err(Error::shape("a value was asked for before its key"));
        };
        self.at += 1;
        let made = seed.deserialize(Values { all: self.all, of, last: self.last });
        self.all.readings.refused(of[0], made)
    }
}

/// Each parameter separately, with its name.
struct Pairs<'a> {
    all: All<'a>,
    at: usize,
}

impl<'de> SeqAccess<'de> for Pairs<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some((name, _)) = self.all.parameters.pairs.get(self.at) else { return Ok(None) };
        let of = [self.at];
        self.at += 1;
        seed.deserialize(Pair { name, values: Values { all: self.all, of: &of, last: false } }).map(Some)
    }
}

/// A name and a value.
struct Pair<'a> {
    name: &'a str,
    values: Values<'a>,
}

impl<'de> Deserializer<'de> for Pair<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(PairAccess { name: Some(self.name), values: Some(self.values) })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct PairAccess<'a> {
    name: Option<&'a str>,
    values: Option<Values<'a>>,
}

impl<'de> SeqAccess<'de> for PairAccess<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if let Some(name) = self.name.take() {
            return seed.deserialize(StrDeserializer::new(name)).map(Some);
        }
        self.values.take().map(|values| seed.deserialize(values)).transpose()
    }
}

/// The values of one name.
#[derive(Clone, Copy)]
struct Values<'a> {
    all: All<'a>,
    of: &'a [usize],
    last: bool,
}

impl<'a> Values<'a> {
    fn first(&self) -> Text<'a> {
        self.all.parameters.text(self.of[0])
    }

    /// The single value that the type requires.
    fn one(self) -> Result<Text<'a>, Error> {
        match self.of {
            [one] => Ok(self.all.parameters.text(*one)),
            [.., last] if self.last => Ok(self.all.parameters.text(*last)),
            _ => Err(Error::value(format!(
                "the query parameter `{}` is there more than once",
                self.first().name
            ))),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let name = self.first();
        let mut list = List { values: self, at: 0 };
        let made = visitor.visit_seq(&mut list).map_err(|error| name.blame(error))?;
        if list.values.of.is_empty() {
            return Ok(made);
        }
        Err(Error::value(name.mismatch("value: it has more values than are expected")))
    }
}

/// Forwards to the single value that the type requires.
macro_rules! one {
    ($($method:ident $($name:ident: $argument:ty),*;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $argument,)* visitor: V) -> Result<V::Value, Error> {
            self.one()?.$method($($name,)* visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Values<'_> {
    type Error = Error;

    one! {
        deserialize_bool; deserialize_i8; deserialize_i16; deserialize_i32; deserialize_i64; deserialize_i128;
        deserialize_u8; deserialize_u16; deserialize_u32; deserialize_u64; deserialize_u128; deserialize_f32;
        deserialize_f64; deserialize_char; deserialize_str; deserialize_string; deserialize_bytes;
        deserialize_byte_buf; deserialize_unit; deserialize_map; deserialize_identifier;
        deserialize_unit_struct name: &'static str;
        deserialize_struct name: &'static str, fields: &'static [&'static str];
        deserialize_enum name: &'static str, variants: &'static [&'static str];
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let &[index] = self.of else { return self.list(visitor) };
        let text = self.first();
        let others = [Reading::Scalar, Reading::List];
        let others = if text.scalar().is_some() { &others[..] } else { &others[1..] };
        match self.all.readings.of(index, text, others) {
            Reading::List => self.list(visitor),
            reading => visit_any(text, reading, visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
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

/// The remaining values of one name.
struct List<'a> {
    values: Values<'a>,
    at: usize,
}

impl<'de> SeqAccess<'de> for &mut List<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Values { all, of, .. } = self.values;
        let Some((first, rest)) = of.split_first() else { return Ok(None) };
        self.values.of = rest;
        self.at += 1;
        let value = Guided::new(all.parameters.text(*first), all.readings, element(*first, self.at));
        all.readings.refused(value.index, seed.deserialize(value)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    fn from<T: DeserializeOwned>(query: &str) -> T {
        read(query).unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// The status and the detail that the client gets.
    fn refused<T: DeserializeOwned>(query: &str) -> (u16, String) {
        let problem = problem(read::<T>(query).err().unwrap());
        (problem.status().as_u16(), problem.detail().unwrap_or_default().to_owned())
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Search {
        q: Option<String>,
        tag: Vec<String>,
        level: BTreeSet<u8>,
        range: Option<(u32, u32)>,
    }

    #[test]
    fn a_parameter_that_is_there_several_times_is_a_list() {
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(untagged)]
        enum OneOrMore {
            One(String),
            More(Vec<String>),
        }
        type Tags<T> = BTreeMap<String, T>;
        let expected = |tag: &[&str]| Search {
            tag: tag.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Search::default()
        };
        assert_eq!(from::<Search>("tag=a&tag=b"), expected(&["a", "b"]));
        assert_eq!(from::<Search>("tag=b&x=1&tag=a&tag=b"), expected(&["b", "a", "b"]));
        assert_eq!(from::<Search>("tag=a"), expected(&["a"]));
        assert_eq!(from::<Search>("tag=a,b"), expected(&["a,b"]));
        assert_eq!(from::<Search>("tag="), expected(&[""]));
        assert_eq!(from::<Search>(""), expected(&[]));
        assert_eq!(from::<Search>("level=3&level=2&level=3").level, BTreeSet::from([2, 3]));
        assert_eq!(from::<Search>("range=1&range=9").range, Some((1, 9)));
        assert_eq!(
            from::<Tags<OneOrMore>>("tag=a&tag=b")["tag"],
            OneOrMore::More(vec!["a".into(), "b".into()])
        );
        assert_eq!(from::<Tags<OneOrMore>>("tag=a")["tag"], OneOrMore::One("a".into()));
        assert_eq!(
            from::<Tags<Vec<u8>>>("a=1&b=2&a=3"),
            BTreeMap::from([("a".into(), vec![1, 3]), ("b".into(), vec![2])])
        );
    }

    #[test]
    fn what_is_asked_for_once_is_there_once() {
        assert_eq!(
            refused::<Search>("q=a&q=b"),
            (400, "the query parameter `q` is there more than once".into())
        );
        assert_eq!(refused::<Search>("range=1&range=2&range=3").0, 400);
        let short =
            "the query parameter `range` is not a valid value: invalid length 1, expected a tuple of size 2";
        assert_eq!(refused::<Search>("range=1"), (400, short.into()));
        assert_eq!(
            refused::<Search>("level=x"),
            (400, "the query parameter `level` is not a valid u8".into())
        );
        // As in axum.
        assert_eq!(from::<BTreeMap<String, u8>>("a=1&a=2")["a"], 2);
    }

    #[test]
    fn a_query_is_what_axum_makes_of_it() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Page {
            limit: usize,
            after: Option<String>,
        }
        fn same<T: DeserializeOwned + PartialEq + std::fmt::Debug>(query: &str) {
            let uri = format!("http://localhost/?{query}").parse().unwrap();
            let theirs = axum::extract::Query::<T>::try_from_uri(&uri);
            assert_eq!(read::<T>(query).ok(), theirs.ok().map(|query| query.0), "{query}");
        }
        for query in [
            "",
            "limit=3",
            "limit=3&after=",
            "limit=3&after=a+b%20c%2B%26",
            "after=x",
            "limit=",
            "limit=-1",
            "limit=3&limit=4",
            "limit=%33",
            "&&limit=3&",
            "limit",
            "a=1&a=2&b",
            "=x",
            "a==b&%00=%ff",
            "a=%e4%c3%a4%",
        ] {
            same::<Page>(query);
            same::<Vec<(String, String)>>(query);
            same::<BTreeMap<String, String>>(query);
        }
        same::<Vec<(String, u8)>>("a=1&b=2&a=3");
    }

    #[test]
    fn a_flattened_struct_has_its_types() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Page {
            limit: u32,
            deep: bool,
        }
        #[derive(Debug, Deserialize, PartialEq)]
        struct Search {
            q: String,
            #[serde(flatten)]
            page: Page,
            #[serde(flatten)]
            others: BTreeMap<String, Value>,
        }
        let search = from::<Search>("q=3&limit=3&deep=true&x=3");
        assert_eq!((&*search.q, search.page), ("3", Page { limit: 3, deep: true }));
        assert_eq!(search.others["x"], json!("3"));
        let (status, detail) = refused::<Search>("q=3&limit=x&deep=true");
        assert_eq!(status, 400);
        assert!(
            detail.starts_with("the query parameter `limit` is not a valid value: invalid type"),
            "{detail}"
        );
    }

    #[test]
    fn a_client_cannot_keep_the_reading_busy() {
        #[derive(Debug, Deserialize)]
        #[serde(untagged)]
        enum Level {
            #[expect(dead_code, reason = "it is never made")]
            Number(u8),
        }
        #[derive(Debug, Deserialize)]
        struct Flat {
            #[serde(flatten)]
            #[expect(dead_code, reason = "it is never made")]
            inner: BTreeMap<String, Level>,
        }
        // As many as API Gateway passes on.
        let query: Vec<String> = (0..1_500).map(|name| format!("{name:x}={}", name % 10)).collect();
        assert_eq!(refused::<Flat>(&format!("{}&x=x", query.join("&"))).0, 400);
    }

    #[test]
    fn whose_mistake_it_is() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Page {
            #[expect(dead_code, reason = "only its name is asked for")]
            limit: u32,
        }
        assert_eq!(refused::<Page>("limit=1&x=2"), (400, "there is no query parameter `x`".into()));
        assert_eq!(refused::<Page>(""), (400, "the query parameter `limit` is missing".into()));
        assert_eq!(refused::<u8>("a=1").0, 500);
    }
}

//! Property tests: strings of a path, a query and a token become what they would be in JSON, directly and in
//! a flattened struct.

use std::{collections::BTreeMap, fmt::Debug, net::IpAddr, num::NonZeroU8};

use axum::{extract::FromRequestParts as _, http::request::Parts};
use futures_util::FutureExt as _;
use lambda_http::RequestExt as _;
use lambda_runtime::{Context, LambdaEvent};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde::{
    Deserialize,
    de::{self, DeserializeOwned, Visitor},
};
use serde_json::{Value, json, value::to_raw_value};

use super::{Claims, path, query};
use crate::request::Surroundings;

/// A struct whose field is read.
#[derive(Debug, Deserialize)]
struct Plain<T> {
    v: T,
}

/// The same, but serde cannot report which types it requires.
#[derive(Debug, Deserialize)]
struct Flat<T> {
    #[serde(flatten)]
    inner: Plain<T>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Size {
    #[serde(alias = "s", alias = "7")]
    Small,
    Large,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
enum Open {
    True,
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Typed {
    Number(u16),
    Signed(i32),
    Switch(bool),
    Address(IpAddr),
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Anything {
    Number(u64),
    Switch(bool),
    Text(String),
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Newtype(Option<u32>);

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(try_from = "u8")]
struct Even(u8);

impl TryFrom<u8> for Even {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if number.is_multiple_of(2) { Ok(Self(number)) } else { Err("it is odd") }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsBytes;
        impl Visitor<'_> for AsBytes {
            type Value = Bytes;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
                self.visit_bytes(text.as_bytes())
            }
        }
        deserializer.deserialize_bytes(AsBytes)
    }
}

/// The value that JSON has for the text: the string, or otherwise the number or bool that it spells.
fn expected<T: DeserializeOwned>(text: &str) -> Option<T> {
    let string = serde_json::from_value(json!(text)).ok();
    string.or_else(|| serde_json::from_str(text).ok().filter(|_| text != "null"))
}

fn parts(claims: &Value) -> Parts {
    let event = json!({
        "version": "2.0", "rawPath": "/v", "rawQueryString": "", "headers": {}, "isBase64Encoded": false,
        "requestContext": {
            "authorizer": { "jwt": { "claims": claims, "scopes": null } }, "http": { "method": "GET", "path": "/v" },
        },
    });
    let event = LambdaEvent::new(to_raw_value(&event).unwrap(), Context::default());
    crate::event::request(event).unwrap().into_parts().0
}

fn of_path<T: DeserializeOwned>(text: &str) -> Option<T> {
    let parameters = std::collections::HashMap::from([("v".to_owned(), vec![text.to_owned()])]);
    let mut parts = axum::http::Request::new(()).with_path_parameters(parameters).into_parts().0;
    parts.extensions.insert(Surroundings { parameters: &["v"], init: crate::Init::default() });
    path::of(&parts).ok()
}

fn of_query<T: DeserializeOwned>(text: &str) -> Option<T> {
    let mut parts = parts(&json!({}));
    parts.uri = format!("/?v={}", utf8_percent_encode(text, NON_ALPHANUMERIC)).parse().unwrap();
    query::of(&parts).ok()
}

fn of_claims<T: DeserializeOwned>(claim: &Value) -> Option<T> {
    let claims = Claims::from_request_parts(&mut parts(&json!({ "v": claim })), &()).now_or_never();
    claims.unwrap().ok().map(Claims::into_inner)
}

/// All ways in which the text is read as a `T`.
fn read<T: DeserializeOwned>(text: &str) -> Vec<Option<T>> {
    let mut read: Vec<Option<T>> = Vec::new();
    read.push(of_path(text));
    for plain in [of_path(text), of_query(text), of_claims(&json!(text))] {
        read.push(plain.map(|Plain { v }| v));
    }
    for flat in [of_path(text), of_query(text), of_claims(&json!(text))] {
        read.push(flat.map(|Flat { inner: Plain { v } }| v));
    }
    read
}

fn check<T: DeserializeOwned + PartialEq + Debug + Clone>(text: &str) {
    let expected = expected::<T>(text);
    for (way, read) in read::<T>(text).into_iter().enumerate() {
        assert_eq!(read, expected, "{} {text:?} {way}", std::any::type_name::<T>());
    }
}

fn check_all(text: &str) {
    check::<String>(text);
    check::<Box<str>>(text);
    check::<u8>(text);
    check::<NonZeroU8>(text);
    check::<i64>(text);
    check::<u64>(text);
    check::<bool>(text);
    check::<char>(text);
    check::<IpAddr>(text);
    check::<Option<i16>>(text);
    check::<Option<String>>(text);
    check::<Newtype>(text);
    check::<Even>(text);
    check::<Bytes>(text);
    check::<Size>(text);
    check::<Open>(text);
    check::<Typed>(text);
    check::<Anything>(text);
    check::<Value>(text);
}

/// Strings that also read as something else, and arbitrary ones. Rust also parses numbers that begin with `+`
/// or `0`, which JSON does not allow.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        (-300_i32..300).prop_map(|number| number.to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        prop::sample::select(vec![
            "true",
            "false",
            "True",
            "small",
            "large",
            "s",
            "7",
            "null",
            "1.5",
            "1e2",
            "-0.5",
            "192.0.2.1",
            "::1",
            "",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}".prop_filter("not another number", |text| {
            !text.starts_with('+') && (text.len() < 2 || !text.starts_with(['0', '-']))
        }),
    ]
}

#[test]
fn what_json_has_for_a_text_is_what_it_becomes() {
    for text in
        ["7", "8", "true", "True", "small", "s", "", "null", "x", "-1", "1.0", "{}", "{\"v\":1}", "\u{e9}"]
    {
        check_all(text);
    }
    // Integers that JSON cannot hold, as in a flattened struct.
    for text in [i128::MIN.to_string(), u64::MAX.to_string()] {
        assert_eq!(of_path::<i128>(&text), text.parse().ok());
        assert_eq!(of_path::<Plain<i128>>(&text).unwrap().v.to_string(), text);
    }
    for float in ["0.5", "-2", "1e3"] {
        for read in read::<f64>(float) {
            assert_eq!(read.map(f64::to_bits), float.parse().ok().map(f64::to_bits), "{float}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn texts_are_what_they_are_in_json(text in text()) {
        check_all(&text);
    }

    /// One claim of several, some of which have the same text but other types.
    #[test]
    fn a_flattened_claim_is_told_from_others_with_the_same_text(number in 0_u8..9) {
        #[derive(Debug, Deserialize)]
        struct Others {
            a: String,
            b: u8,
            c: Option<u64>,
            d: Typed,
            dd: Typed,
            e: Vec<u8>,
            f: char,
        }
        #[derive(Debug, Deserialize)]
        struct All {
            z: String,
            #[serde(flatten)]
            others: Others,
            #[serde(flatten)]
            rest: BTreeMap<String, Value>,
        }
        let text = number.to_string();
        let claims: BTreeMap<_, _> = ["a", "b", "c", "d", "dd", "e", "f", "z", "v"].map(|name| (name, &text)).into();
        let parts = &mut parts(&json!(claims));
        let Claims(All { z, others, rest }) =
            Claims::<All>::from_request_parts(parts, &()).now_or_never().unwrap().unwrap();
        let Others { a, b, c, d, dd, e, f } = others;
        prop_assert_eq!(&d, &dd);
        prop_assert_eq!((z, a, b, c), (text.clone(), text.clone(), number, Some(number.into())));
        prop_assert_eq!((d, e, f.to_string()), (Typed::Number(number.into()), vec![number], text.clone()));
        prop_assert_eq!(&rest["v"], &json!(text));
    }

    /// Values that have a type in the event are what they are in JSON, too.
    #[test]
    fn typed_claims_are_what_they_are_in_json(number in any::<i32>(), flag in any::<bool>(), list in prop::collection::vec("\\PC{0,3}", 0..3)) {
        prop_assert_eq!(of_claims::<Plain<i32>>(&json!(number)).unwrap().v, number);
        prop_assert_eq!(of_claims::<Flat<i32>>(&json!(number)).unwrap().inner.v, number);
        prop_assert_eq!(of_claims::<Plain<bool>>(&json!(flag)).unwrap().v, flag);
        prop_assert_eq!(&of_claims::<Plain<Vec<String>>>(&json!(list)).unwrap().v, &list);
        prop_assert_eq!(&of_claims::<Flat<Vec<String>>>(&json!(list)).unwrap().inner.v, &list);
        prop_assert_eq!(&of_claims::<Plain<BTreeMap<String, Vec<String>>>>(&json!({ "a": list })).unwrap().v["a"], &list);
    }
}

//! What a text is to a type that takes anything, such as one with `#[serde(untagged)]` or `#[serde(flatten)]`.
//!
//! In: the attempts to make a value of a source's texts. serde keeps what such a type is given, and looks only later whether it is a
//! number or a list, when it cannot ask for it any more. Out: the value of the first attempt that succeeds: with all texts as texts,
//! and then, where the type refuses one, with that one as what else it reads as. It gives up after a few dozen attempts.

use std::{
    cell::{Cell, RefCell},
    mem::take,
};

use serde::de::{Deserializer, Visitor};

use super::text::{Error, Scalar, Text, forward};

/// What a text is given as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reading {
    Text,
    /// A number or a bool.
    Scalar,
    /// The values of a list.
    List,
    /// What the text is as JSON.
    Json,
}

/// More than any struct needs: one attempt for each of its fields, and some to find out which of two equal texts is meant.
const MOST_ATTEMPTS: usize = 64;

/// How the texts of a source are given in an attempt, by their index.
#[derive(Default)]
pub(super) struct Readings {
    chosen: RefCell<Vec<(usize, Reading)>>,
    /// Those that were given as texts to types that take anything.
    open: RefCell<Vec<Open>>,
    /// The one whose type has refused it.
    refused: Cell<Option<usize>>,
}

struct Open {
    index: usize,
    kind: &'static str,
    name: String,
    value: String,
    others: Vec<Reading>,
}

/// Makes a value, with attempts as long as another reading may help.
pub(super) fn attempt<T>(make: impl Fn(&Readings) -> Result<T, Error>) -> Result<T, Error> {
    let mut search = Search::default();
    loop {
        match make(&search.readings) {
            Ok(value) => return Ok(value),
            Err(error) => search.after(error)?,
        }
    }
}

impl Readings {
    /// How the text is given to a type that takes anything, where it reads as `others` too.
    pub(super) fn of(&self, index: usize, text: Text<'_>, others: &[Reading]) -> Reading {
        let chosen = self.chosen.borrow();
        if let Some((_, reading)) = chosen.iter().find(|(other, _)| *other == index) {
            return *reading;
        }
        let Text { kind, name, value } = text;
        let open =
            Open { index, kind, name: name.to_owned(), value: value.to_owned(), others: others.to_vec() };
        self.open.borrow_mut().push(open);
        Reading::Text
    }

    /// Keeps which text it was that a type refused.
    pub(super) fn refused<T>(&self, index: usize, made: Result<T, Error>) -> Result<T, Error> {
        if made.is_err() {
            self.refused.set(Some(index));
        }
        made
    }

    /// The error, with the name of the text if it is known, and the other readings that may help.
    fn others(&self, error: Error) -> (Error, Vec<(usize, Reading)>) {
        let (mut open, refused) = (take(&mut *self.open.borrow_mut()), self.refused.take());
        open.retain(|open| match (refused, &error) {
            (Some(index), _) => open.index == index,
            (None, Error::Shape { text: Some(text), .. }) => open.value == *text,
            (None, Error::Shape { .. } | Error::Missing(_) | Error::Unknown(_)) => false,
            (None, _) => true,
        });
        let error = match (&*open, error) {
            ([Open { kind, name, value, .. }], error @ Error::Shape { .. }) => {
                Text { kind, name, value }.blame(error)
            }
            (_, error) => error,
        };
        let others =
            open.into_iter().flat_map(|open| open.others.into_iter().map(move |other| (open.index, other)));
        (error, others.collect())
    }
}

/// The attempts so far: the first choice, and what else may be chosen there, then the second.
#[derive(Default)]
struct Search {
    readings: Readings,
    untried: Vec<Vec<(usize, Reading)>>,
    attempts: usize,
    /// The error of the attempt that came furthest, which is about what no reading helps with.
    furthest: Option<(usize, Error)>,
}

impl Search {
    /// Chooses what is tried next, or gives up.
    fn after(&mut self, error: Error) -> Result<(), Error> {
        let (error, mut others) = self.readings.others(error);
        others.reverse();
        let chosen = self.readings.chosen.get_mut();
        // That another reading is refused too says nothing about the text.
        let is_of_a_reading = matches!(error, Error::Shape { text: None, .. });
        if self.furthest.as_ref().is_none_or(|(depth, _)| *depth < chosen.len() && !is_of_a_reading) {
            self.furthest = Some((chosen.len(), error));
        }
        self.untried.push(others);
        self.attempts += 1;
        while self.attempts < MOST_ATTEMPTS
            && let Some(others) = self.untried.last_mut()
        {
            if let Some(next) = others.pop() {
                chosen.truncate(self.untried.len() - 1);
                chosen.push(next);
                return Ok(());
            }
            self.untried.pop();
        }
        Err(self.furthest.take().map_or_else(|| Error::shape("nothing was tried"), |(_, error)| error))
    }
}

/// What it is to a type that takes anything: a text, unless that has failed and it reads as a number or a bool.
pub(super) fn visit_any<'de, V: Visitor<'de>>(
    text: Text<'_>,
    reading: Reading,
    visitor: V,
) -> Result<V::Value, Error> {
    let made = match text.scalar().filter(|_| reading == Reading::Scalar) {
        Some(Scalar::Bool(value)) => visitor.visit_bool(value),
        Some(Scalar::Unsigned(value)) => visitor.visit_u64(value),
        Some(Scalar::Signed(value)) => visitor.visit_i64(value),
        Some(Scalar::Float(value)) => visitor.visit_f64(value),
        None => visitor.visit_str(text.value),
    };
    made.map_err(|error| text.blame(error))
}

/// A text among others, which a type that takes anything gets as it is read.
#[derive(Clone, Copy)]
pub(super) struct Guided<'a> {
    pub(super) text: Text<'a>,
    pub(super) readings: &'a Readings,
    pub(super) index: usize,
}

impl<'a> Guided<'a> {
    pub(super) fn new(text: Text<'a>, readings: &'a Readings, index: usize) -> Self {
        Self { text, readings, index }
    }
}

impl<'de> Deserializer<'de> for Guided<'_> {
    type Error = Error;

    forward! { text
        deserialize_bool; deserialize_i8; deserialize_i16; deserialize_i32; deserialize_i64; deserialize_i128;
        deserialize_u8; deserialize_u16; deserialize_u32; deserialize_u64; deserialize_u128; deserialize_f32;
        deserialize_f64; deserialize_char; deserialize_str; deserialize_string; deserialize_bytes;
        deserialize_byte_buf; deserialize_unit; deserialize_seq; deserialize_map; deserialize_identifier;
        deserialize_ignored_any;
        deserialize_unit_struct name: &'static str;
        deserialize_tuple len: usize;
        deserialize_tuple_struct name: &'static str, len: usize;
        deserialize_struct name: &'static str, fields: &'static [&'static str];
        deserialize_enum name: &'static str, variants: &'static [&'static str];
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let others = if self.text.scalar().is_some() { &[Reading::Scalar][..] } else { &[] };
        let reading = self.readings.of(self.index, self.text, others);
        visit_any(self.text, reading, visitor)
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
}

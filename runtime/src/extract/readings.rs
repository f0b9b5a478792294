//! What a string is to a type that accepts anything, such as one with `#[serde(untagged)]` or
//! `#[serde(flatten)]`.
//!
//! In: the attempts to make a value from a source's strings. serde buffers what it gives such a type, and
//! finds out only later whether that should be a number or a list, when it can no longer ask. Out: the value
//! of the first attempt that succeeds: with all strings as strings, and then, if the type refuses one, with
//! that one as whatever else it reads as. It gives up after a limited number of attempts.

use std::{
    cell::{Cell, RefCell},
    mem::take,
};

use serde::de::{Deserializer, Visitor};

use super::text::{Error, Scalar, Text, forward};

/// The form in which a string is given.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Reading {
    Text,
    /// The string with a mark, to find out which of two equal strings is refused.
    Marked,
    /// No value, to find out which strings are read before one is refused.
    Nothing,
    /// A number or a bool.
    Scalar,
    /// The string parsed as JSON.
    Json,
    /// The values of a list.
    List,
}

/// More than any struct needs: one attempt for each of its fields, and some for each of the strings to find
/// out which one is refused. The limit is needed because the sender of a query decides how many strings there
/// are.
const MOST_ATTEMPTS: usize = 1_000;

/// A character that no string ends with: API Gateway refuses it in a path, and no token has it.
const MARK: char = '\0';

/// How each string of a source is given in an attempt, by index.
#[derive(Default)]
pub(super) struct Readings {
    chosen: RefCell<Vec<(usize, Reading)>>,
    /// Those that were given as strings to types that accept anything.
    open: RefCell<Vec<Open>>,
    /// One that is given in another form, to see how the error changes.
    tried: Cell<Option<(usize, Reading)>>,
    /// The one that its type refused.
    refused: Cell<Option<usize>>,
    attempts: Cell<usize>,
}

struct Open {
    index: usize,
    kind: &'static str,
    name: String,
    value: String,
    others: Vec<Reading>,
}

/// Makes a value, in as many attempts as another reading may help.
pub(super) fn attempt<T>(make: impl Fn(&Readings) -> Result<T, Error>) -> Result<T, Error> {
    let mut search = Search::default();
    let make = |readings: &Readings| {
        readings.attempts.set(readings.attempts.get() + 1);
        make(readings)
    };
    loop {
        search.readings.refused.set(None);
        let error = match make(&search.readings) {
            Ok(value) if !search.is_unsure => return Ok(value),
            Ok(value) => return Ok(least(make, &search.readings, value)),
            Err(error) => error,
        };
        let mut open = search.readings.suspects(&error);
        let readings = &search.readings;
        let with = |index: usize, reading: Reading| {
            if readings.is_at_its_end() {
                return None;
            }
            readings.tried.set(Some((index, reading)));
            let error = make(readings).err();
            readings.tried.set(None);
            error
        };
        let mut behind = None;
        if open.len() > 1 && error.text().is_some() {
            open.retain(|open| {
                let error = with(open.index, Reading::Marked);
                error.is_some_and(|error| error.text().is_some_and(|text| text.ends_with(MARK)))
            });
        } else if open.len() > 1 {
            search.is_unsure = true;
            // A struct's fields are made in order, so what follows the refused one changes nothing.
            open.retain(|open| with(open.index, Reading::Nothing).as_ref() == Some(&error));
            let chosen = readings.chosen.borrow().clone();
            let may_be_behind =
                |(index, _): &&(usize, Reading)| with(*index, Reading::Nothing).as_ref() == Some(&error);
            behind = Some(open.len() + chosen.iter().filter(may_be_behind).count());
        }
        search.after(error, open, behind)?;
    }
}

/// The value with strings left as strings wherever another reading made no difference.
fn least<T>(make: impl Fn(&Readings) -> Result<T, Error>, readings: &Readings, mut value: T) -> T {
    let chosen = readings.chosen.borrow().clone();
    for choice in chosen {
        let before = readings.chosen.borrow().clone();
        readings.chosen.borrow_mut().retain(|other| *other != choice);
        match make(readings) {
            Ok(other) => value = other,
            Err(_) => drop(readings.chosen.replace(before)),
        }
    }
    value
}

/// The index of a list's element, derived from the index of the list's string.
pub(super) fn element(index: usize, at: usize) -> usize {
    // A request has fewer strings.
    index + ((at + 1) << 20)
}

impl Readings {
    /// How the string is given to a type that accepts anything, if it also reads as `others`.
    pub(super) fn of(&self, index: usize, text: Text<'_>, others: &[Reading]) -> Reading {
        if let Some((_, reading)) = self.tried.get().filter(|(other, _)| *other == index) {
            return reading;
        }
        let chosen = self.chosen.borrow();
        if let Some((_, reading)) = chosen.iter().find(|(other, _)| *other == index) {
            return *reading;
        }
        if self.tried.get().is_some() {
            return Reading::Text;
        }
        let Text { kind, name, value } = text;
        let open =
            Open { index, kind, name: name.to_owned(), value: value.to_owned(), others: others.to_vec() };
        self.open.borrow_mut().push(open);
        Reading::Text
    }

    fn is_at_its_end(&self) -> bool {
        self.attempts.get() >= MOST_ATTEMPTS
    }

    /// Stores which string a type refused.
    pub(super) fn refused<T>(&self, index: usize, made: Result<T, Error>) -> Result<T, Error> {
        if made.is_err() {
            self.refused.set(Some(index));
        }
        made
    }

    /// The strings that may have been refused.
    fn suspects(&self, error: &Error) -> Vec<Open> {
        let (mut open, refused) = (take(&mut *self.open.borrow_mut()), self.refused.take());
        open.retain(|open| match (refused, error) {
            (Some(index), _) => open.index == index,
            (None, Error::Shape { text: Some(text), .. }) => open.value == *text,
            (None, Error::Shape { .. } | Error::Missing(_) | Error::Unknown(_)) => false,
            (None, _) => true,
        });
        open
    }
}

/// The attempts so far: the first choice with its alternatives, then the second, and so on.
#[derive(Default)]
struct Search {
    readings: Readings,
    untried: Vec<Step>,
    /// The error of the attempt that came furthest, which no other reading resolves.
    furthest: Option<(usize, Error)>,
    /// Whether the chosen string may not be the one that was refused.
    is_unsure: bool,
    /// Whether a choice changed nothing.
    was_idle: bool,
    /// Whether such a choice is followed anyway, because nothing else has helped.
    is_relaxed: bool,
}

/// A failed attempt.
struct Step {
    error: Error,
    /// Those that may have been refused.
    suspects: Vec<usize>,
    /// How many may follow the refused one, if the error reveals nothing else.
    behind: Option<usize>,
    others: Vec<(usize, Reading)>,
}

impl Search {
    /// Chooses the next attempt, or gives up.
    fn after(&mut self, error: Error, open: Vec<Open>, behind: Option<usize>) -> Result<(), Error> {
        let error = match (&*open, error) {
            ([Open { kind, name, value, .. }], error @ Error::Shape { .. }) => {
                Text { kind, name, value }.blame(error)
            }
            (_, error) => error,
        };
        let suspects: Vec<usize> = open.iter().map(|open| open.index).collect();
        let others =
            open.into_iter().flat_map(|open| open.others.into_iter().map(move |other| (other, open.index)));
        let mut others: Vec<(Reading, usize)> = others.collect();
        others.sort_by_key(|other| std::cmp::Reverse(*other));
        let mut others: Vec<(usize, Reading)> =
            others.into_iter().map(|(other, index)| (index, other)).collect();
        let is_at_its_end = self.readings.is_at_its_end();
        let chosen = self.readings.chosen.get_mut();
        // A choice that changes nothing concerned another string, unless two choices are needed before
        // anything changes.
        let is_idle = |before: &Step| {
            let is_as_far = match (before.behind, behind) {
                (Some(before), Some(behind)) => before <= behind,
                _ => before.suspects == suspects,
            };
            is_as_far && before.error == error
        };
        if !self.is_relaxed && self.untried.last().is_some_and(is_idle) {
            self.was_idle = true;
            others.clear();
        }
        // That another reading is refused too reveals nothing about the string.
        let is_of_a_reading = matches!(error, Error::Shape { text: None, .. });
        if self.furthest.as_ref().is_none_or(|(depth, _)| *depth < chosen.len() && !is_of_a_reading) {
            self.furthest = Some((chosen.len(), error.clone()));
        }
        self.untried.push(Step { error, suspects, behind, others });
        while !is_at_its_end && let Some(Step { others, .. }) = self.untried.last_mut() {
            if let Some(next) = others.pop() {
                chosen.truncate(self.untried.len() - 1);
                chosen.push(next);
                return Ok(());
            }
            self.untried.pop();
        }
        if self.was_idle && !self.is_relaxed && !is_at_its_end {
            self.is_relaxed = true;
            self.untried.clear();
            chosen.clear();
            return Ok(());
        }
        Err(self.furthest.take().map_or_else(|| Error::shape("nothing was tried"), |(_, error)| error))
    }
}

/// Its form for a type that accepts anything: a string, unless that has failed and it reads as a number or a
/// bool.
pub(super) fn visit_any<'de, V: Visitor<'de>>(
    text: Text<'_>,
    reading: Reading,
    visitor: V,
) -> Result<V::Value, Error> {
    if reading == Reading::Nothing {
        return visitor.visit_unit();
    }
    let made = match text.scalar().filter(|_| reading == Reading::Scalar) {
        Some(Scalar::Bool(value)) => visitor.visit_bool(value),
        Some(Scalar::Unsigned(value)) => visitor.visit_u64(value),
        Some(Scalar::Signed(value)) => visitor.visit_i64(value),
        Some(Scalar::Float(value)) => visitor.visit_f64(value),
        None if reading == Reading::Marked => visitor.visit_str(&format!("{}{MARK}", text.value)),
        None => visitor.visit_str(text.value),
    };
    made.map_err(|error| text.blame(error))
}

/// A string among others, which a type that accepts anything receives in its reading.
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

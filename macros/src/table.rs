//! Reads the arguments `key = value` of an attribute into their slots.
//!
//! In: the attribute's table, with a row for each key, its slot and its reader, and the tokens of an
//! argument. Out: the filled slot, or an error with its fix. It refuses a key that is unknown, is a duplicate
//! or has no value; it is independent of the attribute.

use proc_macro2::{Ident, TokenStream, TokenTree};

use routegen_spec::attributes::Key;

use crate::{
    arguments::is_assignment,
    errors::{Errors, shown},
    nearest::nearest,
    slot::Slot,
};

/// The keys of an attribute, in the order in which messages list them. A value without a key is treated as
/// the first one's.
pub(crate) struct Table<'a>(pub(crate) Vec<Row<'a>>);

/// A key, its slot, and its reader.
pub(crate) struct Row<'a> {
    key: Key,
    place: Box<dyn Place + 'a>,
}

/// Converts the tokens of a value into the value.
type Read<T> = fn(Key, &TokenStream, &mut Errors) -> Option<T>;

impl<'a> Row<'a> {
    pub(crate) fn new<T>(key: Key, slot: &'a mut Slot<T>, read: Read<T>) -> Self {
        Self { key, place: Box::new((slot, read)) }
    }
}

/// A slot with the reader of its value, of any type.
trait Place {
    fn is_absent(&self) -> bool;
    fn excuse(&mut self);
    fn read(&mut self, key: Key, value: &TokenStream, argument: TokenStream, errors: &mut Errors);
}

impl<T> Place for (&mut Slot<T>, Read<T>) {
    fn is_absent(&self) -> bool {
        self.0.is_absent()
    }

    fn excuse(&mut self) {
        self.0.excuse();
    }

    fn read(&mut self, key: Key, value: &TokenStream, argument: TokenStream, errors: &mut Errors) {
        let value = (self.1)(key, value, errors);
        self.0.fill(value, argument);
    }
}

impl Table<'_> {
    /// Reads one argument.
    pub(crate) fn read(&mut self, argument: TokenStream, errors: &mut Errors) {
        let mut tokens = argument.clone().into_iter();
        let Some(TokenTree::Ident(word)) = tokens.next() else {
            return self.refuse_stray(&argument, errors);
        };
        let Some(Row { key, place }) = self.0.iter_mut().find(|row| word == row.key.name) else {
            return self.refuse_unknown(&word, errors);
        };
        let value: TokenStream = if key.is_list() { tokens.collect() } else { tokens.skip(1).collect() };
        let has_form = key.is_list() || is_assignment(&argument);
        if !has_form || value.is_empty() {
            errors.push(&argument, format!("`{word}` has no value"), format!("write `{}`", key.example));
            return place.excuse();
        }
        if !place.is_absent() {
            errors.push(&argument, format!("the key `{word}` is duplicated"), "keep one of the two");
            return;
        }
        place.read(*key, &value, argument, errors);
    }

    /// Refuses an argument without a key, such as a value whose key was forgotten. Which key is unknown.
    fn refuse_stray(&mut self, argument: &TokenStream, errors: &mut Errors) {
        let keys = self.list();
        let Some(Row { key, place }) = self.0.first_mut() else { return };
        errors.push(
            argument,
            format!("`{}` has no key", shown(argument)),
            format!("write `key = value`, such as `{}`; the keys are {keys}", key.example),
        );
        place.excuse();
    }

    fn refuse_unknown(&mut self, word: &Ident, errors: &mut Errors) {
        let text = word.to_string();
        if text == Key::RESPONSES.name {
            errors.push(
                word,
                format!("`{text}` is a key of `#[route]` only: clients see the responses of routes"),
                "remove it: API Gateway answers a refusal of an authorizer with 401 or 403, which are in the document; middleware \
                 declares `refuses = [403]`",
            );
            return;
        }
        let message = format!("unknown key `{text}`");
        let keys = self.list();
        let Some(near) = nearest(&text, self.0.iter().map(|row| row.key.name)) else {
            errors.push(word, message, format!("the keys are {keys}"));
            return;
        };
        errors.push(word, message, format!("write `{near}`; the keys are {keys}"));
        for row in self.0.iter_mut().filter(|row| row.key.name == near) {
            row.place.excuse();
        }
    }

    /// The names of all keys, for a message.
    fn list(&self) -> String {
        self.0.iter().map(|row| format!("`{}`", row.key.name)).collect::<Vec<_>>().join(", ")
    }

    /// The keys in order.
    #[cfg(test)]
    pub(crate) fn keys(&self) -> Vec<Key> {
        self.0.iter().map(|row| row.key).collect()
    }
}

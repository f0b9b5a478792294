//! The exported symbol of an entry point, which an attribute writes and the command reads.
//!
//! In: the crate's name and what the entry point serves, or a symbol. Out: `routegen.<crate>.<METHOD>` and
//! the path, or `routegen.<crate>.authorizer.<name>` (or the kind of another trigger); or the entry point
//! again. A symbol consists of letters, digits, `_`, `.` and `$`, which linkers and version scripts accept
//! without quotes. No two entry points share a symbol: the same method and path twice in a crate, or the
//! same authorizer, is a compile error.
//!
//! | in a path  | in the symbol                     |
//! |------------|-----------------------------------|
//! | `/`        | `.`                               |
//! | `{name}`   | `$name`                           |
//! | `{name+}`  | `$name$`                          |
//! | `$default` | `$default`, with no `.` before it |
//! | letters and digits | themselves                |
//! | other bytes        | `_` and two hexadecimal digits |

use std::{
    fmt::{self, Write as _},
    str::FromStr,
};

use thiserror::Error;

use crate::{Method, Name, PathPattern, RouteKey, Segment, TriggerKind};

/// An entry point of a crate. Its text is the symbol: `routegen.items.GET.items.$id` for `GET /items/{id}`
/// of the crate `items`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The name of the library crate in Rust.
    pub crate_name: String,
    /// What it serves.
    pub serves: Serves,
}

/// What an entry point serves. Its `Display` text is the name that AWS or the user has for it: a route key,
/// or an authorizer's name.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of a route key")]
#[non_exhaustive]
pub enum Serves {
    /// A route.
    Route { method: Method, path: PathPattern },
    /// The authorizer of this name.
    Authorizer(Name),
    /// The consumer of this name, by the kind of its event source.
    Consumer(TriggerKind, Name),
}

/// A text that is not the symbol of an entry point.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not the symbol of an entry point")]
pub struct NotAnEntry;

impl Entry {
    /// The entry point of a crate for what it serves.
    pub fn new(crate_name: impl Into<String>, serves: Serves) -> Self {
        Self { crate_name: crate_name.into(), serves }
    }

    /// The prefix of every entry point's symbol.
    pub const PREFIX: &str = "routegen.";

    /// The kinds whose word replaces the method in the symbol. Methods are in capitals, so they cannot
    /// collide.
    fn named_kinds() -> impl Iterator<Item = TriggerKind> {
        TriggerKind::ALL.into_iter().filter(|kind| *kind != TriggerKind::Routes)
    }
}

impl Serves {
    /// What calls it.
    pub fn kind(&self) -> TriggerKind {
        match self {
            Self::Route { .. } => TriggerKind::Routes,
            Self::Authorizer(_) => TriggerKind::Authorizer,
            Self::Consumer(kind, _) => *kind,
        }
    }

    /// The form that messages use: `` `GET /items` ``, or `` the authorizer `api_key` ``.
    pub fn described(&self) -> String {
        match self.kind() {
            TriggerKind::Routes => format!("`{self}`"),
            // A queue calls the function; it is not the function.
            kind if kind.is_event_source() => format!("the {} consumer `{self}`", kind.as_str()),
            kind => format!("the {} `{self}`", kind.as_str()),
        }
    }
}

impl fmt::Display for Serves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route { method, path } => RouteKey::new(*method, path).fmt(f),
            Self::Authorizer(name) | Self::Consumer(_, name) => name.fmt(f),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::PREFIX)?;
        write_escaped(f, &self.crate_name)?;
        match &self.serves {
            Serves::Route { method, path } => {
                write!(f, ".{method}")?;
                write_path(f, path)
            }
            Serves::Authorizer(name) | Serves::Consumer(_, name) => {
                write!(f, ".{}.", self.serves.kind().as_str())?;
                write_escaped(f, name.as_str())
            }
        }
    }
}

fn write_path(f: &mut fmt::Formatter<'_>, path: &PathPattern) -> fmt::Result {
    if path.is_default() {
        // Every other path begins with a dot.
        return f.write_str(PathPattern::DEFAULT);
    }
    if path.segments().is_empty() {
        // The root: no segment of a path is empty, so nothing else ends in a dot.
        return f.write_char('.');
    }
    for segment in path.segments() {
        f.write_char('.')?;
        match segment {
            Segment::Literal(text) => write_escaped(f, text)?,
            Segment::Param(name) => {
                f.write_char('$')?;
                write_escaped(f, name)?;
            }
            Segment::Greedy(name) => {
                f.write_char('$')?;
                write_escaped(f, name)?;
                f.write_char('$')?;
            }
        }
    }
    Ok(())
}

/// Writes `text` with letters, digits and `_` only.
fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            f.write_char(char::from(byte))?;
        } else {
            write!(f, "_{byte:02x}")?;
        }
    }
    Ok(())
}

impl FromStr for Entry {
    type Err = NotAnEntry;

    fn from_str(symbol: &str) -> Result<Self, Self::Err> {
        parse(symbol).ok_or(NotAnEntry)
    }
}

fn parse(symbol: &str) -> Option<Entry> {
    let (crate_name, served) = symbol.strip_prefix(Entry::PREFIX)?.split_once('.')?;
    let named = Entry::named_kinds()
        .find_map(|kind| Some((kind, served.strip_prefix(kind.as_str())?.strip_prefix('.')?)));
    let what = match named {
        Some((kind, name)) => {
            let name = unescaped(name)?.parse().ok()?;
            if kind.is_event_source() { Serves::Consumer(kind, name) } else { Serves::Authorizer(name) }
        }
        None => route(served)?,
    };
    Some(Entry { crate_name: unescaped(crate_name)?, serves: what })
}

fn route(route: &str) -> Option<Serves> {
    let (method, path) = match route.strip_suffix(PathPattern::DEFAULT) {
        Some(method) if !method.contains('.') => (method, PathPattern::DEFAULT.to_owned()),
        _ => {
            let (method, segments) = route.split_once('.')?;
            let segments: Option<String> = segments.split('.').map(segment).collect();
            (method, segments?)
        }
    };
    Some(Serves::Route { method: method.parse().ok()?, path: path.parse().ok()? })
}

/// A segment of a path, with the slash before it.
fn segment(symbol: &str) -> Option<String> {
    let Some(name) = symbol.strip_prefix('$') else { return Some(format!("/{}", unescaped(symbol)?)) };
    match name.strip_suffix('$') {
        None => Some(format!("/{{{}}}", unescaped(name)?)),
        Some(name) => Some(format!("/{{{}+}}", unescaped(name)?)),
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('_');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(crate_name: &str, method: &str, path: &str) -> Entry {
        Entry {
            crate_name: crate_name.to_owned(),
            serves: Serves::Route { method: method.parse().unwrap(), path: path.parse().unwrap() },
        }
    }

    fn authorizer(crate_name: &str, name: &str) -> Entry {
        Entry { crate_name: crate_name.to_owned(), serves: Serves::Authorizer(name.parse().unwrap()) }
    }

    #[test]
    fn a_symbol_reads_like_its_route() {
        for (crate_name, method, path, expected) in [
            ("items", "GET", "/items", "routegen.items.GET.items"),
            ("my_items", "GET", "/items/{id}", "routegen.my_5fitems.GET.items.$id"),
            ("items", "ANY", "/files/{rest+}", "routegen.items.ANY.files.$rest$"),
            ("items", "GET", "/", "routegen.items.GET."),
            ("items", "GET", "/v1.0/a_b", "routegen.items.GET.v1_2e0.a_5fb"),
            ("items", "ANY", "$default", "routegen.items.ANY$default"),
            ("items", "ANY", "/default", "routegen.items.ANY.default"),
            ("items", "ANY", "/{default}", "routegen.items.ANY.$default"),
        ] {
            assert_eq!(entry(crate_name, method, path).to_string(), expected);
        }
        assert_eq!(authorizer("my_items", "api_key").to_string(), "routegen.my_5fitems.authorizer.api_5fkey");
    }

    fn paths() -> impl Strategy<Value = String> {
        let segment = "[a-c$_.~:@-]{1,4}|\\{[a-c_.-]{1,3}\\}";
        let segments =
            (proptest::collection::vec(segment, 0..4), proptest::option::of("\\{[a-c_.-]{1,3}\\+\\}"));
        segments.prop_map(|(segments, greedy)| {
            segments.into_iter().chain(greedy).flat_map(|segment| ["/".to_owned(), segment]).collect()
        })
    }

    proptest! {
        /// A function with an inverse is injective.
        #[test]
        fn a_symbol_tells_its_route(
            crate_name in "[a-z_][a-z0-9_]{0,5}|\\PC{0,4}",
            method in 0..Method::ALL.len(),
            path in prop_oneof![8 => paths(), 1 => Just("/".to_owned()), 1 => Just("$default".to_owned())],
        ) {
            let Ok(path) = path.parse::<PathPattern>() else { return Ok(()) };
            let entry = Entry { crate_name, serves: Serves::Route { method: Method::ALL[method], path } };
            let symbol = entry.to_string();
            prop_assert!(symbol.chars().all(|c| c.is_ascii_alphanumeric() || "_.$".contains(c)), "{}", symbol);
            prop_assert_eq!(symbol.parse(), Ok(entry));
        }

        #[test]
        fn a_symbol_tells_its_authorizer(
            crate_name in "[a-z_][a-z0-9_]{0,5}|authorizer|\\PC{0,4}",
            name in "[a-z][a-z0-9]{0,3}(_[a-z0-9]{1,3}){0,2}|authorizer",
        ) {
            let entry = authorizer(&crate_name, &name);
            prop_assert_eq!(entry.to_string().parse(), Ok(entry));
        }

        #[test]
        fn no_text_is_read_as_a_symbol_that_it_is_not(text in "(routegen\\.)?[a-z_$.é]{0,6}(GET|ANY|\\.authorizer\\.)?\\PC{0,8}") {
            if let Ok(entry) = text.parse::<Entry>() {
                prop_assert_eq!(entry.to_string().parse(), Ok(entry));
            }
        }
    }
}

//! Makes text from outside safe to show in a terminal or a page.
//!
//! In: text that a request, a function, a file or a program chose. Out: the same text without characters
//! that control a terminal, end a line, or change the direction of the text around them. Everything that is
//! shown to people and was not written by routegen itself passes through here before styles are added.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

/// Returns `text` with every control character except the tab, every line separator and every bidirectional
/// control written as `\u{1b}`, the way Rust writes it.
///
/// A terminal interprets C0 (`ESC`, `BEL`, carriage return), DEL and C1 (`CSI`, `OSC`). U+2028 and U+2029
/// end a line, and bidirectional controls make a text look different from what it contains
/// ([Trojan Source]).
///
/// ```
/// assert_eq!(routegen_spec::printable("a\x1b[2Jb\n"), r"a\u{1b}[2Jb\u{a}");
/// ```
///
/// [Trojan Source]: https://trojansource.codes/
pub fn printable(text: &str) -> Cow<'_, str> {
    replaced(text, is_unprintable, |out, c| write!(out, "{}", c.escape_unicode()))
}

/// [`printable`] for text of several lines, which keeps its line feeds.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let unprintable = |c| c != '\n' && is_unprintable(c);
    replaced(text, unprintable, |out, c| write!(out, "{}", c.escape_unicode()))
}

/// A JSON document with these characters in JSON's escapes (`\u009b`), which is the same document to a
/// program.
///
/// Outside strings, JSON contains none of them except the line feeds of its layout; inside strings, it
/// contains no C0.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    // All of them are below U+10000, so one JSON escape is enough.
    let unprintable = |c| c != '\n' && is_unprintable(c);
    replaced(json, unprintable, |out, c| write!(out, "\\u{:04x}", u32::from(c)))
}

fn is_unprintable(c: char) -> bool {
    // `is_control` is Unicode's category Cc: C0, DEL and C1.
    let control = c.is_control() && c != '\t';
    let separator = matches!(c, '\u{2028}' | '\u{2029}');
    // Unicode's property Bidi_Control.
    let bidirectional =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    control || separator || bidirectional
}

fn replaced(
    text: &str,
    unprintable: impl Fn(char) -> bool,
    replace: impl Fn(&mut String, char) -> fmt::Result,
) -> Cow<'_, str> {
    let Some(first) = text.find(&unprintable) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for c in text[first..].chars() {
        if unprintable(c) {
            let _ = replace(&mut out, c);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_control_character_passes_but_the_tab_and_every_other_character_does() {
        for c in '\0'..='\u{ffff}' {
            let text = String::from(c);
            let shown = printable(&text);
            let obeyed = (c < ' ' && c != '\t') || ('\u{7f}'..='\u{9f}').contains(&c);
            let listed = "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
            if obeyed || listed.contains(c) {
                assert_eq!(shown, format!("\\u{{{:x}}}", u32::from(c)));
            } else {
                assert_eq!(shown, text, "{c:?}");
            }
            let lines = printable_lines(&text);
            assert_eq!(lines, if c == '\n' { "\n".into() } else { shown });
        }
    }

    #[test]
    fn what_needs_no_escape_is_not_copied() {
        assert!(matches!(printable("plain\ttext, ä, 漢, 🦀"), Cow::Borrowed(_)));
        assert_eq!(printable("a\u{9b}31mb\r\nc"), r"a\u{9b}31mb\u{d}\u{a}c");
    }

    proptest! {
        #[test]
        fn a_json_document_stays_the_same_document(text in any::<String>(), c in "[\u{0}-\u{a0}\u{2028}\u{202e}]*") {
            let value = serde_json::json!({ "text": text, c.clone(): [c] });
            for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let shown = printable_json(&json);
                prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&shown).unwrap(), &value);
                prop_assert!(shown.chars().all(|c| c == '\n' || !is_unprintable(c)));
            }
        }
    }
}

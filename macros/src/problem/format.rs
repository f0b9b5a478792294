//! The names in a format string.
//!
//! In: the text. Out: each name or number between its braces, with its position. It refuses nothing:
//! `format!` reports what is wrong in a format string.

/// The text of each pair of braces up to a colon, and its position. `{{` is skipped.
pub(super) fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += text[at..].find('{')? + 1;
            if text[at..].starts_with('{') {
                at += 1;
                continue;
            }
            let end = text[at..].find([':', '}']).map_or(text.len(), |end| at + end);
            return Some((at, text[at..end].trim()));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_at_a_colon_or_a_brace_and_doubled_braces_are_text() {
        for (text, expected) in [
            ("", vec![]),
            ("no item", vec![]),
            ("{id}", vec![(1, "id")]),
            ("{0:?} of {name:>8}", vec![(1, "0"), (10, "name")]),
            ("{{id}} {{{id}}}", vec![(10, "id")]),
            ("{}", vec![(1, "")]),
            ("\u{e4}{a}{", vec![(3, "a"), (6, "")]),
        ] {
            assert_eq!(names(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}

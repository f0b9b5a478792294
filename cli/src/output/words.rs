//! Building blocks of messages.

use std::fmt::{Display, Write as _};

/// `one` if the count is 1, otherwise the count and `many`.
pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    if count == 1 { one.to_owned() } else { format!("{count} {many}") }
}

/// The name that was probably meant, as a help sentence.
pub(crate) fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(unknown, known).map(|known| format!("did you mean `{known}`?"))
}

/// The name that was probably meant, for use in another sentence.
pub(crate) fn closest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |known: &str| strsim::damerau_levenshtein(unknown, known);
    let known = known.into_iter().min_by_key(|known| distance(known))?;
    (distance(known) <= 3).then_some(known)
}

/// A program's output, to go below the sentence that it failed.
pub(crate) fn said(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{text}") }
}

/// Each item on a line of its own.
pub(crate) fn lines(before: &str, things: &[impl Display]) -> String {
    things.iter().fold(String::new(), |mut lines, what| {
        let _ = write!(lines, "\n{before}{what}");
        lines
    })
}

/// The names; if there are many, only the first ones.
pub(crate) fn some(names: &[String]) -> String {
    const MOST: usize = 10;
    match names.get(..MOST) {
        Some(first) if names.len() > MOST => format!("{} and {} more", first.join(", "), names.len() - MOST),
        _ => names.join(", "),
    }
}

/// Variables, each with the functions that declare it.
pub(crate) fn asked_by(variables: &std::collections::BTreeMap<String, Vec<String>>) -> String {
    let each = variables.iter().map(|(name, functions)| format!("`{name}` ({})", some(functions)));
    each.collect::<Vec<_>>().join(", ")
}

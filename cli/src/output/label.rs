//! The line of a file that a label in a message points at.

use camino::Utf8Path;
use miette::{NamedSource, SourceSpan};

use super::report;
use crate::support::files;

/// The file with the span of a line, counted from 1, for a label in a message. `None` if the file cannot be
/// read; then the message names it in words.
pub(crate) fn label(
    root: &Utf8Path,
    file: &str,
    line: u32,
) -> (Option<NamedSource<String>>, Option<SourceSpan>) {
    let Ok(text) = files::read(&root.join(file)) else { return (None, None) };
    let line = usize::try_from(line).unwrap_or(1).max(1) - 1;
    let Some(found) = text.lines().nth(line) else { return (None, None) };
    // `found` is a slice of `text`: the difference of their addresses is its offset.
    let begin = found.as_ptr() as usize - text.as_ptr() as usize + (found.len() - found.trim_start().len());
    let span = SourceSpan::from((begin, found.trim().len()));
    (Some(report::source(file, &text).with_language("Rust")), Some(span))
}

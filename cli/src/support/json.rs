//! JSON as routegen prints it and writes it into files: indented, with a line end, or on one line. One form, because its hash is told.
//!
//! Control characters are escaped, also those for which JSON does not ask: a document on a terminal is text like any other.

use routegen_spec::printable_json;
use serde::Serialize;

/// `value` as text. Values of this program have no maps with keys that are not strings, and nothing else can fail.
pub(crate) fn text(value: &impl Serialize) -> String {
    printable_json(&serde_json::to_string_pretty(value).unwrap_or_default()).into_owned() + "\n"
}

/// `value` on a line of its own.
pub(crate) fn line(value: &impl Serialize) -> String {
    printable_json(&serde_json::to_string(value).unwrap_or_default()).into_owned() + "\n"
}

//! JSON as routegen prints and writes it: indented with a final line feed, or on one line. There is one form,
//! because its hash is published.
//!
//! All control characters are escaped, including those that JSON allows, so that a document is safe on a
//! terminal.

use routegen_spec::printable_json;
use serde::Serialize;

/// `value` as indented text. This cannot fail, because all maps of this program have string keys.
pub(crate) fn text(value: &impl Serialize) -> String {
    printable_json(&serde_json::to_string_pretty(value).unwrap_or_default()).into_owned() + "\n"
}

/// `value` on one line.
pub(crate) fn line(value: &impl Serialize) -> String {
    printable_json(&serde_json::to_string(value).unwrap_or_default()).into_owned() + "\n"
}

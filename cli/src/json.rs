//! JSON as routegen prints it and writes it into files: indented, with a line end. One form, because its hash is told.

use serde::Serialize;

/// `value` as text. Values of this program have no maps with keys that are not strings, and nothing else can fail.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

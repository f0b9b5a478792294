//! The headers of an event: lower case, repeats joined by commas, with those that API Gateway adds.
//!
//! Cookies are apart from them, and what concerns one connection only is left out (reported, not documented).

use std::borrow::Cow;

use hyper::{HeaderMap, header::HeaderName};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// The headers of a request, and what the gateway says of where it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventHeaders<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) added: &'a [(&'static str, Cow<'a, str>)],
}

impl Serialize for EventHeaders<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for name in self.headers.keys() {
            let replaced = self.added.iter().any(|(added, _)| name == *added);
            if replaced || name == "cookie" || is_hop_by_hop(name) {
                continue;
            }
            map.serialize_entry(name.as_str(), &*joined(self.headers, name))?;
        }
        for (name, value) in self.added {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// All values of a header, as one text.
pub(crate) fn joined<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, str> {
    let mut values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let first = values.next().unwrap_or_default();
    values.fold(first, |all, value| all + "," + value)
}

/// Whether a header belongs to one connection and not to the message (RFC 9110, 7.6.1).
pub(crate) fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection" | "keep-alive" | "proxy-connection" | "te" | "trailer" | "transfer-encoding" | "upgrade"
    )
}

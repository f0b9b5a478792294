//! The headers of an event: in lower case, repeats joined by commas, with those that API Gateway adds.
//!
//! Cookies are separate, and headers that concern only one connection are left out (reported, not
//! documented).

use std::borrow::Cow;

use http::{
    HeaderMap,
    header::{AsHeaderName, HeaderName},
};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// The headers of a request in the form that its event has.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventHeaders<'a> {
    pub(super) headers: &'a HeaderMap,
    /// Headers that replace those with the same names.
    pub(super) added: &'a [(&'a str, Cow<'a, str>)],
    /// The addresses that the request came through, if the last one is known.
    pub(super) forwarded_for: Option<&'a str>,
}

impl Serialize for EventHeaders<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for name in self.headers.keys() {
            let replaced = name == FORWARDED_FOR || self.added.iter().any(|(added, _)| name == *added);
            if replaced || name == "cookie" || is_hop_by_hop(name) {
                continue;
            }
            map.serialize_entry(name.as_str(), &*joined(self.headers, name))?;
        }
        for (name, value) in self.added {
            map.serialize_entry(name, value)?;
        }
        if let Some(addresses) = self.forwarded_for {
            map.serialize_entry(FORWARDED_FOR, addresses)?;
        }
        map.end()
    }
}

pub(super) const FORWARDED_FOR: &str = "x-forwarded-for";

/// All values of a header, as one text.
pub(super) fn joined(headers: &HeaderMap, name: impl AsHeaderName) -> Cow<'_, str> {
    let mut values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let first = values.next().unwrap_or_default();
    values.fold(first, |all, value| all + "," + value)
}

/// Whether a header belongs to one connection and not to the message (RFC 9110, 7.6.1).
pub fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection" | "keep-alive" | "proxy-connection" | "te" | "trailer" | "transfer-encoding" | "upgrade"
    )
}

/// Removes the headers that `connection` names, which are meant for the next hop only (RFC 9110, 7.6.1).
/// The headers that name the host and the length of the body always stay.
pub fn drop_connection_headers(headers: &mut HeaderMap) {
    let values = headers.get_all(http::header::CONNECTION).iter();
    let named = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let named: Vec<HeaderName> =
        named.filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok()).collect();
    for name in named {
        if !matches!(name.as_str(), "host" | "content-length") && !is_hop_by_hop(&name) {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_connection_names_is_for_the_next_one_alone() {
        let pairs = [
            ("connection", "close, X-Hop"),
            ("connection", "authorization,, Host ,a b"),
            ("host", "localhost"),
            ("x-hop", "1"),
            ("x-hop", "2"),
            ("x-end", "3"),
            ("authorization", "Bearer x"),
        ];
        let mut headers: HeaderMap = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().unwrap());
        }
        drop_connection_headers(&mut headers);
        let left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["connection", "host", "x-end"]);
    }
}

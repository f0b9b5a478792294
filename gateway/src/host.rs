//! The host names that the gateway answers to.
//!
//! A web page can have a host name that leads to loopback (DNS rebinding), and would then have the same
//! origin as the gateway. It cannot change the `host` that the browser sends.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use hyper::{
    HeaderMap, Version,
    header::{HOST, ORIGIN},
    http::request::Parts,
};
use routegen_apigw::host::{UnfitAuthority, name, take_authority};

/// A request for a host name that the gateway does not answer to.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum WrongHost {
    #[error(
        "the gateway does not answer to the host `{0}`, unless `allow_host` (`routegen dev --allow-host`) names it"
    )]
    Unknown(String),
    #[error("the request has no `host` header, which the gateway requires, in HTTP/1.0 too")]
    Missing,
    #[error("the request has more than one `host` header")]
    Several,
    #[error(transparent)]
    Authority(#[from] UnfitAuthority),
}

/// Requires exactly one `host` header (RFC 9112, 3.2), even if the target has an authority, and replaces it
/// with the authority, if there is one. A request of HTTP/1.0 without the header is well-formed, so it
/// passes; without an authority it then has no host, and [`Hosts::check`] refuses it.
pub(crate) fn settle(parts: &mut Parts) -> Result<(), WrongHost> {
    match parts.headers.get_all(HOST).iter().count() {
        0 if parts.version > Version::HTTP_10 => return Err(WrongHost::Missing),
        0 | 1 => {}
        _ => return Err(WrongHost::Several),
    }
    Ok(take_authority(&parts.uri, &mut parts.headers)?)
}

/// The allowed host names.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    allowed: BTreeSet<String>,
    /// The address that the server listens on, if it is not loopback.
    own: Option<IpAddr>,
}

impl Hosts {
    pub(crate) fn new(allowed: BTreeSet<String>, address: SocketAddr) -> Self {
        Self { allowed, own: Some(address.ip()).filter(|ip| !ip.is_loopback()) }
    }

    /// Refuses a request that is for none of the names, or for no host at all.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), WrongHost> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().ok_or(WrongHost::Missing)?;
        if hosts.next().is_some() {
            return Err(WrongHost::Several);
        }
        let host = String::from_utf8_lossy(host.as_bytes());
        let name = name(&host).to_ascii_lowercase();
        let known = is_loopback(&name) || self.allowed.contains(&name) || self.is_own(&name);
        if known { Ok(()) } else { Err(WrongHost::Unknown(name)) }
    }

    fn is_own(&self, name: &str) -> bool {
        // A server on all addresses has any of them; DNS rebinding needs a name, not an address.
        match (self.own, address(name)) {
            (Some(own), Some(address)) => own.is_unspecified() || own == address,
            _ => false,
        }
    }
}

/// Whether a request to the gateway's own paths comes from its own pages or not from a page at all.
pub(crate) fn is_same_origin(headers: &HeaderMap, scheme: &str) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let host = headers.get(HOST).map(|host| [scheme.as_bytes(), b"://", host.as_bytes()].concat());
    host.is_some_and(|own| own == origin.as_bytes())
}

/// Headers in which proxies and tunnels describe their client.
const FORWARDED: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host"];

/// Whether a request comes from this machine, names this machine, and did not come through a tunnel that
/// ends here.
pub(crate) fn is_local(client: SocketAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    client.ip().to_canonical().is_loopback()
        && host.is_some_and(|host| is_loopback(name(host)))
        && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

/// Whether a name always leads to this machine (RFC 6761, 6.3).
pub(crate) fn is_loopback(name: &str) -> bool {
    let lower = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    // A connection to the unspecified address reaches loopback, and no web page has that host.
    let is_own = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
    lower == "localhost" || lower.ends_with(".localhost") || address(&lower).is_some_and(is_own)
}

/// The address in a host: IPv6 in brackets, IPv4 without (RFC 3986, 3.2.2).
fn address(name: &str) -> Option<IpAddr> {
    let address = match name.strip_prefix('[') {
        Some(rest) => IpAddr::V6(rest.strip_suffix(']')?.parse().ok()?),
        None => IpAddr::V4(name.parse().ok()?),
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(hosts: &Hosts, values: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HOST, value.parse().unwrap());
        }
        hosts.check(&headers).is_ok()
    }

    #[test]
    fn loopback_and_named_hosts_are_answered_and_no_others() {
        let hosts = Hosts::new(BTreeSet::from(["api.test".to_owned()]), "127.0.0.1:80".parse().unwrap());
        for host in [
            "localhost",
            "LOCALHOST:3000",
            "items.localhost:1",
            "127.0.0.1:3000",
            "127.1.2.3",
            "[::1]:3000",
            "[::ffff:127.0.0.1]:3000",
            "0.0.0.0:3000",
            "[::]:3000",
            "localhost.:3000",
            "api.test:3000",
        ] {
            assert!(allowed(&hosts, &[host]), "{host}");
        }
        for host in [
            "evil.test",
            "localhost.evil.test",
            "127.0.0.1.evil.test",
            "10.0.0.1",
            "",
            "api.test.evil",
            "localhost:x",
            "127.0.0.1]",
            "[127.0.0.1",
            "[127.0.0.1]",
            "[localhost]",
            "[::1",
            "::1]",
            "[[::1]]",
            "localhost..",
            ".localhost.evil.test",
        ] {
            assert!(!allowed(&hosts, &[host]), "{host}");
        }
        assert!(!allowed(&hosts, &[]));
        assert!(!allowed(&hosts, &["localhost", "localhost"]));
    }

    #[test]
    fn bound_to_another_address_that_is_a_host_too() {
        let hosts = Hosts::new(BTreeSet::new(), "0.0.0.0:80".parse().unwrap());
        assert!(allowed(&hosts, &["192.168.1.7:3000"]));
        assert!(!allowed(&hosts, &["evil.test:3000"]));
        let one = Hosts::new(BTreeSet::new(), "192.168.1.7:80".parse().unwrap());
        assert!(allowed(&one, &["192.168.1.7"]));
        assert!(!allowed(&one, &["192.168.1.8"]));
    }

    #[test]
    fn a_request_of_http_1_0_has_a_host_in_its_header_or_in_its_target_or_is_refused() {
        let hosts = Hosts::new(BTreeSet::new(), "127.0.0.1:80".parse().unwrap());
        let checked = |version, target: &str, values: &[&str]| {
            let mut request = hyper::Request::builder().version(version).uri(target);
            for value in values {
                request = request.header(HOST, *value);
            }
            let (mut parts, ()) = request.body(()).unwrap().into_parts();
            settle(&mut parts).and_then(|()| hosts.check(&parts.headers))
        };
        let (old, new) = (Version::HTTP_10, Version::HTTP_11);
        assert_eq!(checked(old, "/", &["localhost"]), Ok(()));
        assert_eq!(checked(old, "http://localhost/", &[]), Ok(()));
        assert_eq!(checked(old, "/", &[]), Err(WrongHost::Missing));
        assert_eq!(checked(old, "http://evil.test/", &[]), Err(WrongHost::Unknown("evil.test".to_owned())));
        assert_eq!(checked(new, "http://localhost/", &[]), Err(WrongHost::Missing));
        for version in [old, new] {
            let two = ["localhost", "localhost"];
            assert_eq!(checked(version, "/", &two), Err(WrongHost::Several));
            assert_eq!(checked(version, "http://localhost/", &two), Err(WrongHost::Several));
        }
    }
}

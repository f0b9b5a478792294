//! The host of a request.

use http::{HeaderMap, HeaderValue, Uri, header::HOST};

/// A target whose authority is not valid in an HTTP request: it has another scheme, or a user.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the target of the request has an authority that is not valid for `http`")]
pub struct UnfitAuthority;

/// Makes a target's authority, if it has one, the `host` header: it takes precedence over the header (RFC
/// 9112, 3.2.2), and replaces it in HTTP/2.
pub fn take_authority(target: &Uri, headers: &mut HeaderMap) -> Result<(), UnfitAuthority> {
    // `CONNECT` has an authority without a scheme.
    let (Some(authority), Some(scheme)) = (target.authority(), target.scheme_str()) else { return Ok(()) };
    let host = HeaderValue::from_str(authority.as_str()).map_err(|_| UnfitAuthority)?;
    if !matches!(scheme, "http" | "https") || authority.as_str().contains('@') {
        return Err(UnfitAuthority);
    }
    headers.insert(HOST, host);
    Ok(())
}

/// A host without its port.
pub fn name(host: &str) -> &str {
    name_and_port(host).0
}

/// A host and its port, if it has one. An invalid port stays in the name, so that the name matches nothing.
pub fn name_and_port(host: &str) -> (&str, Option<u16>) {
    let Some((name, port)) = host.rsplit_once(':') else { return (host, None) };
    match port.parse() {
        Ok(port) => (name, Some(port)),
        Err(_) if port.is_empty() => (name, None),
        Err(_) => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_what_is_a_number_after_the_last_colon() {
        for (host, expected) in [
            ("localhost", ("localhost", None)),
            ("localhost:80", ("localhost", Some(80))),
            ("localhost:", ("localhost", None)),
            ("localhost:x", ("localhost:x", None)),
            ("localhost:65536", ("localhost:65536", None)),
            ("[::1]:80", ("[::1]", Some(80))),
            ("[::1]", ("[::1]", None)),
            (":80", ("", Some(80))),
        ] {
            assert_eq!(name_and_port(host), expected, "{host}");
        }
    }
}

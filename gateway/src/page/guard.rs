//! Restricts the page to people on this machine who have its URL.
//!
//! A page of another origin cannot read what the gateway's page serves, because nothing here allows it to
//! (no CORS), and cannot get the same origin by a host name of its own (the host must be loopback's). A
//! page of the same origin, which a handler may serve, and other users of this machine do not have the
//! secret: it is in the URL that only the gateway's owner sees.

use std::net::SocketAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hyper::{
    header::{HOST, HeaderMap, HeaderValue},
    http::request::Parts,
};

use super::{endpoint::Endpoint, refused::Refused};
use crate::host::{is_loopback, is_same_origin};

/// The header that carries the secret.
const SECRET: &str = "x-routegen-key";

pub(super) fn admit(
    endpoint: Endpoint,
    client: SocketAddr,
    (scheme, port): (&str, u16),
    secret: &str,
    parts: &Parts,
) -> Result<(), Refused> {
    if !client.ip().to_canonical().is_loopback() {
        return Err(Refused::Client);
    }
    if !is_for(&parts.headers, scheme, port) {
        return Err(Refused::Host);
    }
    if !is_same_origin(&parts.headers, scheme) || !comes_from_the_page(endpoint, &parts.headers) {
        return Err(Refused::Origin);
    }
    let sent = parts.headers.get(SECRET).map_or(&b""[..], |sent| sent.as_bytes());
    if endpoint.needs_secret() && verify_slices_are_equal(sent, secret.as_bytes()).is_err() {
        return Err(Refused::Secret);
    }
    Ok(())
}

fn is_for(headers: &HeaderMap, scheme: &str, port: u16) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Some((name, named)) = host.to_str().ok().map(routegen_apigw::host::name_and_port) else {
        return false;
    };
    is_loopback(name) && named.unwrap_or(if scheme == "https" { 443 } else { 80 }) == port
}

/// Checks what browsers send about the page that a request comes from ([Fetch Metadata]); programs send
/// nothing. Any page may link to the document, which contains no secrets, but no page may embed it in a
/// frame.
///
/// [Fetch Metadata]: https://www.w3.org/TR/fetch-metadata/
fn comes_from_the_page(endpoint: Endpoint, headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let is_link = says("sec-fetch-mode") == Some(b"navigate") && says("sec-fetch-dest") == Some(b"document");
    match says("sec-fetch-site") {
        None | Some(b"same-origin") => true,
        // A person typed the URL.
        Some(b"none") => !endpoint.needs_secret(),
        Some(_) => endpoint.is_opened() && is_link,
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    #[test]
    fn clients_elsewhere_are_refused_whatever_they_say() {
        let request = Request::builder().uri("/_routegen").header(HOST, "127.0.0.1:9").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        for (client, admitted) in [
            ("127.0.0.1:5", Ok(())),
            ("[::1]:5", Ok(())),
            ("[::ffff:127.0.0.1]:5", Ok(())),
            ("192.168.1.7:5", Err(Refused::Client)),
            ("[::ffff:10.0.0.1]:5", Err(Refused::Client)),
        ] {
            assert_eq!(
                admit(Endpoint::Document, client.parse().unwrap(), ("http", 9), "s", &parts),
                admitted,
                "{client}"
            );
        }
    }
}

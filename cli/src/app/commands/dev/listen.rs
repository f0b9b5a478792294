//! Where a server listens, and with which certificate.
//!
//! In: the address, the port and the files of the command line. Out: listeners, the first of which has the
//! address that is printed, and the certificate. Without an address, the server listens on loopback in both
//! families, so that `localhost` works whichever of them a client picks.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
};

use camino::Utf8Path;
use routegen_gateway::{StartError, Tls};

use super::super::runnable::refused;
use crate::{
    app::{args::DevArgs, error::Error},
    dev, support,
};

/// How many times to look for a port that is free in both families.
const TRIES: usize = 16;

pub(super) fn listen(address: Option<IpAddr>, port: u16) -> Result<Vec<TcpListener>, Error> {
    let bind = |address: SocketAddr| {
        TcpListener::bind(address).map_err(|source| refused(&StartError::Bind { address, source }))
    };
    if let Some(address) = address {
        return Ok(vec![bind((address, port).into())?]);
    }
    for _ in 0..TRIES {
        let first = bind((Ipv4Addr::LOCALHOST, port).into())?;
        let bound = first.local_addr().map_err(|error| support::Error::run("the local gateway", error))?;
        let address = SocketAddr::from((Ipv6Addr::LOCALHOST, bound.port()));
        match TcpListener::bind(address) {
            Ok(second) => return Ok(vec![first, second]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                // `localhost` would lead some clients to another program.
                if port != 0 {
                    return Err(refused(&StartError::Bind { address, source: error }).into());
                }
            }
            // The machine has no IPv6.
            Err(_) => return Ok(vec![first]),
        }
    }
    Ok(vec![bind((Ipv4Addr::LOCALHOST, port).into())?])
}

/// The origin under which programs on this machine reach a server at this address; `None` if it is not on
/// loopback.
pub(super) fn loopback_origin(address: SocketAddr, tls: bool) -> Option<String> {
    let scheme = if tls { "https" } else { "http" };
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    ip.is_loopback().then(|| format!("{scheme}://{}", SocketAddr::new(ip, address.port())))
}

pub(super) fn tls(args: &DevArgs) -> Result<Option<Tls>, Error> {
    let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) else { return Ok(None) };
    let read = |path: &Utf8Path| std::fs::read(path).map_err(|error| support::Error::io("read", path, error));
    let tls = Tls::from_pem(&read(certificate)?, &read(key)?);
    Ok(Some(tls.map_err(|error| dev::Error::Certificate { reason: error.to_string() })?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_reach_a_server_by_loopback_or_not_at_all() {
        for (address, tls, origin) in [
            ("127.0.0.1:9000", false, Some("http://127.0.0.1:9000")),
            ("0.0.0.0:80", true, Some("https://127.0.0.1:80")),
            ("[::]:80", false, Some("http://[::1]:80")),
            ("192.0.2.1:9000", false, None),
        ] {
            assert_eq!(loopback_origin(address.parse().unwrap(), tls).as_deref(), origin, "{address}");
        }
    }

    #[test]
    fn both_loopbacks_have_one_port_and_an_address_that_is_said_is_the_only_one() {
        let addresses = |listeners: &[TcpListener]| -> Vec<SocketAddr> {
            listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
        };
        let both = listen(None, 0).unwrap();
        let [first, rest @ ..] = &*addresses(&both) else { panic!("there is one at least") };
        assert_eq!(first.ip(), Ipv4Addr::LOCALHOST);
        let has_ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
        let second = SocketAddr::from((Ipv6Addr::LOCALHOST, first.port()));
        assert_eq!(rest.to_vec(), if has_ipv6 { vec![second] } else { Vec::new() });
        if has_ipv6 {
            // Another program has the port in one of the families.
            let [_, second] = &*both else { panic!("there are two") };
            let taken = second.try_clone().unwrap();
            drop(both);
            assert!(listen(None, taken.local_addr().unwrap().port()).is_err());
        }
        let one = listen(Some(Ipv4Addr::UNSPECIFIED.into()), 0).unwrap();
        assert!(matches!(&*addresses(&one), [address] if address.ip().is_unspecified()));
    }
}

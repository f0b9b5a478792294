//! Connects to a function's Runtime API as another user.
//!
//! In: the address, the request, and what to do afterwards, in variables. Out: what it received. Only Linux
//! identifies the owner of a connection.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "its output is what it received")]

#[cfg(target_os = "linux")]
fn main() {
    use std::{
        env,
        io::{ErrorKind, Read as _, Write as _},
        net::TcpStream,
        time::Duration,
    };

    use routegen_gateway_tests::stranger::{ADDRESS, BECOME, REQUEST, THEN, go_on};

    /// Longer than a refused connection stays open.
    const PATIENCE: Duration = Duration::from_secs(10);

    if env::var_os(BECOME).is_some() {
        go_on(BECOME);
    }
    let Ok(address) = env::var(ADDRESS) else { return };
    let mut stream = TcpStream::connect(&address).unwrap();
    // The connection may already be closed.
    let _ = stream.write_all(env::var(REQUEST).unwrap().as_bytes());
    if env::var(THEN).unwrap() == "close" {
        return;
    }
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut got = Vec::new();
    let end = match stream.read_to_end(&mut got) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => format!("still open: {error}"),
        _ => "closed".to_owned(),
    };
    println!("{end} after {} bytes: {}", got.len(), String::from_utf8_lossy(&got));
}

#[cfg(not(target_os = "linux"))]
fn main() {}

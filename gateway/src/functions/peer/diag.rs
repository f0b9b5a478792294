//! Queries the kernel for one TCP socket by the addresses of its two ends (netlink's [`sock_diag`]).
//!
//! In: a connection. Out: the owner of the client's end, if the kernel answers. It takes microseconds,
//! however many connections there are. Sandboxes and kernels without `INET_DIAG` do not answer.
//!
//! [`sock_diag`]: https://man7.org/linux/man-pages/man7/sock_diag.7.html

use std::net::{SocketAddr, SocketAddrV4};

use rustix::{
    fd::OwnedFd,
    io,
    net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType,
        netlink::{self, SocketAddrNetlink},
        recvfrom, send, socket_with,
    },
};

use super::ends::Ends;

/// The kernel's answer about a socket.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    /// It is open, and belongs to the user with this id.
    Open(u32),
    /// One of its ends is closed, or no process holds it, so it has no owner.
    Closed,
}

/// `SOCK_DIAG_BY_FAMILY`, the type of both messages.
const BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST`.
const IS_REQUEST: u16 = 1;
/// `IPPROTO_TCP`.
const TCP: u8 = 6;
/// `AF_INET`, which also finds IPv6 sockets with IPv4 addresses.
const IPV4: u8 = 2;
/// `TCP_ESTABLISHED`.
const ESTABLISHED: u8 = 1;
/// Identifies the answer; each query has its own socket.
const SEQUENCE: u32 = 1;

/// The sizes of `nlmsghdr`, of `inet_diag_sockid`, and of `inet_diag_req_v2` and `inet_diag_msg`, which
/// contain it.
const HEAD: usize = 16;
const ID: usize = 48;
const QUESTION: usize = 8 + ID;
const ANSWER: usize = 4 + ID + 20;

/// Whether the system supports such sockets at all.
pub(super) fn speaks() -> bool {
    socket().is_ok()
}

/// The client's end, if the kernel answers.
pub(super) fn client_of(ends: Ends) -> Option<Found> {
    let (SocketAddr::V4(client), SocketAddr::V4(server)) = (ends.client, ends.server) else { return None };
    found(&asked(&question(client, server)).ok()?, client, server)
}

fn socket() -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, Some(netlink::SOCK_DIAG))
}

/// The kernel answers synchronously.
fn asked(question: &[u8]) -> io::Result<Vec<u8>> {
    let socket = socket()?;
    send(&socket, question, SendFlags::empty())?;
    let mut answer = vec![0; 1024];
    let (_, bytes, sender) = recvfrom(&socket, &mut answer[..], RecvFlags::empty())?;
    let is_kernel =
        sender.is_some_and(|sender| SocketAddrNetlink::try_from(sender).is_ok_and(|it| it.pid() == 0));
    if !is_kernel {
        return Err(io::Errno::PROTO);
    }
    answer.truncate(bytes);
    Ok(answer)
}

fn question(client: SocketAddrV4, server: SocketAddrV4) -> Vec<u8> {
    let mut question = Vec::with_capacity(HEAD + QUESTION);
    let length = u32::try_from(HEAD + QUESTION).unwrap_or_default();
    question.extend(length.to_ne_bytes());
    question.extend([BY_FAMILY, IS_REQUEST].map(u16::to_ne_bytes).concat());
    // A port id of 0: the kernel knows the sender.
    question.extend([SEQUENCE, 0].map(u32::to_ne_bytes).concat());
    question.extend([IPV4, TCP, 0, 0]);
    // In any state.
    question.extend(u32::MAX.to_ne_bytes());
    question.extend(id(client, server));
    // On any device, with any cookie.
    question.extend([0, u32::MAX, u32::MAX].map(u32::to_ne_bytes).concat());
    question
}

/// The ports and addresses of a socket, its own first.
fn id(own: SocketAddrV4, other: SocketAddrV4) -> Vec<u8> {
    let ports = [own, other].map(|end| end.port().to_be_bytes()).concat();
    let address = |end: SocketAddrV4| [&end.ip().octets()[..], &[0; 12]].concat();
    [ports, address(own), address(other)].concat()
}

/// Reads an answer, if it belongs to the query for this connection.
fn found(answer: &[u8], client: SocketAddrV4, server: SocketAddrV4) -> Option<Found> {
    let number = |at: usize| Some(u32::from_ne_bytes(answer.get(at..at + 4)?.try_into().ok()?));
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    let message = answer.get(HEAD..HEAD + ANSWER)?;
    let ours = id(client, server);
    if kind != BY_FAMILY || number(8)? != SEQUENCE || message.get(4..4 + ours.len())? != ours {
        return None;
    }
    let (state, user, inode) = (message[1], number(HEAD + 4 + ID + 12)?, number(HEAD + 4 + ID + 16)?);
    Some(if state == ESTABLISHED && inode != 0 { Found::Open(user) } else { Found::Closed })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ends() -> (SocketAddrV4, SocketAddrV4) {
        ("127.0.0.1:40000".parse().expect("an address"), "127.0.0.1:9001".parse().expect("an address"))
    }

    fn answer(state: u8, user: u32, inode: u32) -> Vec<u8> {
        let (client, server) = ends();
        let mut answer = question(client, server)[..HEAD].to_vec();
        answer.extend([IPV4, state, 0, 0]);
        answer.extend(id(client, server));
        answer.extend([0, 7, 7, 0, 0, 0, user, inode].map(u32::to_ne_bytes).concat());
        answer
    }

    #[test]
    fn an_open_socket_has_an_owner_and_every_other_is_nobodys() {
        let (client, server) = ends();
        for (case, answer, expected) in [
            ("open", answer(1, 1_000, 77), Some(Found::Open(1_000))),
            ("open, and root's", answer(1, 0, 77), Some(Found::Open(0))),
            ("in TIME_WAIT", answer(6, 0, 0), Some(Found::Closed)),
            ("half closed", answer(5, 1_000, 77), Some(Found::Closed)),
            ("a listener", answer(10, 0, 77), Some(Found::Closed)),
            ("held by no process", answer(1, 0, 0), Some(Found::Closed)),
            ("with more behind it", [answer(1, 5, 7), vec![0; 40]].concat(), Some(Found::Open(5))),
            ("cut off", answer(1, 0, 77)[..HEAD + ANSWER - 1].to_vec(), None),
            ("nothing", Vec::new(), None),
        ] {
            assert_eq!(found(&answer, client, server), expected, "{case}");
        }
        // The other end, another query, and an error.
        assert_eq!(found(&answer(1, 0, 77), server, client), None);
        for (at, byte) in [(4, 2), (8, 9)] {
            let mut other = answer(1, 0, 77);
            other[at] = byte;
            assert_eq!(found(&other, client, server), None);
        }
    }

    #[test]
    fn what_the_kernel_says_of_a_connection_is_true_where_it_says_anything() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let server = listener.local_addr().expect("an address");
        let client = std::net::TcpStream::connect(server).expect("a connection");
        let ends = Ends { client: client.local_addr().expect("an address"), server };
        let _accepted = listener.accept().expect("the connection");
        let own = Found::Open(rustix::process::geteuid().as_raw());
        assert!(client_of(ends).is_none_or(|found| found == own));
        let answers = client_of(ends).is_some();
        drop(client);
        assert_eq!(client_of(ends), answers.then_some(Found::Closed));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic_or_believe_them(bytes in proptest::collection::vec(any::<u8>(), 0..140)) {
            let (client, server) = ends();
            prop_assert_eq!(found(&bytes, client, server), None);
        }
    }
}

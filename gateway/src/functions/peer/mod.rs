//! Identifies the owner of a connection to a Runtime API.
//!
//! In: an accepted connection. Out: whether the user of this process opened it. Linux knows the owner of
//! every TCP socket in the network namespace, and both ends of a loopback connection are in one namespace.
//! Every other user is refused, including root, and so is any connection whose owner cannot be determined:
//! a closed socket, which Linux attributes to root, or a missing one.
//!
//! `diag` queries the kernel for the single socket, in microseconds. If the kernel does not answer, as in
//! gVisor, `/proc/net/tcp` is read: 4 ms if the kernel has room for 262,144 connections, and 3 ms more for
//! every 1,000 rows. The size that is read is bounded.
//!
//! Systems other than Linux do not report the owner: there, nobody is refused.

#[cfg(target_os = "linux")]
mod diag;
mod ends;

use std::io;

use tokio::net::TcpStream;

use self::ends::Ends;
pub(super) use self::ends::NotOurs;

/// Refuses a connection that the user of this process did not open.
pub(super) async fn check(stream: &TcpStream) -> Result<(), NotOurs> {
    system::check(Ends::of(stream)?).await?;
    // While this end is connected, no other socket can have had the client's address.
    Ends::of(stream).map(drop)
}

/// Fails if the owners of connections cannot be determined at all, so that every connection would be
/// refused.
pub(super) fn can_tell() -> io::Result<()> {
    system::can_tell()
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    use super::{Ends, NotOurs};

    #[allow(clippy::unused_async, reason = "it waits on Linux")]
    pub(super) async fn check(Ends { client: _, server: _ }: Ends) -> Result<(), NotOurs> {
        Ok(())
    }

    #[allow(clippy::unnecessary_wraps, reason = "it may fail on Linux")]
    pub(super) fn can_tell() -> io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::{
        fmt::Write as _,
        fs::File,
        io::{self, BufRead, BufReader},
        net::{IpAddr, SocketAddr},
        time::Duration,
    };

    use tokio::{task::spawn_blocking, time::sleep};

    use super::{
        Ends, NotOurs,
        diag::{self, Found},
    };

    /// The tables of IPv4 and of IPv6 sockets; the latter may have IPv4 addresses (Java's do).
    const TABLES: [(&str, Family); 2] =
        [("/proc/self/net/tcp", Family::V4), ("/proc/self/net/tcp6", Family::V6)];

    /// Enough for 200,000 connections. What follows is not searched.
    const TABLE_BYTES: u64 = 32 * 1024 * 1024;

    /// How often the tables are read. They are not snapshots: if connections close while they are read,
    /// rows may be missed.
    const TRIES: usize = 4;

    /// Between two tries.
    const PAUSE: Duration = Duration::from_millis(2);

    /// The state of a connection whose ends are both open.
    const ESTABLISHED: &[u8] = b"01";

    #[derive(Clone, Copy, Debug)]
    pub(super) enum Family {
        V4,
        V6,
    }

    pub(super) async fn check(ends: Ends) -> Result<(), NotOurs> {
        match diag::client_of(ends) {
            Some(Found::Open(user)) => judge(user),
            Some(Found::Closed) => Err(NotOurs::Unknown),
            None => check_by_tables(ends).await,
        }
    }

    pub(super) async fn check_by_tables(ends: Ends) -> Result<(), NotOurs> {
        for _ in 0..TRIES {
            if let Ok(Ok(Some(user))) = spawn_blocking(move || owner(ends)).await {
                return judge(user);
            }
            sleep(PAUSE).await;
        }
        Err(NotOurs::Unknown)
    }

    fn judge(user: u32) -> Result<(), NotOurs> {
        if user == rustix::process::geteuid().as_raw() { Ok(()) } else { Err(NotOurs::User(user)) }
    }

    pub(super) fn can_tell() -> io::Result<()> {
        if diag::speaks() {
            return Ok(());
        }
        let (path, _) = TABLES[0];
        let told = |error: io::Error| {
            io::Error::new(error.kind(), format!("{path} does not tell who connects to it: {error}"))
        };
        File::open(path).map(drop).map_err(told)
    }

    /// The owner of the client's end.
    fn owner(ends: Ends) -> io::Result<Option<u32>> {
        for (path, family) in TABLES {
            let table = match File::open(path) {
                Ok(table) => table,
                // The kernel may lack IPv6.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if let Some(user) = owner_in(BufReader::new(table), family, ends)? {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    /// The owner of the client's end, if the table contains its socket and the socket is open.
    pub(super) fn owner_in(table: impl BufRead, family: Family, ends: Ends) -> io::Result<Option<u32>> {
        let (client, server) = (written(family, ends.client), written(family, ends.server));
        let mut table = table.take(TABLE_BYTES);
        let mut row = Vec::new();
        loop {
            row.clear();
            if table.read_until(b'\n', &mut row)? == 0 {
                return Ok(None);
            }
            // The last row may be cut off.
            let Some(row) = row.strip_suffix(b"\n") else { return Ok(None) };
            if let Some(user) = owner_by(row, client.as_bytes(), server.as_bytes()) {
                return Ok(Some(user));
            }
        }
    }

    /// The owner in a row, if the row is the connection's: `sl local remote st tx:rx tr:when retrnsmt uid
    /// timeout inode …`.
    fn owner_by(row: &[u8], client: &[u8], server: &[u8]) -> Option<u32> {
        let mut words = row.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let mut word = || words.next();
        let _number = word()?;
        if word()? != client || word()? != server || word()? != ESTABLISHED {
            return None;
        }
        let (_queues, _timer, _retransmits) = (word()?, word()?, word()?);
        let user = number(word()?)?;
        let _timeout = word()?;
        // A socket that no process holds any more has no owner, and its row says root.
        let inode: u64 = number(word()?)?;
        (inode != 0).then_some(user)
    }

    fn number<N: std::str::FromStr>(word: &[u8]) -> Option<N> {
        std::str::from_utf8(word)
            .ok()
            .filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?
            .parse()
            .ok()
    }

    /// An address and port in the table's form: words in the machine's byte order, as hexadecimal digits.
    pub(super) fn written(family: Family, address: SocketAddr) -> String {
        let octets = match (family, address.ip()) {
            (Family::V4, IpAddr::V4(ip)) => ip.octets().to_vec(),
            (Family::V6, IpAddr::V4(ip)) => ip.to_ipv6_mapped().octets().to_vec(),
            (_, IpAddr::V6(ip)) => ip.octets().to_vec(),
        };
        let words =
            octets.chunks_exact(4).map(|word| u32::from_ne_bytes([word[0], word[1], word[2], word[3]]));
        let mut written = String::new();
        for word in words {
            let _ = write!(written, "{word:08X}");
        }
        let _ = write!(written, ":{:04X}", address.port());
        written
    }
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]
mod tests {
    use std::{io::Write as _, net::Ipv4Addr};

    use proptest::prelude::*;
    use tokio::net::{TcpListener, TcpSocket};

    use super::{
        system::{Family, check_by_tables, owner_in, written},
        *,
    };

    fn ends() -> Ends {
        Ends { client: "127.0.0.1:40000".parse().unwrap(), server: "127.0.0.1:9001".parse().unwrap() }
    }

    const HEAD: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    fn row(from: &str, to: &str, state: &str, user: &str, inode: &str) -> String {
        format!(
            "   7: {from} {to} {state} 00000000:00000000 00:00000000 00000000 {user:>5}        0 {inode} 1 0000000000000000 20 4 30 10 -1\n"
        )
    }

    fn owner(family: Family, table: &str) -> Option<u32> {
        owner_in(table.as_bytes(), family, ends()).unwrap()
    }

    #[test]
    fn the_owner_is_that_of_the_open_socket_at_the_clients_end_and_of_no_other_row() {
        let (client, server) = (written(Family::V4, ends().client), written(Family::V4, ends().server));
        let other = written(Family::V4, "127.0.0.2:40000".parse().unwrap());
        let own = row(&client, &server, "01", "1000", "77");
        for (case, table, expected) in [
            ("it is there", format!("{HEAD}{own}"), Some(1_000)),
            (
                "the server's own end is root's",
                [&row(&server, &client, "01", "0", "5"), own.as_str()].concat(),
                Some(1_000),
            ),
            ("only the server's end is there", row(&server, &client, "01", "0", "5"), None),
            ("another address", row(&other, &server, "01", "0", "5"), None),
            ("another server", row(&client, &other, "01", "0", "5"), None),
            ("TIME_WAIT, which has no owner", row(&client, &server, "06", "0", "0"), None),
            ("FIN_WAIT2 of a socket that is closed", row(&client, &server, "05", "0", "0"), None),
            ("half closed, and still held", row(&client, &server, "05", "1000", "77"), None),
            ("CLOSE_WAIT", row(&client, &server, "08", "0", "77"), None),
            ("held by no process", row(&client, &server, "01", "0", "0"), None),
            ("a listener", row(&client, "00000000:0000", "0A", "0", "5"), None),
            (
                "one that broke before, and one that lives",
                [row(&client, &server, "06", "0", "0"), own.clone()].concat(),
                Some(1_000),
            ),
            ("no user", row(&client, &server, "01", "-1", "77"), None),
            ("a user with a sign", row(&client, &server, "01", "+0", "77"), None),
            ("no number", row(&client, &server, "01", "root", "77"), None),
            ("a user beyond all", row(&client, &server, "01", "4294967296", "77"), None),
            ("the last of all users", row(&client, &server, "01", "4294967295", "77"), Some(u32::MAX)),
            ("no inode", format!("7: {client} {server} 01 0:0 0:0 0 0 0\n"), None),
            ("cut off after the user", format!("7: {client} {server} 01 0:0 0:0 0 100"), None),
            ("cut off in the inode", own.trim_end().to_owned(), None),
            (
                "lower case",
                own.to_lowercase(),
                if client.contains(char::is_alphabetic) { None } else { Some(1_000) },
            ),
            ("nothing", String::new(), None),
        ] {
            assert_eq!(owner(Family::V4, &table), expected, "{case}");
        }
    }

    #[test]
    fn what_lies_behind_the_bound_is_not_read_and_not_believed() {
        let (client, server) = (written(Family::V4, ends().client), written(Family::V4, ends().server));
        let own = row(&client, &server, "01", "0", "77");
        let noise = std::io::BufReader::new(std::io::Read::chain(
            std::io::Read::take(std::io::repeat(b'x'), 32 * 1024 * 1024),
            own.as_bytes(),
        ));
        assert_eq!(owner_in(noise, Family::V4, ends()).unwrap(), None);
    }

    #[test]
    fn a_mapped_address_is_looked_for_as_the_other_table_has_it() {
        let ends = ends();
        let (client, server) = (written(Family::V6, ends.client), written(Family::V6, ends.server));
        if cfg!(target_endian = "little") {
            assert_eq!(client, "0000000000000000FFFF00000100007F:9C40");
            assert_eq!(written(Family::V4, ends.client), "0100007F:9C40");
        }
        assert_eq!(owner(Family::V6, &row(&client, &server, "01", "5", "77")), Some(5));
        assert_eq!(owner(Family::V4, &row(&client, &server, "01", "5", "77")), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(table in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(owner_in(table.as_slice(), Family::V4, ends()).unwrap(), None);
            let (client, server) = (written(Family::V4, ends().client), written(Family::V4, ends().server));
            let begun = [format!("1: {client} {server} 01 ").as_bytes(), &table].concat();
            let _ = owner_in(begun.as_slice(), Family::V6, ends());
            let _ = owner_in(begun.as_slice(), Family::V4, ends());
        }
    }

    /// Checks a connection both ways. The kernel of this machine may support only one.
    async fn checked(stream: &TcpStream) -> Result<(), NotOurs> {
        let by_tables = match Ends::of(stream) {
            Ok(ends) => check_by_tables(ends).await,
            Err(reset) => Err(reset),
        };
        assert_eq!(check(stream).await, by_tables);
        by_tables
    }

    #[tokio::test]
    async fn a_connection_of_this_user_is_taken_in_either_family_while_it_is_open() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = std::net::TcpStream::connect(address).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        assert_eq!(checked(&stream).await, Ok(()));

        // An IPv6 socket, if the kernel supports them.
        if let Ok(socket) = TcpSocket::new_v6() {
            let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
            let _client = socket.connect((mapped, address.port()).into()).await.unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            assert_eq!(checked(&stream).await, Ok(()));
        }

        // What was sent before the end stays readable, but its sender no longer owns the socket.
        (&client).write_all(b"x").unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(checked(&stream).await, Err(NotOurs::Unknown), "it is half closed");
        drop(client);
        assert_eq!(checked(&stream).await, Err(NotOurs::Unknown), "it is closed");
    }

    #[tokio::test]
    async fn a_connection_that_was_reset_is_nobodys() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        client.set_zero_linger().unwrap();
        drop(client);
        assert_eq!(checked(&stream).await, Err(NotOurs::Unknown));
    }
}

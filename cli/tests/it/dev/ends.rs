//! The processes after a server ends, however it is ended.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use camino::Utf8PathBuf;

use super::server::{PATIENCE, Server};
use crate::fixture::{Project, executable, succeed, target};

const NAME: &str = "dev-ends";

/// A handler that hangs, and whose end can be seen on the port.
fn source(word: &str) -> String {
    format!(
        "use routegen::{{Path, route}};\n\n\
         #[route(GET, \"/hang/{{port}}\", auth = \"none\", timeout = 30)]\nasync fn hang(Path(port): Path<u16>) -> &'static str {{\n    \
         let mut stream = std::net::TcpStream::connect((\"127.0.0.1\", port)).unwrap();\n    \
         std::io::Read::read_exact(&mut stream, &mut [0]).unwrap();\n    \"{word}\"\n}}\n"
    )
}

/// A cargo that does not end when it is told to, and signals through named pipes.
const CARGO: &str = r#"#!/bin/sh
if [ "$1" = build ] && [ -e CONTROL/stubborn ]; then
    exec 3>CONTROL/told
    trap 'echo term >&3' TERM
    cat CONTROL/hold &
    echo begun >&3
    while :; do wait; done
fi
exec "$REAL_CARGO" "$@"
"#;

struct Ends {
    project: Project,
}

impl Ends {
    /// Sets up the project of these tests, for one test at a time.
    fn enter() -> MutexGuard<'static, Self> {
        static ONE: LazyLock<Mutex<Ends>> = LazyLock::new(|| Mutex::new(Ends::new()));
        ONE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new() -> Self {
        // An earlier run may have been killed.
        let _ = std::fs::remove_dir_all(target().join("routegen/dev").join(NAME));
        let this = Self { project: Project::new(NAME, &source("one")) };
        let control = this.control();
        std::fs::create_dir_all(&control).unwrap();
        executable(&control.join("cargo"), CARGO.replace("CONTROL", control.as_str()).as_bytes());
        succeed(Command::new("mkfifo").args([control.join("told"), control.join("hold")]));
        this
    }

    /// A folder in which changes are not watched.
    fn control(&self) -> Utf8PathBuf {
        self.project.root.join("target")
    }

    fn serve(&self) -> Server {
        let mut command = self.project.routegen(&["dev", "--port", "0", "--format", "json"]);
        command.env("REAL_CARGO", std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        Server::start(command.env("CARGO", self.control().join("cargo")))
    }
}

/// What servers have left behind, except the issuer's key and linked programs.
fn left() -> Vec<String> {
    let entries = target().join("routegen/dev").join(NAME).read_dir_utf8().unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_owned());
    names
        .filter(|name| !["client.secret", "iam.secret", "issuer.key", "link"].contains(&name.as_str()))
        .collect()
}

/// A request whose handler hangs.
struct Hanging {
    function: TcpStream,
    _client: TcpStream,
}

impl Hanging {
    fn begin(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let host = server.url.strip_prefix("http://").unwrap();
        let mut client = TcpStream::connect(host).unwrap();
        write!(client, "GET /hang/{port} HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
        let (function, _) = listener.accept().unwrap();
        function.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { function, _client: client }
    }

    /// Waits for the end of the handler's process.
    fn ends(mut self) {
        match self.function.read(&mut [0]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("it went on: {other:?}"),
        }
    }
}

#[test]
fn ctrl_c_leaves_no_process_and_no_file_behind() {
    let test = Ends::enter();
    let server = test.serve();
    let hanging = Hanging::begin(&server);
    server.stop();
    hanging.ends();
    assert_eq!(left(), [""; 0]);
}

#[test]
fn nor_does_it_while_a_rebuild_waits_for_another_command() {
    let test = Ends::enter();
    let server = test.serve();
    let hanging = Hanging::begin(&server);
    let lock = File::create(target().join("routegen/.lock")).unwrap();
    lock.lock().unwrap();
    test.project.write("src/lib.rs", &source("two"));
    server.heard("Waiting");
    server.stop();
    drop(lock);
    hanging.ends();
    assert_eq!(left(), [""; 0]);
}

#[test]
fn whoever_does_not_wait_for_the_end_leaves_no_process_either() {
    let test = Ends::enter();
    let server = test.serve();
    let hanging = Hanging::begin(&server);
    test.project.write("target/stubborn", "");
    test.project.write("src/lib.rs", &source("three"));
    let mut told = BufReader::new(File::open(test.control().join("told")).unwrap()).lines();
    assert_eq!(told.next().unwrap().unwrap(), "begun");
    server.signal("-INT");
    assert_eq!(told.next().unwrap().unwrap(), "term");
    server.signal("-TERM");
    assert_eq!(server.ended().code(), Some(130));
    hanging.ends();
    std::fs::remove_file(test.control().join("stubborn")).unwrap();
    std::fs::write(test.control().join("hold"), "").unwrap();
}

//! A running server when its sources change.

use std::{io::Write as _, net::TcpListener, thread};

use super::server::{Server, ask};
use crate::fixture::Project;

/// Routes whose responses show their build and their process. `/slow` responds when it is told to.
fn source(word: &str, more: &str) -> String {
    format!(
        "use routegen::{{Path, route}};\n\n\
         #[route(GET, \"/word\", auth = \"none\")]\nasync fn word() -> &'static str {{\n    {word}\n}}\n\n\
         #[route(GET, \"/slow/{{port}}\", auth = \"none\", timeout = 30)]\nasync fn slow(Path(port): Path<u16>) -> &'static str {{\n    \
         let mut stream = std::net::TcpStream::connect((\"127.0.0.1\", port)).unwrap();\n    \
         std::io::Read::read_exact(&mut stream, &mut [0]).unwrap();\n    {word}\n}}\n\n\
         #[route(GET, \"/process\", auth = \"none\")]\nasync fn process() -> String {{\n    \
         std::process::id().to_string()\n}}\n\n\
         #[route(GET, \"/secret\", auth = \"none\", env = [\"ROUTEGEN_TEST_SECRET\"])]\nasync fn secret() -> String {{\n    \
         std::env::var(\"ROUTEGEN_TEST_SECRET\").unwrap_or_default()\n}}\n\n\
         #[route(GET, \"/file\", auth = \"none\")]\nasync fn file() -> String {{\n    \
         std::fs::read_to_string(\"data/file.txt\").unwrap_or_default()\n}}\n{more}"
    )
}

const CLOSED: &str =
    "\n#[route(GET, \"/closed\", auth = \"cognito\", scopes = [\"a/b\"])]\nasync fn closed() {}\n";

#[test]
fn a_change_is_answered_and_a_mistake_leaves_the_last_good_build() {
    let project = Project::new("dev-turns", &source("\"one\"", ""));
    project.write("data/file.txt", "first");
    project.write("routegen.toml", "include = [\"data/*\"]\n");
    project.write(".env", "ROUTEGEN_TEST_SECRET=hunter1\n");
    let env_file = project.root.join(".env");
    let args = ["dev", "--port", "0", "--format", "json", "--env-file", env_file.as_str()];
    let server = Server::start(&mut project.routegen(&args));
    let word = || server.get("/word", &[]).body;
    assert_eq!((word().as_str(), server.get("/file", &[]).body.as_str()), ("one", "first"));

    // A request in flight ends with the build that it began with.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let slow = format!("/slow/{}", listener.local_addr().unwrap().port());
    thread::scope(|scope| {
        let url = server.url.as_str();
        let slow = scope.spawn(|| ask(url, "GET", &slow, &[], ""));
        let (mut in_flight, _) = listener.accept().unwrap();
        project.write("src/lib.rs", &source("\"two\"", ""));
        server.heard("Rebuilt");
        assert_eq!(word(), "two");
        in_flight.write_all(b"!").unwrap();
        let slow = slow.join().unwrap();
        assert_eq!((slow.status, slow.body.as_str()), (200, "one"));
    });

    project.write("src/lib.rs", &source("\"three\" +", ""));
    server.heard("error: ");
    server.heard("RG0007");
    server.heard("Serving");
    assert_eq!(word(), "two");

    // What programs write meanwhile does not trigger a build: the next build is for the next save.
    for (file, text) in [("dev.log", "the error"), ("items.db", "a row")] {
        project.write(file, text);
    }
    // A route and its authorizer appear with the code, and a token of the same issuer is valid for it.
    project.write("src/lib.rs", &source("\"four\"", CLOSED));
    let (_, before) = server.heard_after("Rebuilt");
    assert!(!before.iter().any(|line| line.contains("Serving")), "{before:?}");
    assert_eq!(word(), "four");
    assert_eq!(server.get("/closed", &[]).status, 401);
    let mut token = project.routegen(&["token", "--scope", "a/b", "--port", &server.port()]);
    let bearer = format!("Bearer {}", crate::fixture::succeed(&mut token).trim());
    assert_eq!(server.get("/closed", &[("authorization", &bearer)]).status, 200);

    // New processes read a file beside the programs.
    let before = server.get("/process", &[]).body;
    project.write("data/file.txt", "second");
    server.heard("Rebuilt");
    assert_eq!(server.get("/file", &[]).body, "second");
    assert_ne!(server.get("/process", &[]).body, before);

    // They read a file of variables again too, without a message.
    assert_eq!(server.get("/secret", &[]).body, "hunter1");
    project.write(".env", "ROUTEGEN_TEST_SECRET=hunter2\n");
    server.heard("Rebuilt");
    assert_eq!(server.get("/secret", &[]).body, "hunter2");
    project.write(".env", "ROUTEGEN_TEST_SECRET 'hunter3\n");
    let (_, before) = server.heard_after("Serving");
    assert!(before.iter().any(|line| line.contains("RG0089")), "{before:?}");
    assert!(!before.iter().any(|line| line.contains("hunter")), "{before:?}");
    assert_eq!(server.get("/secret", &[]).body, "hunter2");
    project.write(".env", "ROUTEGEN_TEST_SECRET=hunter2\n");
    server.heard("Rebuilt");

    project.write("routegen.toml", "include = [\"data/*\"]\nfoo = 1\n");
    server.heard("RG0016");
    assert_eq!(word(), "four");
    server.stop();
}

#[test]
fn what_is_served_can_be_started_whatever_was_built_since() {
    let project = Project::new("dev-turns-unserved", &source("\"one\"", ""));
    let args = ["dev", "--port", "0", "--format", "json"];
    let server = Server::start(&mut project.routegen(&args));
    // None of its processes is running yet, and none of these builds is served.
    for mistake in ["\"two\" +", "\"three\" -"] {
        project.write("src/lib.rs", &source(mistake, ""));
        server.heard("Serving");
    }
    let response = server.get("/word", &[]);
    assert_eq!((response.status, response.body.as_str()), (200, "one"));
    server.stop();
}

#[test]
fn a_change_that_another_command_has_built_first_is_served_too() {
    let project = Project::new("dev-turns-two", &source("\"one\"", ""));
    let args = ["dev", "--port", "0", "--format", "json"];
    let servers = [(); 2].map(|()| Server::start(&mut project.routegen(&args)));
    project.write("src/lib.rs", &source("\"two\"", ""));
    for server in servers {
        server.heard("Rebuilt");
        assert_eq!(server.get("/word", &[]).body, "two");
        server.stop();
    }
}

//! Requests that try to harm the user who runs the server: text that a terminal would interpret, and requests
//! for tokens from elsewhere.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    sync::LazyLock,
};

use super::server::{Server, ask};
use crate::fixture::{Project, succeed, target};

/// Built once for all of these tests.
static PROJECT: LazyLock<Project> = LazyLock::new(|| Project::new("dev-attacks", SOURCE));

const SOURCE: &str = r#"
use routegen::{Path, route};

/// Says what it is told
#[route(GET, "/say/{text}", auth = "none")]
async fn say(Path(text): Path<String>) {
    println!("said {text}");
}

#[route(GET, "/items", auth = "cognito", scopes = ["items/read"])]
async fn items() {}
"#;

/// Sends what no real client would, and waits for the end of the response.
fn send(url: &str, request: &str) {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 "), "{}", String::from_utf8_lossy(&answer));
}

/// Sends text to a server at `http://ADDRESS`: each character below U+00A0 and some others, in a path, in a
/// query, in a host and in the name of a client.
fn say_everything(url: &str) {
    let raw = |c: char| {
        let encoded = c.to_string().bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02x}"));
        assert_eq!(ask(url, "GET", &format!("/say/a{encoded}b?q={encoded}"), &[], "").status, 200, "{c:?}");
        let form = format!("grant_type=client_credentials&client_id=a{encoded}&client_secret=x");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(ask(url, "POST", "/_routegen/oauth2/token", &kind, &form).status, 400, "{c:?}");
        // If the server refuses it as invalid HTTP, that is fine too.
        send(url, &format!("GET /say/a?q={c} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"));
        send(url, &format!("GET /say/a HTTP/1.1\r\nhost: a{c}b\r\nconnection: close\r\n\r\n"));
    };
    ('\0'..'\u{a0}').chain(['\u{2028}', '\u{202e}', '\u{2066}']).for_each(raw);
}

/// What a terminal would interpret, except styles, tabs and line feeds.
fn obeyed(text: &str) -> String {
    let text = without_styles(text);
    let of_the_text = |c: &char| {
        c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{2028}' | '\u{202e}' | '\u{2066}')
    };
    text.chars().filter(of_the_text).collect()
}

/// The text without styles.
fn without_styles(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| match part.split_once('m') {
        Some((style, rest)) if style.bytes().all(|byte| byte == b';' || byte.is_ascii_digit()) => {
            shown + rest
        }
        _ => shown + "\u{1b}[" + part,
    })
}

#[test]
fn nothing_that_clients_send_is_obeyed_by_the_terminal() {
    let mut command = PROJECT.routegen(&["dev", "--port", "0", "--color", "always"]);
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(server.stdout.take().unwrap());
    let mut stderr = server.stderr.take().unwrap();
    let talk = std::thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).map(|_| String::from_utf8(text).unwrap())
    });
    let mut printed = String::new();
    let url = loop {
        assert_ne!(stdout.read_line(&mut printed).unwrap(), 0, "it ended: {:?}", talk.join());
        if let Some(url) = printed.lines().find_map(|line| line.strip_prefix("dev-attacks on ")) {
            break url.to_owned();
        }
    };
    // The log is read while it is written.
    let log = std::thread::spawn(move || stdout.read_to_string(&mut printed).map(|_| printed).unwrap());
    say_everything(&url);
    succeed(Command::new("kill").args(["-INT", &server.id().to_string()]));
    assert!(server.wait().unwrap().success());
    let printed = log.join().unwrap() + &talk.join().unwrap().unwrap();
    assert_eq!(obeyed(&printed), "");
    // Nothing was lost either.
    let plain = without_styles(&printed);
    for shown in [
        r"    said a\u{1b}b",
        r"    said a\u{9b}b",
        r"    said a\u{202e}b",
        r"there is no client `a\u{7}`",
        r"there is no client `a\u{a}`",
        r"does not answer to the host `a\u{9b}b`",
        "    said a~b",
    ] {
        assert!(plain.contains(shown), "{shown} in {plain}");
    }
}

#[test]
fn the_log_for_programs_has_nothing_that_a_terminal_obeys_either_and_says_the_same() {
    let server = Server::start(&mut PROJECT.routegen(&["dev", "--port", "0", "--format", "json"]));
    send(&server.url, "GET /say/a HTTP/1.1\r\nhost: a\u{9b}b\r\nconnection: close\r\n\r\n");
    assert_eq!(server.get("/say/a%C2%9B%E2%80%AEb", &[]).status, 200);
    let host = server.line_of(|entry| entry["status"] == 403);
    assert_eq!(obeyed(&host), "");
    assert!(host.contains(r"the host `a\\u{9b}b`"), "{host}");
    let said = server.line_of(|entry| entry["type"] == "log");
    assert_eq!(obeyed(&said), "");
    assert!(said.contains(r"said a\\u{9b}\\u{202e}b"), "{said}");
    server.stop();
}

#[test]
fn the_secrets_of_a_package_are_random_and_kept_and_open_nothing_from_elsewhere() {
    let start = |more: &[&str]| {
        let mut command =
            PROJECT.routegen(&["dev", "--port", "0", "--format", "json", "--allow-host", "tunnel.test"]);
        Server::start(command.args(more))
    };
    let ask_for_a_token = |server: &Server, id: &str, secret: &str, headers: &[(&str, &str)]| {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let kind = ("content-type", "application/x-www-form-urlencoded");
        server.post("/_routegen/oauth2/token", &[&[kind][..], headers].concat(), &form)
    };
    let server = start(&[]);
    let text = |server: &Server, name: &str| server.ready[name].as_str().unwrap().to_owned();
    let (id, secret) = (text(&server, "client_id"), text(&server, "client_secret"));
    assert!(secret.len() >= 43, "{secret}");
    for (id, secret, headers, status) in [
        (&*id, &*secret, &[][..], 200),
        ("local-client", "local-secret", &[], 400),
        // A caller who knows the name of a tunnel, and even the secret.
        (&id, &secret, &[("host", "tunnel.test")], 403),
        (&id, &secret, &[("x-forwarded-for", "192.0.2.7")], 403),
    ] {
        assert_eq!(ask_for_a_token(&server, id, secret, headers).status, status, "{id} {secret} {headers:?}");
    }
    let key = text(&server, "page").split_once("#key=").unwrap().1.to_owned();
    server.stop();

    let folder = target().join("routegen/dev/dev-attacks");
    for name in ["client.secret", "iam.secret", "issuer.key"] {
        let mode = fs::metadata(folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(fs::read_to_string(folder.join("client.secret")).unwrap(), secret);

    let open = start(&["--tokens-for-all"]);
    assert_eq!(text(&open, "client_secret"), secret, "it outlives a restart, as tokens do");
    assert_ne!(text(&open, "page").split_once("#key=").unwrap().1, key, "the page has a key of each start");
    assert_eq!(ask_for_a_token(&open, &id, &secret, &[("host", "tunnel.test")]).status, 200);
    assert!(open.heard("RG0212").contains("RG0212"));
    open.stop();
}

//! What is heard of a function that hangs, and of one that fails.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::server::PATIENCE;
use crate::fixture::{Project, fail, succeed};

const SOURCE: &str = r#"
use routegen::{Init, Path, Problem, Res, Resource, lambda_http::Error, route};

#[route(GET, "/hang/{port}", auth = "none", timeout = 30)]
async fn hang(Path(port): Path<u16>) {
    eprintln!("it hangs, and asks {}", std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap());
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    std::io::Read::read_exact(&mut stream, &mut [0]).unwrap();
}

#[route(GET, "/panics", auth = "none")]
async fn panics() {
    panic!("on purpose");
}

#[route(GET, "/fails", auth = "none")]
async fn fails() -> Result<(), Problem> {
    Err("on purpose")?
}

#[route(GET, "/ends", auth = "none")]
async fn ends() {
    std::process::exit(3);
}

struct Broken;

impl Resource for Broken {
    async fn init(_: &Init) -> Result<Self, Error> {
        Err("on purpose")?
    }
}

#[route(GET, "/broken", auth = "none")]
async fn broken(_: Res<Broken>) {}

struct Table(String);

impl Resource for Table {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self(std::env::var("INVOKE_TABLE")?))
    }
}

#[route(GET, "/asks", auth = "none", env = ["INVOKE_TABLE"])]
async fn asks(table: Res<Table>) -> String {
    table.0.clone()
}

#[route(GET, "/forgets", auth = "none")]
async fn forgets(table: Res<Table>) -> String {
    table.0.clone()
}
"#;

/// The addresses of IPv4 and IPv6 that a process listens on.
#[cfg(target_os = "linux")]
fn listening(process: u32) -> Vec<String> {
    let folder = std::path::PathBuf::from(format!("/proc/{process}"));
    let descriptors = std::fs::read_dir(folder.join("fd")).unwrap();
    let open: Vec<String> = descriptors
        .filter_map(|entry| Some(std::fs::read_link(entry.unwrap().path()).ok()?.to_str()?.to_owned()))
        .collect();
    let mut listening = Vec::new();
    for table in ["net/tcp", "net/tcp6"] {
        // The kernel may be without IPv6.
        for row in std::fs::read_to_string(folder.join(table)).unwrap_or_default().lines().skip(1) {
            let words: Vec<&str> = row.split_whitespace().collect();
            if words[3] != "0A" || !open.contains(&format!("socket:[{}]", words[9])) {
                continue;
            }
            let (ip, port) = words[1].split_once(':').unwrap();
            let port = u16::from_str_radix(port, 16).unwrap();
            listening.push(match u32::from_str_radix(ip, 16) {
                Ok(ip) => format!("{}:{port}", std::net::Ipv4Addr::from(ip.to_ne_bytes())),
                Err(_) => format!("[{ip}]:{port}"),
            });
        }
    }
    listening
}

#[test]
fn the_log_is_told_while_the_function_runs_and_only_a_function_without_an_answer_fails() {
    let project = Project::new("dev-invoke-hang", SOURCE);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let path = format!("/hang/{}", listener.local_addr().unwrap().port());
    let hang = || {
        let mut command = project.routegen(&["invoke", "hang", "--path", &path]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut invoke = hang();
    let mut talk = BufReader::new(invoke.stderr.take().unwrap()).lines();
    let said = talk.find_map(|line| Some(line.unwrap().split_once("it hangs, and asks ")?.1.to_owned()));
    let runtime_api = said.expect("it said nothing");
    // It has said it, and goes on only now.
    let (mut function, _) = listener.accept().unwrap();
    #[cfg(target_os = "linux")]
    assert_eq!(listening(invoke.id()), [runtime_api], "nobody else can have the function called");
    function.set_read_timeout(Some(PATIENCE)).unwrap();
    function.write_all(b"!").unwrap();
    let mut answer = String::new();
    invoke.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    assert!(invoke.wait().unwrap().success(), "it was told after its end");
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["statusCode"], 200);

    // Ctrl-C ends what hangs.
    let mut invoke = hang();
    let (mut function, _) = listener.accept().unwrap();
    function.set_read_timeout(Some(PATIENCE)).unwrap();
    succeed(Command::new("kill").args(["-INT", &invoke.id().to_string()]));
    assert_eq!(function.read(&mut [0]).unwrap_or_default(), 0);
    assert_eq!(invoke.wait().unwrap().code(), Some(130));

    // For Lambda these are invocations that went well, whose answer is a response.
    for name in ["panics", "fails"] {
        let answer: Value = serde_json::from_str(&succeed(&mut project.routegen(&["invoke", name]))).unwrap();
        assert_eq!(answer["statusCode"], 500, "{name}");
    }
    assert!(fail(&mut project.routegen(&["invoke", "ends"])).contains("RG0082"));

    // A function makes its own resources, from its own variables, and no other function's.
    let talk = fail(&mut project.routegen(&["invoke", "broken"]));
    assert!(talk.contains("RG0082") && talk.contains("on purpose"), "{talk}");
    let with_table = |name| {
        let mut command = project.routegen(&["invoke", name]);
        command.env("INVOKE_TABLE", "pens");
        command
    };
    let answer: Value = serde_json::from_str(&succeed(&mut with_table("asks"))).unwrap();
    assert_eq!(answer["body"], "pens");
    let talk = fail(&mut with_table("forgets"));
    assert!(talk.contains("RG0082") && talk.contains("environment variable not found"), "{talk}");

    // A request that the gateway refuses is told apart from one of no route.
    let long = format!("/panics?{}", "x".repeat(10_240));
    for (what, code, reason) in [
        (["--header", "host: api.example"], "RG0085", "`api.example`"),
        (["--path", &long], "RG0085", "431"),
        (["--header", "Content-Length: 7"], "RG0085", "content-length"),
        (["--path", "/other"], "RG0083", "GET /panics"),
        (["--path", "/_routegen"], "RG0083", "GET /panics"),
    ] {
        let talk = fail(project.routegen(&["invoke", "panics"]).args(what));
        assert!(talk.contains(code) && talk.contains(reason), "{what:?}: {talk}");
    }
    let talk = fail(&mut project.routegen(&["invoke", "hang"]));
    assert!(talk.contains("RG0083") && talk.contains("`--path`"), "{talk}");
}

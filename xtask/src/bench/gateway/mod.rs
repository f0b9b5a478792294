//! The benchmark of the local gateway, with the artifact that is deployed; cargo-lambda beside it if
//! installed.
//!
//! In: nothing, or a program of the user's own. Out, on stdout: Markdown tables for docs/performance.md. The
//! same load goes to the gateway alone, to `routegen dev --artifacts`, and to `cargo lambda watch`; the
//! functions, the server and the load generator share the machine. The first two verify a JWT for each
//! request; cargo-lambda does not.

mod load;
mod options;
mod report;
mod server;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use load::Request;
use options::Options;
use server::{Measured, Server, silent};

use super::{
    files::fetch,
    machine,
    options::Peers,
    peer::{self, Peer},
    project::{Kind, Project, SCOPE},
    usage::Usage,
};
use crate::{environment::target, released, step::Failed};

pub(crate) const USAGE: &str = options::USAGE;

/// The path of the generated handler.
const HELLO: &str = "/hello/0";

/// The same for cargo-lambda, which requires the function's name before it.
const PEER_HELLO: &str = "/lambda-url/hello_0/hello/0";

/// Enough that the gateway has forgotten each one before it comes again: it keeps 2 MB of verified tokens,
/// and each takes about a kilobyte and a half.
const TOKENS: usize = 16_384;

/// The parallel processes of a function: `routegen_gateway::Program::INSTANCES`. cargo-lambda's default is
/// one.
const PROCESSES: usize = 4;

/// Builds all servers, and prints the figures.
#[expect(clippy::print_stdout, reason = "the figures are data")]
pub(crate) fn bench_gateway(arguments: &[&str]) -> Result<(), Failed> {
    let options = Options::parse(arguments)?;
    let folder = target().join("bench-gateway");
    fs::create_dir_all(&folder).map_err(|error| Failed(format!("{}: {error}", folder.display())))?;
    if let Some((program, path)) = &options.own {
        let measured = gateway_alone(&folder, program, path, options.time)?;
        println!("{}", report::markdown(&machine::describe(None), &[("gateway", &measured)], None));
        return Ok(());
    }
    let peer = match options.peers {
        Peers::Without => None,
        Peers::IfInstalled => peer::installed(&peer_folder()),
        Peers::Installed => Some(peer::install(&peer_folder())?),
    };
    if peer.is_none() && options.peers == Peers::IfInstalled {
        eprintln!("cargo-lambda is not installed; `--peer` installs it into {}", peer_folder().display());
    }
    let routegen = released::routegen()?;
    let project = Project::generate(&folder, Kind::RoutegenClosed, 1)?;
    fetch(&project.folder)?;
    Usage::of(project.routegen(&routegen), &project.folder.join("build.log"))?;
    let alone = gateway_alone(&folder, &project.program()?, HELLO, options.time)?;
    let dev = dev(&folder, &project, &routegen, options.time)?;
    let theirs = peer.as_ref().map(|peer| watch(&folder, peer, options.time)).transpose()?;
    let ours = [("gateway", &alone), ("`routegen dev --artifacts`", &dev)];
    let theirs = theirs.as_ref().map(|theirs| ("`cargo lambda watch`, no JWT", theirs));
    println!("{}", report::markdown(&machine::describe(peer.as_ref()), &ours, theirs));
    Ok(())
}

/// The folder in which the benchmark of builds installs it.
fn peer_folder() -> std::path::PathBuf {
    target().join("bench-build")
}

/// The library, in a program that does nothing else.
fn gateway_alone(folder: &Path, program: &Path, path: &str, time: Duration) -> Result<Measured, Failed> {
    let gateway = released::gateway()?;
    let program =
        program.canonicalize().map_err(|error| Failed(format!("{}: {error}", program.display())))?;
    let log = folder.join("gateway.log");
    let mut server = Server::start(&log, |port| {
        let mut command = Command::new(&gateway);
        command.arg(port.to_string()).arg(program).arg(path).arg(TOKENS.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    })?;
    let lines = server.child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
    let tokens: Result<Vec<String>, _> = lines.take(TOKENS).collect();
    let tokens = tokens.map_err(|error| Failed(format!("no token: {error}")))?;
    let with =
        |count| Request::with_tokens(server.address, path, tokens.iter().take(count).map(String::as_str));
    let (same, all) = (with(1), with(TOKENS));
    server.measure(&same, Some(&all), time, &log)
}

/// The command as users run it, with its log and its page. It builds the artifact, which is already up to
/// date.
fn dev(folder: &Path, project: &Project, routegen: &Path, time: Duration) -> Result<Measured, Failed> {
    let command = || {
        let mut command = Command::new(routegen);
        command.current_dir(&project.folder).env("CARGO_TARGET_DIR", project.folder.join("target"));
        command
    };
    let log = folder.join("dev.log");
    let server = Server::start(&log, |port| {
        let mut command = command();
        command.args(["dev", "--artifacts", "--port", &port.to_string()]);
        silent(&mut command);
        command
    })?;
    let mut token = command();
    token.args(["token", "--scope", SCOPE, "--port", &server.address.port().to_string()]);
    let token = token.stderr(Stdio::null()).output().map_err(|error| Failed(format!("no token: {error}")))?;
    let token = String::from_utf8_lossy(&token.stdout);
    let request = Request::with_tokens(server.address, HELLO, [token.trim()]);
    server.measure(&request, None, time, &log)
}

/// cargo-lambda's server, which builds and starts the function itself.
fn watch(folder: &Path, peer: &Peer, time: Duration) -> Result<Measured, Failed> {
    let project = Project::generate(folder, Kind::CargoLambda, 1)?;
    fetch(&project.folder)?;
    let log = folder.join("watch.log");
    let server = Server::start(&log, |port| {
        let mut command = peer.watch(&project, port, PROCESSES);
        silent(&mut command);
        command
    })?;
    let request = Request::get(server.address, PEER_HELLO);
    server.measure(&request, None, time, &log)
}

//! This program in the place of rustc (`RUSTC_WRAPPER`).
//!
//! cargo tells nobody which flags it gives to rustc, and lets nobody add one without replacing the user's own
//! (`RUSTFLAGS` in the environment switches off `build.rustflags`). So cargo calls this program instead of rustc, for
//! every crate: it writes down how the user's libraries are compiled, adds the path prefixes to remap, and becomes
//! rustc. Whatever wrapper the user's environment has (sccache) is called as before.

use std::{
    ffi::OsString,
    process::{Command, ExitCode},
};

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::record::Record;
use crate::{error::Error, workspace::Workspace};

const WRAPPER: &str = "RUSTC_WRAPPER";
const ORDERS: &str = "ROUTEGEN_RUSTC_WRAPPER";

/// What the wrapper is told through the environment.
#[derive(Debug, Deserialize, Serialize)]
struct Orders {
    /// The wrapper that the user's environment names.
    next: Option<String>,
    /// Prefixes of paths, and what takes their place; of two that fit, rustc takes the later.
    remap: Vec<(String, String)>,
}

/// Makes `cargo` call this program in the place of rustc.
pub(super) fn install(cargo: &mut Command, workspace: &Workspace) -> Result<(), Error> {
    let program = std::env::current_exe().map_err(|error| Error::run("routegen", error))?;
    let orders =
        Orders { next: std::env::var(WRAPPER).ok().filter(|next| !next.is_empty()), remap: remap(workspace) };
    cargo.env(WRAPPER, program).env(ORDERS, serde_json::to_string(&orders).unwrap_or_default());
    Ok(())
}

fn remap(workspace: &Workspace) -> Vec<(String, String)> {
    let mut remap = vec![(workspace.root.to_string(), "/workspace".to_owned())];
    if !workspace.target.starts_with(&workspace.root) {
        remap.push((workspace.target.to_string(), "/workspace/target".to_owned()));
    }
    remap.extend(workspace.outside.iter().map(|(root, name)| (root.to_string(), name.clone())));
    let home = |variable: &str, folder: &str| {
        let set = std::env::var(variable).ok().map(Utf8PathBuf::from);
        set.or_else(|| Utf8PathBuf::from_path_buf(std::env::home_dir()?.join(folder)).ok())
    };
    remap.extend(home("CARGO_HOME", ".cargo").map(|home| (home.into_string(), "/cargo".to_owned())));
    // With the component `rust-src`, panics inside of generic code of std name its files.
    remap.extend(home("RUSTUP_HOME", ".rustup").map(|home| (home.into_string(), "/rustup".to_owned())));
    remap
}

/// Runs rustc in the way that cargo asks for, where this program has been called by it; `None` where it has not.
pub(crate) fn main(args: &[OsString]) -> Option<ExitCode> {
    let orders = std::env::var(ORDERS).ok()?;
    let orders: Orders = serde_json::from_str(&orders).ok()?;
    let (rustc, arguments) = args.get(1..)?.split_first()?;
    record(rustc, arguments);
    let mut command = match &orders.next {
        Some(next) => {
            let mut command = Command::new(next);
            command.arg(rustc);
            command
        }
        None => Command::new(rustc),
    };
    // A build script or a procedural macro that calls routegen means routegen.
    command.env_remove(ORDERS);
    command.args(arguments);
    command.args(orders.remap.iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}")));
    Some(become_(command))
}

/// Only the libraries that cargo was asked for are recorded. One that cannot be written down is reported as missing
/// by whoever wants to read it.
fn record(rustc: &OsString, arguments: &[OsString]) {
    if std::env::var_os("CARGO_PRIMARY_PACKAGE").is_none() {
        return;
    }
    let text = |word: &OsString| word.to_str().map(str::to_owned);
    let arguments: Option<Vec<_>> = arguments.iter().map(text).collect();
    if let (Some(rustc), Some(arguments)) = (text(rustc), arguments) {
        let _ = Record { rustc, arguments }.write();
    }
}

#[cfg(unix)]
fn become_(mut command: Command) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    // cargo, when it is asked to end, leaves its compilers running. Where this fails, they end when they are done.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM));
    let error = command.exec();
    failed(&command, &error)
}

#[cfg(not(unix))]
fn become_(mut command: Command) -> ExitCode {
    match command.status() {
        Ok(status) => {
            status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => failed(&command, &error),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "cargo shows what its rustc says on stderr; there is no printer here"
)]
fn failed(command: &Command, error: &std::io::Error) -> ExitCode {
    eprintln!("error: could not run `{}`: {error}", command.get_program().display());
    ExitCode::FAILURE
}

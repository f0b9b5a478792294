//! This program in the place of rustc (`RUSTC_WRAPPER`).
//!
//! cargo tells nobody which flags it gives to rustc, and lets nobody add one without replacing the user's own
//! (`RUSTFLAGS` in the environment switches off `build.rustflags`). So cargo calls this program instead of rustc, for
//! every crate: it writes down how the user's libraries are compiled, adds the path prefixes to remap, and becomes
//! rustc. Whatever wrapper the user has (sccache) is called as before.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, ExitCode},
};

use serde::{Deserialize, Serialize};

use super::{
    configuration::{here, rustc_wrapper},
    mode::Mode,
    profile::Profile,
    record::Record,
};
use crate::{
    project::workspace::{CARGO_HOME, RUNTIME, Workspace, cargo_home},
    support,
    toolchain::Error,
};

const WRAPPER: &str = "RUSTC_WRAPPER";
const ORDERS: &str = "ROUTEGEN_RUSTC_WRAPPER";

/// What the wrapper is told through the environment.
#[derive(Debug, Deserialize, Serialize)]
struct Orders {
    /// The wrapper that the user has.
    next: Option<String>,
    /// Flags for every crate.
    flags: Vec<String>,
    /// The conditions that the runtime is compiled under besides the ones that cargo names.
    cfg: Vec<String>,
    /// What packages call schemars, by their names and versions; for the registry alone.
    schemars: BTreeMap<String, String>,
    /// Whether programs that routegen has generated lose their symbols where cargo takes debug information alone.
    strip: bool,
}

/// The name under which what is expanded in the user's crate finds the schemars of that crate, and the condition that it is there.
const SCHEMARS: &str = "routegen_schemars";

/// Makes `cargo` call this program in the place of rustc.
pub(super) fn install(
    cargo: &mut Command,
    workspace: &Workspace,
    mode: Mode,
    profile: &Profile,
) -> Result<(), Error> {
    let program = std::env::current_exe().map_err(|error| support::Error::run("routegen", error))?;
    let cfg = match mode {
        // Not by cargo, which takes features for members of the workspace alone, and would give `--features` of the user's
        // to every package that is named beside the selected one.
        Mode::Registry => &["feature=\"registry\"", "routegen_contract"][..],
        Mode::Artifacts => &["routegen_artifact"],
    };
    let mut flags = remap(workspace);
    let mut schemars = BTreeMap::new();
    if mode == Mode::Registry {
        flags.push(format!("--check-cfg=cfg({SCHEMARS})"));
        let named = workspace.linked.iter().filter_map(|package| {
            Some((format!("{} {}", package.name, package.version), package.schemars.clone()?))
        });
        schemars.extend(named);
    }
    let cfg = cfg.iter().map(ToString::to_string).collect();
    let orders =
        Orders { next: rustc_wrapper(&here()?)?, flags, cfg, schemars, strip: !profile.keeps_symbols };
    cargo.env(WRAPPER, program).env(ORDERS, serde_json::to_string(&orders).unwrap_or_default());
    Ok(())
}

/// The flags that put other names in the place of the folders of this machine; of two that fit, rustc takes the later.
pub(super) fn remap(workspace: &Workspace) -> Vec<String> {
    // The second build of a verification lies elsewhere, and is to name its files as the first does.
    let target = "/workspace/target/routegen".to_owned();
    let mut remap = vec![
        (workspace.root.to_string(), "/workspace".to_owned()),
        (workspace.own_target().into_string(), target),
    ];
    remap.extend(workspace.outside.iter().map(|(root, name)| (root.to_string(), name.clone())));
    remap.extend(cargo_home().map(|home| (home.into_string(), CARGO_HOME.to_owned())));
    // With the component `rust-src`, panics inside of generic code of std name its files.
    let rustup = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let rustup = rustup.or_else(|| Some(std::env::home_dir()?.join(".rustup")));
    let rustup = rustup.and_then(|home| home.into_os_string().into_string().ok());
    remap.extend(rustup.map(|home| (home, "/rustup".to_owned())));
    remap.into_iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}")).collect()
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
    if is_generated() {
        command.args(for_generated(arguments, orders.strip));
    } else {
        command.args(arguments);
    }
    command.args(&orders.flags);
    if is_runtime(arguments) {
        command.args(orders.cfg.iter().flat_map(|cfg| ["--cfg", cfg]));
    }
    if let Some(file) = schemars(&orders, arguments) {
        command.args(["--cfg", SCHEMARS, "--extern", &format!("{SCHEMARS}={file}")]);
    }
    Some(become_(command))
}

/// What the names of the programs begin with that routegen adds to the user's package.
pub(super) const GENERATED: &str = "routegen-";

/// Whether cargo compiles a program that routegen has added.
fn is_generated() -> bool {
    std::env::var("CARGO_BIN_NAME").is_ok_and(|name| name.starts_with(GENERATED))
}

/// The same call for generated code, which no lint judges, and whose symbols nobody needs.
fn for_generated(arguments: &[OsString], strip: bool) -> Vec<OsString> {
    let mut all = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--cap-lints" {
            arguments.next();
        } else if strip && argument == "strip=debuginfo" {
            all.push("strip=symbols".into());
        } else if !argument.as_encoded_bytes().starts_with(b"--cap-lints=") {
            all.push(argument.clone());
        }
    }
    all.push("--cap-lints=allow".into());
    all
}

/// Whether it is the crate that users depend on: `--crate-name routegen`, as cargo writes it.
fn is_runtime(arguments: &[OsString]) -> bool {
    let mut pairs = arguments.windows(2);
    pairs.any(|pair| pair[0] == "--crate-name" && pair[1] == RUNTIME)
}

/// The file of the schemars that the crate is compiled with, if it depends on one.
fn schemars(orders: &Orders, arguments: &[OsString]) -> Option<String> {
    let package =
        format!("{} {}", std::env::var("CARGO_PKG_NAME").ok()?, std::env::var("CARGO_PKG_VERSION").ok()?);
    file_of(orders.schemars.get(&package)?, arguments)
}

/// The file that a crate of this name is taken from: `--extern NAME=FILE`, where options may stand before the name.
fn file_of(name: &str, arguments: &[OsString]) -> Option<String> {
    arguments.windows(2).filter(|pair| pair[0] == "--extern").find_map(|pair| {
        let (named, file) = pair[1].to_str()?.split_once('=')?;
        let named = named.rsplit_once(':').map_or(named, |(_, named)| named);
        (named == name).then(|| file.to_owned())
    })
}

/// Only the libraries that cargo was asked for are recorded. One that cannot be written down is reported as missing
/// by later readers.
fn record(rustc: &OsString, arguments: &[OsString]) {
    if std::env::var_os("CARGO_PRIMARY_PACKAGE").is_none() {
        return;
    }
    let (rustc, arguments) = without_workspace_wrapper(rustc, arguments);
    let text = |word: &OsString| word.to_str().map(str::to_owned);
    let arguments: Option<Vec<_>> = arguments.iter().map(text).collect();
    if let (Some(rustc), Some(arguments)) = (text(rustc), arguments) {
        let _ = Record { rustc, arguments }.write();
    }
}

/// With `RUSTC_WORKSPACE_WRAPPER`, cargo calls that, and rustc is its first argument; rustc's own begin with an option.
fn without_workspace_wrapper<'a>(
    program: &'a OsString,
    arguments: &'a [OsString],
) -> (&'a OsString, &'a [OsString]) {
    match arguments.split_first() {
        Some((rustc, arguments)) if !rustc.as_encoded_bytes().starts_with(b"-") => (rustc, arguments),
        _ => (program, arguments),
    }
}

fn become_(mut command: Command) -> ExitCode {
    // cargo, when it is asked to end, leaves its compilers running. Where this fails, they end when they are done.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM));
    let error = command.exec();
    failed(&command, &error)
}

#[expect(
    clippy::print_stderr,
    reason = "cargo shows what its rustc says on stderr; there is no printer here"
)]
fn failed(command: &Command, error: &std::io::Error) -> ExitCode {
    eprintln!("error: could not run `{}`: {error}", command.get_program().display());
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_code_is_judged_by_no_lint_and_loses_its_symbols_unless_the_user_keeps_them() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let call = words("--crate-name a -C strip=debuginfo --cap-lints warn --cap-lints=warn -O");
        assert_eq!(for_generated(&call, true), words("--crate-name a -C strip=symbols -O --cap-lints=allow"));
        assert_eq!(
            for_generated(&call, false),
            words("--crate-name a -C strip=debuginfo -O --cap-lints=allow")
        );
    }

    #[test]
    fn the_file_of_a_crate_is_found_whatever_cargo_says_of_it() {
        let arguments = [
            "--extern",
            "schemars_derive=/b.so",
            "--extern",
            "noprelude:schemars=/a.rmeta",
            "--extern",
            "serde",
        ];
        let arguments = arguments.map(OsString::from);
        assert_eq!(file_of("schemars", &arguments).as_deref(), Some("/a.rmeta"));
        assert_eq!(file_of("schema", &arguments), None);
        assert_eq!(file_of("serde", &arguments), None, "cargo finds it itself");
    }

    #[test]
    fn rustc_is_told_from_a_workspace_wrapper_around_it() {
        let words = ["rustc", "--crate-name", "items"].map(OsString::from);
        let wrapper = OsString::from("wrapper");
        let expected = (&words[0], &words[1..]);
        assert_eq!(without_workspace_wrapper(&wrapper, &words), expected);
        assert_eq!(without_workspace_wrapper(&words[0], &words[1..]), expected);
    }
}

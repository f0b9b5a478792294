//! This program in place of rustc (`RUSTC_WRAPPER`).
//!
//! Cargo does not report the flags that it passes to rustc, and has no way to add one without replacing the
//! user's own (`RUSTFLAGS` in the environment disables `build.rustflags`). So cargo calls this program
//! instead of rustc, for every crate: it records how the user's libraries are compiled, adds the path
//! prefixes to remap, and becomes rustc. The user's own wrapper, such as sccache, is still called.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, ExitCode},
};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{
    configuration::{decides_on_incremental, here, rustc_wrapper},
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

/// The wrapper's input, which it gets through the environment.
#[derive(Debug, Deserialize, Serialize)]
struct Orders {
    /// The user's own wrapper.
    next: Option<String>,
    /// Flags for every crate.
    flags: Vec<String>,
    /// Additional `cfg` conditions for the runtime.
    cfg: Vec<String>,
    /// The packages' names for schemars, by package name and version; only for the registry.
    schemars: BTreeMap<String, String>,
    /// The folder for incremental compilation and the packages that are compiled so, by name and version.
    incremental: Option<(Utf8PathBuf, BTreeSet<String>)>,
    /// Whether generated programs are stripped of their symbols when cargo would only strip debug
    /// information.
    strip: bool,
}

/// The name under which expanded code finds the schemars of its own crate, and the `cfg` condition that it
/// exists.
const SCHEMARS: &str = "routegen_schemars";

/// Makes `cargo` call this program in place of rustc.
pub(super) fn install(
    cargo: &mut Command,
    workspace: &Workspace,
    mode: Mode,
    profile: &Profile,
) -> Result<(), Error> {
    let program = std::env::current_exe().map_err(|error| support::Error::run("routegen", error))?;
    let cfg = match mode {
        // Not through cargo, which accepts features only for workspace members, and would apply the user's
        // `--features` to every package that is named beside the selected one.
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
    let here = here()?;
    let incremental = if profile.incremental && !decides_on_incremental(&here)? {
        let packages = workspace.linked.iter().map(|package| format!("{} {}", package.name, package.version));
        Some((workspace.own_target().join("incremental"), packages.collect()))
    } else {
        None
    };
    let cfg = cfg.iter().map(ToString::to_string).collect();
    let next = rustc_wrapper(&here)?;
    let orders = Orders { next, flags, cfg, schemars, incremental, strip: !profile.keeps_symbols };
    cargo.env(WRAPPER, program).env(ORDERS, serde_json::to_string(&orders).unwrap_or_default());
    Ok(())
}

/// The flags that replace the paths of this machine; if two match, rustc uses the later one.
pub(super) fn remap(workspace: &Workspace) -> Vec<String> {
    // The second build of a verification is in another folder, but must contain the same names as the first.
    let target = "/workspace/target/routegen".to_owned();
    let mut remap = vec![
        (workspace.root.to_string(), "/workspace".to_owned()),
        (workspace.own_target().into_string(), target),
    ];
    remap.extend(workspace.outside.iter().map(|(root, name)| (root.to_string(), name.clone())));
    remap.extend(cargo_home().map(|home| (home.into_string(), CARGO_HOME.to_owned())));
    // With the component `rust-src`, panics in generic code of std contain the names of its files.
    let rustup = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let rustup = rustup.or_else(|| Some(std::env::home_dir()?.join(".rustup")));
    let rustup = rustup.and_then(|home| home.into_os_string().into_string().ok());
    remap.extend(rustup.map(|home| (home, "/rustup".to_owned())));
    remap.into_iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}")).collect()
}

/// Runs rustc if cargo has called this program as its wrapper; `None` if it has not.
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
    // If a build script or procedural macro calls routegen, it means the command, not the wrapper.
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
    if let Some(folder) = incremental(&orders, arguments) {
        command.arg(format!("-Cincremental={folder}"));
    }
    Some(become_(command))
}

/// The name prefix of programs that routegen adds to the user's package.
pub(super) const GENERATED: &str = "routegen-";

/// Whether cargo is compiling a program that routegen has added.
fn is_generated() -> bool {
    std::env::var("CARGO_BIN_NAME").is_ok_and(|name| name.starts_with(GENERATED))
}

/// The same call for generated code: without lints, and without symbols.
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

/// Whether it compiles the crate that users depend on: `--crate-name routegen`, as cargo passes it.
fn is_runtime(arguments: &[OsString]) -> bool {
    let mut pairs = arguments.windows(2);
    pairs.any(|pair| pair[0] == "--crate-name" && pair[1] == RUNTIME)
}

/// The name and version of the package that is being compiled.
fn package() -> Option<String> {
    Some(format!("{} {}", std::env::var("CARGO_PKG_NAME").ok()?, std::env::var("CARGO_PKG_VERSION").ok()?))
}

/// The file of the schemars that the crate depends on, if it depends on one.
fn schemars(orders: &Orders, arguments: &[OsString]) -> Option<String> {
    file_of(orders.schemars.get(&package()?)?, arguments)
}

/// The folder for incremental compilation, if the library is to be compiled so.
fn incremental<'a>(orders: &'a Orders, arguments: &[OsString]) -> Option<&'a Utf8Path> {
    let (folder, packages) = orders.incremental.as_ref()?;
    // A build script is compiled for the artifacts too.
    let is_program = arguments.windows(2).any(|pair| pair[0] == "--crate-type" && pair[1] == "bin");
    (!is_program && packages.contains(&package()?)).then_some(folder)
}

/// The file of the crate with this name: `--extern NAME=FILE`, with options that may come before the name.
fn file_of(name: &str, arguments: &[OsString]) -> Option<String> {
    arguments.windows(2).filter(|pair| pair[0] == "--extern").find_map(|pair| {
        let (named, file) = pair[1].to_str()?.split_once('=')?;
        let named = named.rsplit_once(':').map_or(named, |(_, named)| named);
        (named == name).then(|| file.to_owned())
    })
}

/// Records libraries, and only those that cargo was told to build. If a record cannot be written, later
/// readers report it as missing.
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

/// If `RUSTC_WORKSPACE_WRAPPER` is set, cargo calls that program, with rustc as its first argument; rustc's
/// own first argument is an option.
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
    // When cargo is asked to end, it leaves its compilers running. If this call fails, they end when they are
    // done.
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

    /// cargo sets the variables of this package for its tests, as it does for its compilers.
    #[test]
    fn only_libraries_of_the_users_packages_are_compiled_incrementally() {
        let own = format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let orders = |package: &str| Orders {
            next: None,
            flags: Vec::new(),
            cfg: Vec::new(),
            schemars: BTreeMap::new(),
            incremental: Some(("/t/incremental".into(), BTreeSet::from([package.to_owned()]))),
            strip: true,
        };
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let (library, script) = (words("--crate-name a --crate-type lib"), words("--crate-type bin"));
        assert_eq!(incremental(&orders(&own), &library), Some(Utf8Path::new("/t/incremental")));
        assert_eq!(incremental(&orders(&own), &script), None);
        assert_eq!(incremental(&orders("routegen-spec 0.1.0"), &library), None);
        assert_eq!(incremental(&Orders { incremental: None, ..orders(&own) }, &library), None);
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

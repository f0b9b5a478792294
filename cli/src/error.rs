//! Everything that can go wrong, with its code, and its mend where there is one.
//!
//! The codes are stable. `docs/diagnostics.md` has a section for each; a test holds the two together.

use std::{
    fmt::{Display, Write as _},
    sync::Arc,
};

use camino::{Utf8Path, Utf8PathBuf};
use miette::{Diagnostic, NamedSource, SourceSpan};
use routegen_spec::limits;
use thiserror::Error;

use crate::{cargo::Missing, files, report};

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error("cargo could not read the package: {cargo}")]
    #[diagnostic(code(RG0001))]
    Metadata {
        cargo: String,
        #[help]
        help: Option<&'static str>,
    },

    #[error("there is no package `{package}` in the workspace")]
    #[diagnostic(code(RG0002), help("write one of: {}", members.join(", ")))]
    UnknownPackage { package: String, members: Vec<String> },

    #[error("{}", if candidates.is_empty() { "no package of the workspace depends on `routegen`" } else { "several packages of the workspace have routes" })]
    #[diagnostic(
        code(RG0003),
        help("{}", if candidates.is_empty() { "add it to the package with the handlers: `cargo add routegen`".to_owned() } else { format!("name one with `--package`: {}", candidates.join(", ")) })
    )]
    WhichPackage { candidates: Vec<String> },

    #[error("the package `{package}` has no library, and routes are in libraries")]
    #[diagnostic(
        code(RG0004),
        help("move the handlers to `src/lib.rs`; no `main` is needed, routegen links one for each function")
    )]
    NoLibrary { package: String },

    #[error("the library of `{package}` is a `{kind}` too, and routes are in plain libraries")]
    #[diagnostic(
        code(RG0022),
        help("leave `crate-type` out of `[lib]`, and make a package of its own for the `{kind}`")
    )]
    CrateType { package: String, kind: String },

    #[error("neither `{package}` nor a package that it depends on has `routegen` as a dependency")]
    #[diagnostic(code(RG0005), help("add it: `cargo add routegen --package {package}`"))]
    NoRuntime { package: String },

    #[error("the routes are written with two versions of `routegen`: {first} and {second}")]
    #[diagnostic(code(RG0006), help("make all packages of the API depend on one version"))]
    TwoRuntimes { first: String, second: String },

    #[error("`{package}` depends on routegen {runtime}, and this command is of routegen {command}")]
    #[diagnostic(
        code(RG0059),
        help(
            "install the command of that version: `cargo install routegen-cli --version {runtime}`; or make the package depend on this one's: `cargo add routegen@{command} --package {package}`"
        )
    )]
    OtherVersion { package: String, runtime: String, command: &'static str },

    #[error(
        "the routes of `{package}` are all in packages outside of its workspace, where cargo switches no feature on"
    )]
    #[diagnostic(
        code(RG0026),
        help("add routegen to the package itself: `cargo add routegen --package {package}`")
    )]
    RoutesOutside { package: String },

    #[error("{first} and {second} have a library of one name, `{crate_name}`")]
    #[diagnostic(
        code(RG0049),
        help(
            "say `name = \"…\"` in `[lib]` of one of them: the entry points of routes have the library's name"
        )
    )]
    SameCrateName { crate_name: String, first: String, second: String },

    #[error("the package does not build")]
    #[diagnostic(code(RG0007), help("cargo's errors are above"))]
    Cargo,

    #[error("cargo built the library and did not say where it is")]
    #[diagnostic(
        code(RG0008),
        help("is this cargo older than routegen's `rust-version`, or replaced by a wrapper?")
    )]
    CargoSaidTooLittle,

    #[error("`{name}` does not link{}", said(rustc))]
    #[diagnostic(code(RG0009))]
    Link { name: String, rustc: String },

    #[error("could not run `{program}`: {reason}")]
    #[diagnostic(code(RG0010))]
    Run { program: String, reason: String },

    #[error("a route cannot be listed: {message}")]
    #[diagnostic(code(RG0028), help("the message begins with the place of the route's attribute"))]
    Registration { message: String },

    #[error("the program that lists the routes failed with {status}{}", said(stderr))]
    #[diagnostic(
        code(RG0011),
        help(
            "it only links the package's libraries and does nothing else, so the fault is in code that runs when a library is loaded, as that of the crate `ctor`"
        )
    )]
    RegistryCrashed { status: String, stderr: String },

    #[error("the program that lists the routes did not end within {seconds} s, and was ended")]
    #[diagnostic(
        code(RG0012),
        help(
            "it only links the package's libraries and does nothing else, so the fault is in code that runs when a library is loaded, as that of the crate `ctor`"
        )
    )]
    RegistryTimedOut { seconds: u64 },

    #[error("the manifest cannot be read: {reason}")]
    #[diagnostic(code(RG0013), help("use the same version of the command and of the crate `routegen`"))]
    Manifest { reason: String },

    #[error("the package `{package}` has nothing to deploy")]
    #[diagnostic(
        code(RG0014),
        help("write `#[route(GET, \"/items\", auth = \"cognito\")]` over an async function of the library")
    )]
    NothingToDeploy { package: String },

    #[error("{} not in the registry", plural(missing.len(), "an attribute is", "attributes are"))]
    #[diagnostic(code(RG0015))]
    Missing {
        #[related]
        missing: Vec<MissingEntry>,
    },

    #[error("{} compiled and not registered", plural(entries.len(), "an entry point was", "entry points were"))]
    #[diagnostic(
        code(RG0045),
        help(
            "the linker has dropped what registers them; please report it, with the flags of the linker if you have set any"
        )
    )]
    Unregistered {
        #[related]
        entries: Vec<OtherEntry>,
    },

    #[error(
        "{} in only one of two builds: the one that lists the routes, and the one of the artifacts",
        plural(entries.len(), "an entry point is", "entry points are")
    )]
    #[diagnostic(
        code(RG0046),
        help(
            "it is behind a `cfg` that holds in only one of them: of the target, or one that a build script sets by the target or by `OPT_LEVEL`, which is 0 for the list; let it hold in both, or leave the function without it"
        )
    )]
    BuildsDiffer {
        #[related]
        entries: Vec<OtherEntry>,
    },

    #[error("`routegen.toml` cannot be used: {reason}")]
    #[diagnostic(code(RG0016))]
    Config {
        reason: String,
        #[help]
        help: Option<String>,
        #[source_code]
        source_code: Option<Arc<NamedSource<String>>>,
        #[label("here")]
        span: Option<SourceSpan>,
    },

    #[error("`{key}` cannot be had: {reason}")]
    #[diagnostic(code(RG0056), help("{instead}"))]
    RestOnly {
        key: String,
        reason: &'static str,
        instead: &'static str,
        #[source_code]
        source_code: Option<Arc<NamedSource<String>>>,
        #[label("here")]
        span: Option<SourceSpan>,
    },

    #[error("the routes cannot be deployed: {}", plural(violations.len(), "one problem", "problems"))]
    #[diagnostic(code(RG0017))]
    Check {
        #[related]
        violations: Vec<crate::check::Violation>,
    },

    #[error("`{path}` is in the way: routegen did not write it")]
    #[diagnostic(code(RG0018), help("move it, or name another folder with `--out`"))]
    Foreign { path: Utf8PathBuf },

    #[error("`{path}` was edited by hand since routegen wrote it")]
    #[diagnostic(
        code(RG0019),
        help(
            "keep what you need of it (variables of the module, or resources beside it), then run `routegen emit-tf --overwrite`, also where git has left a conflict in it"
        )
    )]
    Edited { path: Utf8PathBuf },

    #[error("the Terraform in `{folder}` is that of the API `{theirs}`, and not of `{ours}`")]
    #[diagnostic(
        code(RG0057),
        help(
            "name another folder with `--out`; `routegen emit-tf --overwrite` puts this API in the other's place"
        )
    )]
    OtherApi { folder: Utf8PathBuf, theirs: String, ours: String },

    #[error(
        "the Terraform on the disk is for functions on {theirs}; this machine is {ours}, and nothing says which is meant"
    )]
    #[diagnostic(
        code(RG0058),
        help(
            "write `arch = \"{theirs}\"` into routegen.toml, or the one that is meant; `--arch` says it for once"
        )
    )]
    OtherArchitecture { theirs: String, ours: &'static str },

    #[error("the Terraform on the disk is not that of the code: {} stale", plural(*files, "a file of the module is", "files of the module are"))]
    #[diagnostic(code(RG0055), help("run `routegen emit-tf`, and commit what it writes"))]
    StaleTerraform { files: usize },

    #[error("could not {action} `{path}`: {reason}")]
    #[diagnostic(code(RG0020))]
    Io { action: &'static str, path: Utf8PathBuf, reason: String },

    #[error(
        "artifacts for {architecture} cannot be built on this machine, because this is missing:{}{}",
        lines("", missing),
        lines("or in place of cargo-zigbuild: ", instead)
    )]
    #[diagnostic(
        code(RG0037),
        help("routegen installs nothing by itself; `routes`, `check` and `emit-tf` work without it")
    )]
    CannotBuild { architecture: &'static str, missing: Vec<Missing>, instead: Vec<Missing> },

    #[error("artifacts cannot be built with `cross`")]
    #[diagnostic(
        code(RG0038),
        help(
            "cross runs nothing but cargo in its containers, and routegen links each function by a call of rustc; `--compiler cargo-zigbuild` needs no container, or run routegen itself in one of the architecture"
        )
    )]
    Cross,

    #[error("the program of `{function}` does not run on Lambda's {architecture}: {reason}")]
    #[diagnostic(
        code(RG0023),
        help("is a `linker` or are flags set in `.cargo/config.toml` that make something else?")
    )]
    NotForLambda { function: String, architecture: &'static str, reason: String },

    #[error("`{function}` needs `{symbol}` of {version}, and Lambda's `provided.al2023` has glibc {}.{}", limits::GLIBC.0, limits::GLIBC.1)]
    #[diagnostic(
        code(RG0024),
        help(
            "`--compiler cargo-zigbuild` builds for glibc 2.34 on any machine (`pip install cargo-zigbuild`); or build it where glibc is no newer, as in a container of Amazon Linux 2023"
        )
    )]
    Glibc { function: String, symbol: String, version: String },

    #[error("`{function}` needs the library `{library}`, and Lambda's `provided.al2023` does not promise it")]
    #[diagnostic(
        code(RG0035),
        help(
            "link it statically (crates with native libraries often have a feature such as `vendored` or `bundled`), or bring it along in the folder `lib` of the zip"
        )
    )]
    Library { function: String, library: String },

    #[error("`{function}` is started by `{loader}`, and Lambda's `provided.al2023` has `{known}`")]
    #[diagnostic(
        code(RG0036),
        help(
            "`--compiler cargo-zigbuild` links for that one (`pip install cargo-zigbuild`); or build it in a container of Amazon Linux 2023"
        )
    )]
    Loader { function: String, loader: String, known: &'static str },

    #[error("`{function}` has {bytes} bytes {state}, and Lambda takes {most}")]
    #[diagnostic(
        code(RG0025),
        help("`strip`, `opt-level = \"s\"` and `lto` in `[profile.release]` make it smaller")
    )]
    TooLarge { function: String, state: &'static str, bytes: usize, most: usize },

    #[error("a second build gives other bytes: {} not repeatable", plural(differences.len(), "an artifact is", "artifacts are"))]
    #[diagnostic(
        code(RG0027),
        help(
            "look for a build script or a macro that writes down the time, a random number, a path (`env!(\"OUT_DIR\")`), or something in the order of a hash map or a folder"
        )
    )]
    NotRepeatable {
        #[related]
        differences: Vec<Difference>,
    },

    #[error("`{path}` is no artifact for Lambda: {reason}")]
    #[diagnostic(
        code(RG0047),
        help("name a zip with an executable `bootstrap`, or such a `bootstrap` itself")
    )]
    NotAnArtifact { path: Utf8PathBuf, reason: String },

    #[error("what is large in `{path}` cannot be known: {reason}")]
    #[diagnostic(
        code(RG0048),
        help(
            "a program is stripped of the names that tell it, and linked again where it was built: run `routegen build` and inspect its zip, there; or say `strip = \"none\"` in the profile"
        )
    )]
    NoSymbols { path: Utf8PathBuf, reason: &'static str },
    #[error("there is no function `{name}`")]
    #[diagnostic(
        code(RG0030),
        help("{}the functions are {}", nearest(name, functions.iter().map(String::as_str)).map_or_else(String::new, |nearest| nearest + " "), functions.join(", "))
    )]
    UnknownFunction { name: String, functions: Vec<String> },

    #[error("the local gateway cannot serve the API: {reason}")]
    #[diagnostic(code(RG0080))]
    Gateway {
        reason: String,
        #[help]
        help: Option<&'static str>,
    },

    #[error("`{folder}` cannot be watched: {reason}")]
    #[diagnostic(
        code(RG0081),
        help("on Linux, `fs.inotify.max_user_watches` and `max_user_instances` limit how much is watched")
    )]
    Watch { folder: Utf8PathBuf, reason: String },

    #[error("the function `{function}` failed: {reason}")]
    #[diagnostic(code(RG0082), help("what it wrote to its log is above"))]
    FunctionFailed { function: String, reason: String },

    #[error("`{method} {path}` is no route of `{function}`")]
    #[diagnostic(code(RG0083), help("{}", if routes.is_empty() { "it is an authorizer: write what it is asked into a file, and name it with `--event`".to_owned() } else if path.contains('{') { "say the path with a value for each parameter, by `--path`".to_owned() } else { format!("its routes are {}", routes.join(", ")) }))]
    NotItsRoute { function: String, method: String, path: String, routes: Vec<String> },

    #[error("`{path}` holds no event: {reason}")]
    #[diagnostic(
        code(RG0084),
        help("an event is JSON, as the gateway gives it to functions: payload format 2.0")
    )]
    NotAnEvent { path: Utf8PathBuf, reason: String },

    #[error("the artifacts are for Linux on {architecture}, and this machine is {os} on {arch}")]
    #[diagnostic(
        code(RG0087),
        help("`--artifacts` runs what is deployed; without it, a build for this machine answers")
    )]
    OtherMachine { architecture: &'static str, os: &'static str, arch: &'static str },

    #[error("`{path}` is not the zip that was built")]
    #[diagnostic(
        code(RG0088),
        help("something has changed it since: remove it and run `routegen build`, which makes it again")
    )]
    OtherZip { path: Utf8PathBuf },

    #[error("the request cannot be sent: {reason}")]
    #[diagnostic(code(RG0085))]
    Request { reason: String },

    #[error("interrupted")]
    #[diagnostic(code(RG0031), help("nothing is broken; the next build goes on from here"))]
    Interrupted,
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl AsRef<Utf8Path>, error: impl Display) -> Self {
        Self::Io { action, path: path.as_ref().to_owned(), reason: error.to_string() }
    }

    pub(crate) fn run(program: &str, error: impl Display) -> Self {
        Self::Run { program: program.to_owned(), reason: error.to_string() }
    }
}

/// What works and should be looked at all the same.
#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Warning {
    #[error("`{folder}` has no artifacts of the present routes for {}", some(functions))]
    #[diagnostic(code(RG0202), severity(Warning), help("run `routegen build` before `terraform apply`"))]
    OtherArtifacts { folder: Utf8PathBuf, functions: Vec<String> },

    #[error("{} no value here: {}", plural(variables.len(), "an environment variable has", "environment variables have"), asked_by(variables))]
    #[diagnostic(
        code(RG0086),
        severity(Warning),
        help(
            "set them before the command, or say `--env NAME=VALUE`; Terraform fails at plan where one has no value"
        )
    )]
    NoValue { variables: std::collections::BTreeMap<String, Vec<String>> },

    #[error("nothing listens on {origin}, which the token names as its issuer")]
    #[diagnostic(
        code(RG0211),
        severity(Warning),
        help(
            "start `routegen dev` before, or name its port with `--port`: a server on another port refuses the token"
        )
    )]
    NoServer { origin: String },

    #[error("the token endpoint answers everyone who reaches this server")]
    #[diagnostic(
        code(RG0212),
        severity(Warning),
        help(
            "anyone who knows the client's secret gets tokens with all scopes; without `--tokens-for-all` it answers this machine alone, and `routegen token` prints tokens for others"
        )
    )]
    TokensForAll,

    #[error("no route asks for Cognito any more: a user pool that the module made would go, with its users")]
    #[diagnostic(
        code(RG0210),
        severity(Warning),
        help(
            "the pool's deletion protection stops the apply: where it may go, first apply `cognito_deletion_protection = false` with the module as it was; where it is to stay, take it out of the state (`terraform state rm`)"
        )
    )]
    LastCognitoRoute,
}

/// A route or an authorizer that the sources show and the registry lacks.
#[derive(Debug, Diagnostic, Error)]
#[error("`{handler}` has {what} that was not registered ({}:{})", place.file, place.line)]
#[diagnostic(code(RG0015), help("{help}"))]
pub(crate) struct MissingEntry {
    pub(crate) handler: String,
    /// `a route`, or another attribute with its article.
    pub(crate) what: &'static str,
    pub(crate) place: Place,
    pub(crate) help: &'static str,
    #[source_code]
    pub(crate) source_code: Option<NamedSource<String>>,
    #[label("this attribute")]
    pub(crate) span: Option<SourceSpan>,
}

/// A route or an authorizer that is in one of two places where it has to be in both.
#[derive(Debug, Diagnostic, Error)]
#[error("{message}")]
pub(crate) struct OtherEntry {
    pub(crate) message: String,
    #[source_code]
    pub(crate) source_code: Option<NamedSource<String>>,
    #[label("this attribute")]
    pub(crate) span: Option<SourceSpan>,
}

/// Where an artifact differs from the same one of another build.
#[derive(Debug, Diagnostic, Error)]
#[error("`{function}` differs from {place} on: `{first}` became `{second}`")]
#[diagnostic(code(RG0027))]
pub(crate) struct Difference {
    pub(crate) function: String,
    pub(crate) place: String,
    pub(crate) first: String,
    pub(crate) second: String,
}

/// A line of a file, from 1.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
}

/// The file with the place, for a label in a message; none where the file cannot be read, for then the message
/// names it in words.
pub(crate) fn label(root: &Utf8Path, place: &Place) -> (Option<NamedSource<String>>, Option<SourceSpan>) {
    let Ok(text) = files::read(&root.join(&place.file)) else { return (None, None) };
    let line = usize::try_from(place.line).unwrap_or(1).max(1) - 1;
    let Some(found) = text.lines().nth(line) else { return (None, None) };
    // `found` is a part of `text`: the difference of their addresses is its place.
    let begin = found.as_ptr() as usize - text.as_ptr() as usize + (found.len() - found.trim_start().len());
    let span = SourceSpan::from((begin, found.trim().len()));
    (Some(report::source(&place.file, &text).with_language("Rust")), Some(span))
}

/// What a program said, under the sentence that it failed.
fn said(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{text}") }
}

/// Each thing on a line of its own.
fn lines(before: &str, missing: &[Missing]) -> String {
    missing.iter().fold(String::new(), |mut lines, what| {
        let _ = write!(lines, "\n{before}{what}");
        lines
    })
}

/// The name that was probably meant.
pub(crate) fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let distance = |known: &str| strsim::damerau_levenshtein(unknown, known);
    let known = known.into_iter().min_by_key(|known| distance(known))?;
    (distance(known) <= 3).then(|| format!("did you mean `{known}`?"))
}

/// The names, or where they are many, the first of them.
fn some(names: &[String]) -> String {
    const MOST: usize = 10;
    match names.get(..MOST) {
        Some(first) if names.len() > MOST => format!("{} and {} more", first.join(", "), names.len() - MOST),
        _ => names.join(", "),
    }
}

/// Variables, each with the functions that ask for it.
fn asked_by(variables: &std::collections::BTreeMap<String, Vec<String>>) -> String {
    let each = variables.iter().map(|(name, functions)| format!("`{name}` ({})", some(functions)));
    each.collect::<Vec<_>>().join(", ")
}

/// `one` for one, otherwise the number and `many`.
pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    if count == 1 { one.to_owned() } else { format!("{count} {many}") }
}

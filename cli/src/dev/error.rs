//! Errors of running an API on this machine.

use camino::Utf8PathBuf;
use miette::Diagnostic;
use thiserror::Error;

use crate::{artifacts, support, toolchain};

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Support(#[from] support::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Toolchain(#[from] toolchain::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Artifacts(#[from] artifacts::Error),

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
        help(
            "on Linux, `fs.inotify.max_user_watches` and `max_user_instances` limit how much is watched; `--poll` checks the files without them"
        )
    )]
    Watch { folder: Utf8PathBuf, reason: String },

    #[error("the function `{function}` failed: {reason}")]
    #[diagnostic(code(RG0082), help("its log is printed above"))]
    FunctionFailed { function: String, reason: String },

    #[error("`{function}` has no route for `{method} {path}`")]
    #[diagnostic(code(RG0083), help("{}", if routes.is_empty() { "it is an authorizer: write its event to a file, and pass it with `--event`".to_owned() } else if path.contains('{') { "pass the path with a value for each parameter: `--path`".to_owned() } else { format!("its routes are {}", routes.join(", ")) }))]
    NotItsRoute { function: String, method: String, path: String, routes: Vec<String> },

    #[error("`{path}` does not contain an event: {reason}")]
    #[diagnostic(
        code(RG0084),
        help("an event is JSON in payload format 2.0, as the gateway sends it to functions")
    )]
    NotAnEvent { path: Utf8PathBuf, reason: String },

    #[error("the artifacts are for Linux on {architecture}, and this machine is {os} on {arch}")]
    #[diagnostic(
        code(RG0087),
        help("`--artifacts` runs the deployed programs; without it, a build for this machine runs")
    )]
    OtherMachine { architecture: &'static str, os: &'static str, arch: &'static str },

    #[error("`{path}` contains something other than a variable{line}")]
    #[diagnostic(
        code(RG0089),
        help(
            "write `NAME=value` or `NAME=\"a value\"`, one on each line; the line is not shown, because it may contain a secret"
        )
    )]
    EnvFile { path: Utf8PathBuf, line: String },

    #[error("the certificate cannot be served: {reason}")]
    #[diagnostic(
        code(RG0090),
        help("`mkcert localhost 127.0.0.1 ::1` creates a certificate that this machine trusts, and its key")
    )]
    Certificate { reason: String },

    #[error("the function `{function}` failed on {failed} of {of} {}", if *of == 1 { "record" } else { "records" })]
    #[diagnostic(code(RG0091), help("its log is printed above"))]
    RecordsFailed { function: String, failed: usize, of: usize },

    #[error("`{function}` cannot be called like this: {reason}")]
    #[diagnostic(code(RG0092), help("{help}"))]
    NoSuchCall { function: String, reason: String, help: &'static str },

    #[error("the request cannot be sent: {reason}")]
    #[diagnostic(code(RG0085))]
    Request { reason: String },
}

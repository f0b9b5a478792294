//! What can go wrong when the routes of a package are read.

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use crate::{
    output::words::{plural, said},
    support, toolchain,
};

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Support(#[from] support::Error),

    #[error(transparent)]
    #[diagnostic(transparent)]
    Toolchain(#[from] toolchain::Error),

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
}

/// A route or an authorizer that the sources show and the registry lacks.
#[derive(Debug, Diagnostic, Error)]
#[error("`{handler}` has {what} that was not registered ({file}:{line})")]
#[diagnostic(code(RG0015), help("{help}"))]
pub(crate) struct MissingEntry {
    pub(crate) handler: String,
    /// `a route`, or another attribute with its article.
    pub(crate) what: &'static str,
    pub(crate) file: String,
    pub(crate) line: u32,
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

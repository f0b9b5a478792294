//! Errors of reading the routes of a package.

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

    #[error("cannot list a route: {message}")]
    #[diagnostic(
        code(RG0028),
        help("change the attribute at the place where the message begins, or its handler")
    )]
    Registration { message: String },

    #[error("the program that lists the routes failed with {status}{}", said(stderr))]
    #[diagnostic(
        code(RG0011),
        help(
            "look for code that runs when a library is loaded, for example by the crate `ctor`: the program only links the package's libraries"
        )
    )]
    RegistryCrashed { status: String, stderr: String },

    #[error("the program that lists the routes did not end within {seconds} s, and was killed")]
    #[diagnostic(
        code(RG0012),
        help(
            "look for code that runs when a library is loaded, for example by the crate `ctor`: the program only links the package's libraries"
        )
    )]
    RegistryTimedOut { seconds: u64 },

    #[error("cannot read the manifest: {reason}")]
    #[diagnostic(code(RG0013), help("use the same version of the command and of the crate `routegen`"))]
    Manifest { reason: String },

    #[error("the package `{package}` has no routes, and nothing else to deploy")]
    #[diagnostic(
        code(RG0014),
        help("write `#[route(GET, \"/items\", auth = \"cognito\")]` above an async function of the library")
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
        help("report this with the linker flags that you set: the linker dropped the registration")
    )]
    Unregistered {
        #[related]
        entries: Vec<OtherEntry>,
    },

    #[error(
        "{} only in one of two builds: the one that lists the routes, and the one of the artifacts",
        plural(entries.len(), "an entry point is", "entry points are")
    )]
    #[diagnostic(
        code(RG0046),
        help(
            "remove the `cfg`, or make it apply to both builds: it depends on the target, or a build script sets it from the target or from `OPT_LEVEL`, which is 0 in the build that lists the routes"
        )
    )]
    BuildsDiffer {
        #[related]
        entries: Vec<OtherEntry>,
    },
}

/// A route or an authorizer that the sources contain but the registry does not.
#[derive(Debug, Diagnostic, Error)]
#[error("`{handler}` has {what} that is not registered ({file}:{line})")]
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

/// A route or an authorizer that is in one of two places but must be in both.
#[derive(Debug, Diagnostic, Error)]
#[error("{message}")]
pub(crate) struct OtherEntry {
    pub(crate) message: String,
    #[source_code]
    pub(crate) source_code: Option<NamedSource<String>>,
    #[label("this attribute")]
    pub(crate) span: Option<SourceSpan>,
}

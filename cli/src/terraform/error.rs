//! Errors in the Terraform on the disk.

use camino::Utf8PathBuf;
use miette::Diagnostic;
use thiserror::Error;

use crate::output::words::plural;

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
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
}

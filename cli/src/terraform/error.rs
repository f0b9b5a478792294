//! Errors in the Terraform on the disk.

use camino::Utf8PathBuf;
use miette::Diagnostic;
use thiserror::Error;

use crate::output::words::plural;

#[derive(Debug, Diagnostic, Error)]
pub(crate) enum Error {
    #[error("the Terraform in `{folder}` is that of the API `{theirs}`, not of `{ours}`")]
    #[diagnostic(
        code(RG0057),
        help(
            "name another folder with `--out`; `routegen emit-tf --overwrite` replaces the other API with this one"
        )
    )]
    OtherApi { folder: Utf8PathBuf, theirs: String, ours: String },

    #[error(
        "the Terraform on disk is for functions on {theirs}; this machine is {ours}, and the architecture is not configured"
    )]
    #[diagnostic(
        code(RG0058),
        help(
            "write `arch = \"{theirs}\"` in routegen.toml, or the architecture that you want; `--arch` sets it for one run"
        )
    )]
    OtherArchitecture { theirs: String, ours: &'static str },

    #[error("the Terraform on disk does not match the code: {} missing or out of date", plural(*files, "a file of the module is", "files of the module are"))]
    #[diagnostic(code(RG0055), help("run `routegen emit-tf`, and commit what it writes"))]
    StaleTerraform { files: usize },
}

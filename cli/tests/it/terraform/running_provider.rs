//! The AWS provider as a separate process, which all calls of Terraform in a folder use.
//!
//! Terraform starts a provider for each walk through a configuration, several in each call and for each `run`
//! of a test, and most of the time goes into these starts. With `-debug`, the same program prints its address
//! and keeps running. (Terraform then does not check its version, which is the one that `init` selected.)

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::{
    process::{Process, watched},
    tool::{HASHICORP, alone},
};

/// It takes a second or two to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// Loggers that have a level of their own.
const QUIET: [&str; 6] =
    ["PROVIDER_AWS", "SDK", "SDK_FRAMEWORK", "SDK_HELPER_SCHEMA", "SDK_MUX", "SDK_PROTO"];

/// A running provider.
pub(super) struct Provider {
    reattach: String,
    _process: Process,
}

impl Provider {
    /// Starts the provider that `terraform init` selected for this folder, if it requires one.
    pub(super) fn start(root: &Utf8Path) -> Option<Self> {
        let mut command = watched(program(root)?);
        command.arg("-debug").current_dir(root);
        alone(&mut command);
        // When started like this, it logs everything that it does.
        for part in QUIET {
            command.env(format!("TF_LOG_{part}"), "ERROR");
        }
        let mut process = Process::start(command, root.join("provider"));
        let deadline = Instant::now() + PATIENCE;
        while process.ended(Duration::from_millis(50)).is_none() {
            let printed = std::fs::read_to_string(root.join("provider.out")).unwrap();
            let said =
                printed.split_once("TF_REATTACH_PROVIDERS='").and_then(|(_, rest)| rest.split_once('\''));
            if let Some((reattach, _)) = said {
                return Some(Self { reattach: reattach.to_owned(), _process: process });
            }
            assert!(Instant::now() < deadline, "no address after {PATIENCE:?}: {printed}");
        }
        panic!("the provider does not start; see {root}/provider.err");
    }

    /// The value of the variable in which Terraform looks for it.
    pub(super) fn reattach(&self) -> &str {
        &self.reattach
    }
}

/// The program that `terraform init` linked to.
fn program(root: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut path = root.join(".terraform/providers").join(HASHICORP).join("aws");
    if !path.exists() {
        return None;
    }
    // The version, the platform, and the files: the program, and perhaps a licence.
    for prefix in ["", "", "terraform-provider-aws"] {
        let mut entries = path.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path());
        path = entries.find(|path| path.file_name().unwrap().starts_with(prefix)).unwrap();
    }
    Some(path)
}

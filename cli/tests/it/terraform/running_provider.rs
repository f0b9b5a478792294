//! The AWS provider as a process of its own, which all calls of Terraform in a folder talk to.
//!
//! Terraform starts a provider for each walk through a configuration, several in each call and for each `run` of a test, and most
//! of the time goes into these starts. The same program with `-debug` says where it listens, and stays. (Terraform then
//! takes its version on trust, and so it is the one that `init` has chosen.)

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::{
    process::{Process, watched},
    tool::{HASHICORP, alone},
};

/// It takes a second or two to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// What writes a log of its own.
const QUIET: [&str; 6] =
    ["PROVIDER_AWS", "SDK", "SDK_FRAMEWORK", "SDK_HELPER_SCHEMA", "SDK_MUX", "SDK_PROTO"];

/// A running provider.
pub(super) struct Provider {
    reattach: String,
    _process: Process,
}

impl Provider {
    /// Starts the provider that `terraform init` has chosen for this folder, if it needs one.
    pub(super) fn start(root: &Utf8Path) -> Option<Self> {
        let mut command = watched(program(root)?);
        command.arg("-debug").current_dir(root);
        alone(&mut command);
        // Started like this, it writes down all that it does.
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

    /// The value of the variable by which Terraform finds it.
    pub(super) fn reattach(&self) -> &str {
        &self.reattach
    }
}

/// The program that `terraform init` has linked to.
fn program(root: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut path = root.join(".terraform/providers").join(HASHICORP).join("aws");
    if !path.exists() {
        return None;
    }
    // The version, the platform, and what is in there: the program, and perhaps a licence.
    for prefix in ["", "", "terraform-provider-aws"] {
        let mut entries = path.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path());
        path = entries.find(|path| path.file_name().unwrap().starts_with(prefix)).unwrap();
    }
    Some(path)
}

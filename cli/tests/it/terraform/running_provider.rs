//! The AWS provider as a separate process, which all calls of Terraform in a folder use.
//!
//! Terraform starts a provider for each walk through a configuration, several in each call and for each `run`
//! of a test, and most of the time goes into these starts. With `-debug`, the same program prints its address
//! and keeps running. (Terraform then does not check its version, which is the one that `init` selected.)

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;

use super::{
    process::{Process, watched},
    schemas::Filter,
    tool::{HASHICORP, alone},
};

/// The provider, as a part of a JSON pointer.
const ADDRESS: &str = "registry.terraform.io~1hashicorp~1aws";

/// It takes a second or two to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// Loggers that have a level of their own.
const QUIET: [&str; 6] =
    ["PROVIDER_AWS", "SDK", "SDK_FRAMEWORK", "SDK_HELPER_SCHEMA", "SDK_MUX", "SDK_PROTO"];

/// A running provider, behind a filter of its schemas.
pub(super) struct Provider {
    reattach: String,
    _filter: Filter,
    _process: Process,
    /// Where it puts its socket.
    _folder: TempDir,
}

impl Provider {
    /// Starts the provider that `terraform init` selected for this folder, if it requires one.
    pub(super) fn start(root: &Utf8Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut command = watched(program(root)?);
        command.arg("-debug").current_dir(root);
        alone(&mut command);
        command.env("TMPDIR", folder.path());
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
                let mut reattach: Value = serde_json::from_str(reattach).unwrap();
                let socket = reattach.pointer_mut(&format!("/{ADDRESS}/Addr/String")).unwrap();
                let filter = Filter::start(socket.as_str().unwrap().into());
                *socket = filter.socket().as_str().into();
                let reattach = reattach.to_string();
                return Some(Self { reattach, _filter: filter, _process: process, _folder: folder });
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

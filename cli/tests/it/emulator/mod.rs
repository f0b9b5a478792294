//! The example, deployed by the real provider to emulators of AWS on this machine.
//!
//! moto shows whether Terraform creates, keeps and removes everything, but it runs nothing. `MiniStack` runs
//! the artifacts behind the API that Terraform creates in it, and shows what a request does.

mod benchmark;
mod changes;
mod conformance;
mod deployer;
mod event_sources;
mod every_kind;
mod faults;
mod migration;
mod ministack;
mod models;
mod moto;
mod orders;
mod proxy;
pub(crate) mod python;
mod tutorial;

use std::{
    net::TcpListener,
    process::Command,
    time::{Duration, Instant},
};

use camino::{Utf8Path, Utf8PathBuf};
use ureq::Agent;

use crate::{
    fixture::{copy, items, repository},
    terraform::{
        process::Process,
        tool::{Root, Terraform},
    },
};

/// An emulator takes a second or two to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running emulator.
struct Emulator {
    address: String,
    /// A configuration file of AWS's tools that names it as the endpoint of every service.
    config: Utf8PathBuf,
    _process: Process,
}

impl Emulator {
    /// Starts the emulator with the command that `command` returns for a port, and waits until it responds at
    /// the path `ready`.
    ///
    /// Neither emulator can pick a free port and report it, so one is looked for here. If another program
    /// takes it first, the emulator ends, and the next port is tried.
    fn start(folder: &Utf8Path, ready: &str, command: impl Fn(u16) -> Command) -> Self {
        for _ in 0..5 {
            let port = free_port();
            let address = format!("http://127.0.0.1:{port}");
            let mut process = Process::start(command(port), folder.join("emulator"));
            let deadline = Instant::now() + PATIENCE;
            while process.ended(Duration::from_millis(50)).is_none() {
                if agent().get(format!("{address}{ready}")).call().is_ok_and(|answer| answer.status() == 200)
                {
                    return Self::at(address, process, &folder.join("emulator.config"));
                }
                assert!(Instant::now() < deadline, "no answer after {PATIENCE:?}; see {}.err", process.log());
            }
        }
        panic!("the emulator does not start; see {folder}/emulator.err");
    }

    fn at(address: String, process: Process, config: &Utf8Path) -> Self {
        std::fs::write(config, format!("[default]\nendpoint_url = {address}\n")).unwrap();
        Self { address, config: config.to_owned(), _process: process }
    }

    /// Lays out the example in `folder`: its own root and the emitted module, but with this emulator in place
    /// of AWS and with `settings` for the module.
    fn root(&self, terraform: &'static Terraform, folder: &Utf8Path, settings: &str) -> Root {
        let own = folder.join("own");
        copy(&items().terraform.join("routegen"), &own.join("routegen"));
        for file in ["main.tf", "variables.tf"] {
            std::fs::copy(repository().join("examples/items/terraform").join(file), own.join(file)).unwrap();
        }
        std::fs::write(own.join("terraform.tfvars"), "artifacts_dir = \"../lambda\"\n").unwrap();
        self.root_of(terraform, (&own, &items().artifacts), folder, settings)
    }

    /// The same for another root and other artifacts. The emulator's settings and the module's are in files
    /// whose names end in `_override.tf`, which Terraform merges.
    fn root_of(
        &self,
        terraform: &'static Terraform,
        (emitted, artifacts): (&Utf8Path, &Utf8Path),
        folder: &Utf8Path,
        settings: &str,
    ) -> Root {
        let root = folder.join("terraform");
        copy(emitted, &root);
        // The root expects the artifacts beside itself.
        copy(artifacts, &folder.join("lambda"));
        std::fs::write(root.join("emulator_override.tf"), self.provider()).unwrap();
        set(&root, settings);
        Root::init(terraform, &root)
    }

    /// The provider's configuration. Without `max_retries`, a call that an emulator does not support would be
    /// repeated for ten minutes; with 1, a broken connection, as happens on a busy machine, would end the
    /// test. A block `endpoints` has an attribute for each of AWS's services, and costs the provider four seconds
    /// of CPU time in every command.
    fn provider(&self) -> String {
        format!(
            r#"provider "aws" {{
  access_key                  = "test"
  secret_key                  = "test"
  shared_config_files         = [{:?}]
  max_retries                 = 3
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true
}}
"#,
            self.config
        )
    }
}

/// Replaces the module's settings that came from this file.
fn set(root: &Utf8Path, settings: &str) {
    std::fs::write(root.join("settings_override.tf"), format!("module \"api\" {{\n{settings}}}\n")).unwrap();
}

/// An HTTP client that returns every status as a response, and uses no proxy.
fn agent() -> Agent {
    let config =
        Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).proxy(None);
    config.build().new_agent()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

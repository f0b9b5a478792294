//! Where the local gateway of a package keeps things: below the target directory, so that `cargo clean` forgets them.

use std::time::Duration;

use camino::Utf8PathBuf;
use routegen_gateway::LocalIssuer;
use serde::{Deserialize, Serialize};

use crate::{error::Error, files, workspace::Workspace};

/// The folder of a package.
#[derive(Clone, Debug)]
pub(crate) struct Place(Utf8PathBuf);

/// What a running server tells other commands.
#[derive(Deserialize, Serialize)]
struct Running {
    origin: String,
}

impl Place {
    pub(crate) fn of(workspace: &Workspace) -> Result<Self, Error> {
        let folder = workspace.own_target().join("dev").join(&workspace.package);
        files::create_folder(&folder)?;
        Ok(Self(folder))
    }

    /// The issuer of this package: its key outlives a restart, and is the same for all commands.
    pub(crate) fn issuer(&self) -> LocalIssuer {
        LocalIssuer::new().keep_key(self.0.join("issuer.key"))
    }

    /// The folder that programs are linked in.
    pub(crate) fn links(&self) -> Utf8PathBuf {
        self.0.join("link")
    }

    /// A folder for the programs of this process, which runs them from there while others are linked.
    /// What processes that were killed have left goes.
    pub(crate) fn run_folder(&self) -> Result<files::TemporaryFolder, Error> {
        for entry in self.0.read_dir_utf8().into_iter().flatten().filter_map(Result::ok) {
            let process = entry.file_name().strip_prefix("run-").and_then(|id| id.parse().ok());
            if process.is_some_and(|process| !is_alive(process)) {
                files::remove_folder(entry.path())?;
            }
        }
        files::TemporaryFolder::new(self.0.join(format!("run-{}", std::process::id())))
    }

    /// Tells where the server listens.
    pub(crate) fn serves(&self, origin: &str) -> Result<(), Error> {
        let running = Running { origin: origin.to_owned() };
        files::write_if_changed(&self.server(), &serde_json::to_vec(&running).unwrap_or_default())?;
        Ok(())
    }

    /// Forgets it, unless another server has told its own place since.
    pub(crate) fn served(&self, origin: &str) -> Result<(), Error> {
        if self.running().as_deref() == Some(origin) {
            files::remove_if_exists(&self.server())
        } else {
            Ok(())
        }
    }

    /// Where a server listens, if one runs.
    pub(crate) fn running(&self) -> Option<String> {
        let running: Running = serde_json::from_slice(&std::fs::read(self.server()).ok()?).ok()?;
        // A server that was killed has told nobody that it ended.
        let address = running.origin.strip_prefix("http://")?.parse().ok()?;
        std::net::TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
        Some(running.origin)
    }

    fn server(&self) -> Utf8PathBuf {
        self.0.join("server.json")
    }
}

#[cfg(unix)]
fn is_alive(process: i32) -> bool {
    use rustix::{io::Errno, process};
    let id = process::Pid::from_raw(process);
    id.is_some_and(|id| process::test_kill_process(id) != Err(Errno::SRCH))
}

/// Where that cannot be known, nothing is taken away from anybody.
#[cfg(not(unix))]
fn is_alive(_: i32) -> bool {
    true
}

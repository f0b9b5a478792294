//! Where the local gateway of a package keeps its files: below the target directory, so that `cargo clean`
//! removes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use camino::{Utf8DirEntry, Utf8PathBuf};
use routegen_gateway::{LocalIssuer, keep_secret};
use serde::{Deserialize, Serialize};

use crate::{
    project::workspace::Workspace,
    support::{Error, files},
};

/// The folder for a package.
#[derive(Clone, Debug)]
pub(crate) struct DevFolder(Utf8PathBuf);

/// What a running server publishes for other commands, in a file that has its process id in the name.
#[derive(Deserialize, Serialize)]
struct ServerRecord {
    origin: String,
    /// When it started, in milliseconds since 1970.
    since: u64,
}

/// The prefix and suffix around the process id, for what is kept as long as that process lives.
const RUN_FOLDER: (&str, &str) = ("run-", "");
const SERVER: (&str, &str) = ("server-", ".json");

impl DevFolder {
    pub(crate) fn of(workspace: &Workspace) -> Result<Self, Error> {
        let folder = workspace.own_target().join("dev").join(&workspace.package);
        files::create_folder(&folder)?;
        Ok(Self(folder))
    }

    /// The issuer of this package. Its key and its client's secret survive a restart, and all commands share
    /// them.
    pub(crate) fn issuer(&self) -> Result<LocalIssuer, Error> {
        let secret = self.secret("client.secret")?;
        Ok(LocalIssuer::new().client(LocalIssuer::CLIENT_ID, secret).keep_key(self.0.join("issuer.key")))
    }

    /// The secret of the access key for signed requests to this package's routes with `auth = "iam"`.
    pub(crate) fn iam_secret(&self) -> Result<String, Error> {
        self.secret("iam.secret")
    }

    /// A random text that only the owner of the target directory can read.
    fn secret(&self, name: &str) -> Result<String, Error> {
        let file = self.0.join(name);
        keep_secret(&file).map_err(|error| Error::io("read", &file, error))
    }

    /// The folder that programs are linked in.
    pub(crate) fn links(&self) -> Utf8PathBuf {
        self.0.join("link")
    }

    /// A folder for the programs of this process, which runs them from there while others are being linked.
    /// Removes what killed processes have left.
    pub(crate) fn run_folder(&self) -> Result<files::TemporaryFolder, Error> {
        for entry in self.entries() {
            let of = |words| process_of(&entry, words).is_some_and(|process| !is_alive(process));
            if of(RUN_FOLDER) {
                files::remove_folder(entry.path())?;
            } else if of(SERVER) {
                files::remove_if_exists(entry.path())?;
            }
        }
        files::TemporaryFolder::new(self.of_process(RUN_FOLDER, std::process::id()))
    }

    /// Publishes the address of this process's server.
    pub(crate) fn serves(&self, origin: &str) -> Result<(), Error> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        self.tell(std::process::id(), &ServerRecord { origin: origin.to_owned(), since })
    }

    fn tell(&self, process: u32, running: &ServerRecord) -> Result<(), Error> {
        let text = serde_json::to_vec(running).unwrap_or_default();
        files::write_if_changed(&self.of_process(SERVER, process), &text).map(drop)
    }

    /// Removes that address.
    pub(crate) fn served(&self) -> Result<(), Error> {
        files::remove_if_exists(&self.of_process(SERVER, std::process::id()))
    }

    /// The origin of the newest running server, if there is one.
    pub(crate) fn running(&self) -> Option<String> {
        let running = |entry: &Utf8DirEntry| {
            process_of(entry, SERVER).filter(|process| is_alive(*process))?;
            serde_json::from_slice::<ServerRecord>(&files::read_own(entry.path())?).ok()
        };
        let mut servers: Vec<ServerRecord> = self.entries().filter_map(|entry| running(&entry)).collect();
        servers.sort_by_key(|server| std::cmp::Reverse(server.since));
        // The process id of a killed server may have been reused.
        servers.into_iter().map(|server| server.origin).find(|origin| listens(origin))
    }

    fn entries(&self) -> impl Iterator<Item = Utf8DirEntry> {
        self.0.read_dir_utf8().into_iter().flatten().filter_map(Result::ok)
    }

    fn of_process(&self, (before, behind): (&str, &str), process: u32) -> Utf8PathBuf {
        self.0.join(format!("{before}{process}{behind}"))
    }
}

/// Whether a server accepts connections at `http://ADDRESS:PORT`, or `https`.
pub(crate) fn listens(origin: &str) -> bool {
    let address = origin.split_once("://").and_then(|(_, address)| address.parse().ok());
    address
        .is_some_and(|address| std::net::TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}

/// The id of the process that the file or folder belongs to.
fn process_of(entry: &Utf8DirEntry, (before, behind): (&str, &str)) -> Option<i32> {
    entry.file_name().strip_prefix(before)?.strip_suffix(behind)?.parse().ok()
}

fn is_alive(process: i32) -> bool {
    use rustix::{io::Errno, process};
    let id = process::Pid::from_raw(process);
    id.is_some_and(|id| process::test_kill_process(id) != Err(Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, process::Command};

    use super::*;

    #[test]
    fn of_several_servers_the_newest_that_lives_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let place = DevFolder(Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap());
        let server = |process, since| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let origin = format!("http://{}", listener.local_addr().unwrap());
            place.tell(process, &ServerRecord { origin: origin.clone(), since }).unwrap();
            (listener, origin)
        };
        assert_eq!(place.running(), None);
        let (_older, older) = server(std::os::unix::process::parent_id(), 1);
        let (newer, newest) = server(std::process::id(), 2);
        let mut killed = Command::new("true").spawn().unwrap();
        killed.wait().unwrap();
        let (_other, _) = server(killed.id(), 3);
        assert_eq!(place.running(), Some(newest));
        drop(newer);
        assert_eq!(place.running(), Some(older.clone()));
        place.served().unwrap();
        assert_eq!(place.running(), Some(older));

        let run_folder = place.run_folder().unwrap();
        assert!(run_folder.path().is_dir());
        assert!(!place.of_process(SERVER, killed.id()).exists(), "what a killed one has left goes");
    }
}

//! Programs that tests start: they have a time limit, and end with the test, however it ends.

use std::{
    ffi::OsStr,
    fs::File,
    os::unix::process::CommandExt as _,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    time::Duration,
};

use camino::{Utf8Path, Utf8PathBuf};
use wait_timeout::ChildExt as _;

/// Starts a program beside a watcher, in one process group. The watcher reads its input to the end, which
/// comes when the test drops the other side, or is killed. Then it ends the group: the program and everything
/// that the program has started, such as Terraform's providers and an emulator's functions.
const WATCHED: &str = r#"exec 3<&0 </dev/null
(cat <&3; kill -KILL 0) >/dev/null 2>&1 &
exec "$@" 3<&-"#;

/// A program for [`Process::start`]. Arguments, variables and a folder are added as for any command.
pub(crate) fn watched(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", WATCHED, "sh"]).arg(program).process_group(0).stdin(Stdio::piped());
    command
}

/// A running program, which ends when this is dropped. It prints to files, so it never waits for a reader.
pub(crate) struct Process {
    child: Child,
    lifeline: Option<ChildStdin>,
    log: Utf8PathBuf,
}

/// The status and output of a program that has ended.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    /// Starts a [`watched`] command that prints to the files `<log>.out` and `<log>.err`.
    pub(crate) fn start(mut command: Command, log: Utf8PathBuf) -> Self {
        let file = |extension| File::create(log.with_extension(extension)).unwrap();
        let mut child = command.stdout(file("out")).stderr(file("err")).spawn().unwrap();
        Self { lifeline: child.stdin.take(), child, log }
    }

    /// The status of a program that has ended by itself, or does so in time.
    pub(crate) fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.child.wait_timeout(limit).unwrap()
    }

    /// Waits until the program ends.
    #[track_caller]
    pub(crate) fn finish(mut self, limit: Duration) -> Finished {
        let status = self.ended(limit);
        let (stdout, stderr) = (self.printed("out"), self.printed("err"));
        let status = status.unwrap_or_else(|| panic!("not done after {limit:?}\n{stdout}{stderr}"));
        Finished { status, stdout, stderr }
    }

    /// The path of the program's output files, without an extension.
    pub(crate) fn log(&self) -> &Utf8Path {
        &self.log
    }

    fn printed(&self, extension: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log.with_extension(extension)).unwrap()).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        self.child.wait().unwrap();
    }
}

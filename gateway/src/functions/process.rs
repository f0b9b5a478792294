//! The process of an execution environment: started with Lambda's variables, killed with everything that it
//! started, and reaped.

use std::{
    io,
    path::Path,
    process::{ExitStatus, Stdio},
    thread,
    time::Duration,
};

use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::processes::{Processes, kill_all};
use crate::Program;

/// How often to retry a program file that is still open for writing: see [`spawn`].
const TRIES: u32 = 100;

/// The pause between two tries, and between two checks of a killed process.
const PAUSE: Duration = Duration::from_millis(5);

/// A running process. It is killed and reaped when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// The id of the process, and of the group of everything that it starts.
    id: u32,
    /// Address and port of its Runtime API.
    runtime_api: String,
    reaped: bool,
    /// The list of all running processes, which includes this one.
    processes: Processes,
}

/// What a new process needs to know about its function.
#[derive(Debug)]
pub(super) struct About<'a> {
    pub(super) function: &'a str,
    pub(super) region: &'a str,
    /// Address and port of its Runtime API.
    pub(super) runtime_api: &'a str,
    /// The last part of the name of its log stream.
    pub(super) instance: &'a str,
    pub(super) logged: bool,
}

/// Starts a program. In a process with several threads, the file of a program that was just written may
/// still be open for writing, in a child that another thread has forked and that has not executed its own
/// program yet. Linux then reports "text file busy", until that child has started.
pub(super) async fn spawn(
    program: &Program,
    about: &About<'_>,
    processes: &Processes,
) -> io::Result<Process> {
    let mut command = command(program, about)?;
    let mut tries = 0;
    loop {
        match processes.start(&mut command, about.runtime_api) {
            Ok((child, id)) => {
                let (runtime_api, processes) = (about.runtime_api.to_owned(), processes.clone());
                return Ok(Process { child, id, runtime_api, reaped: false, processes });
            }
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}

fn command(program: &Program, about: &About<'_>) -> io::Result<Command> {
    // Relative paths would be resolved in the new working directory.
    let path = std::path::absolute(&program.path)?;
    let root = match &program.folder {
        Some(folder) => std::path::absolute(folder)?,
        None => path.parent().unwrap_or(Path::new("/")).to_owned(),
    };
    let mut command = Command::new(&path);
    if !program.inherit {
        command.env_clear();
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin");
        command.env("LANG", "en_US.UTF-8");
        command.env("TZ", ":UTC");
    }
    let output = || if about.logged { Stdio::piped() } else { Stdio::null() };
    let file = path.file_name().unwrap_or_default();
    command
        .args(&program.arguments)
        .envs(&program.env)
        .env("_HANDLER", program.handler.as_deref().map_or(file, AsRef::as_ref))
        .env("LAMBDA_TASK_ROOT", &root)
        .env("LAMBDA_RUNTIME_DIR", "/var/runtime")
        .env("AWS_REGION", about.region)
        .env("AWS_DEFAULT_REGION", about.region)
        .env("AWS_LAMBDA_RUNTIME_API", about.runtime_api)
        .env("AWS_LAMBDA_FUNCTION_NAME", about.function)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", program.memory.to_string())
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", about.function))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", format!("[$LATEST]{}", about.instance))
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(output())
        .stderr(output())
        .kill_on_drop(true);
    if program.concurrency > 1 {
        command.env("AWS_LAMBDA_MAX_CONCURRENCY", program.concurrency.to_string());
    }
    // Its own process group: what it starts ends with it, and Ctrl-C in a terminal does not reach it before
    // the gateway.
    #[cfg(unix)]
    command.process_group(0);
    Ok(command)
}

impl Process {
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn output(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// Waits for its end. If the returned future is dropped, it can be called again.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.reaped = true;
        // Kills what it started and left behind. Its id is not reused before all others were used.
        self.kill();
        self.processes.forget(self.id);
        Ok(status)
    }

    /// Kills it and everything that it started.
    pub(super) async fn end(mut self) {
        if !self.reaped {
            self.kill();
            // It was killed, so its exit status does not matter.
            let _ = self.wait().await;
        }
    }

    fn kill(&mut self) {
        kill_all(self.id, &self.runtime_api);
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }
}

impl Drop for Process {
    /// If the async runtime ends before the gateway, nothing else reaps it: a killed process takes a moment
    /// at most.
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        self.kill();
        for _ in 0..TRIES {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(PAUSE),
                Ok(Some(_)) | Err(_) => break,
            }
        }
        self.processes.forget(self.id);
    }
}

/// The memory of a process, in bytes, if the system provides it.
pub(super) fn resident(id: u32) -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let pages = std::fs::read_to_string(format!("/proc/{id}/statm")).ok()?;
    let resident: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    Some(resident * page_size())
}

#[cfg(unix)]
fn page_size() -> u64 {
    rustix::param::page_size() as u64
}

#[cfg(not(unix))]
fn page_size() -> u64 {
    4_096
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    #[tokio::test]
    async fn a_program_that_is_still_open_for_writing_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bootstrap");
        fs::copy("/bin/true", &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let writer = fs::OpenOptions::new().append(true).open(&path).unwrap();
        let program = Program::new(&path);
        let about =
            About { function: "f", region: "r", runtime_api: "127.0.0.1:1", instance: "i", logged: false };
        let processes = Processes::default();
        let spawning = spawn(&program, &about, &processes);
        tokio::pin!(spawning);
        tokio::select! {
            biased;
            outcome = &mut spawning => panic!("it is open for writing: {outcome:?}"),
            () = std::future::ready(()) => {}
        }
        drop(writer);
        assert!(spawning.await.unwrap().wait().await.unwrap().success());
    }
    #[tokio::test]
    async fn processes_that_are_ended_at_once_are_killed_and_start_no_more() {
        let program = Program::new("/bin/sleep").argument("1000");
        let about =
            About { function: "f", region: "r", runtime_api: "127.0.0.1:1", instance: "i", logged: false };
        let processes = Processes::default();
        let mut first = spawn(&program, &about, &processes).await.unwrap();
        // A thread without an async runtime.
        thread::spawn({
            let processes = processes.clone();
            move || processes.end_at_once()
        })
        .join()
        .unwrap();
        let status = first.wait().await.unwrap();
        let kill = rustix::process::Signal::KILL.as_raw();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(kill));
        let second = spawn(&program, &about, &processes).await.unwrap_err();
        assert_eq!(second.to_string(), "the gateway's processes were ended");
    }
}

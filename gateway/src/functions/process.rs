//! The process of an execution environment: started with Lambda's variables, ended with all that it started, and reaped.

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

/// How often a program that is still open for writing is tried again: see [`spawn`].
const TRIES: u32 = 100;

/// Between two tries, and between two looks at a process that was just killed.
const PAUSE: Duration = Duration::from_millis(5);

/// A running process. Dropped, it is killed and reaped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Of the process, and of the group of all that it starts.
    id: u32,
    /// Address and port of its Runtime API.
    runtime_api: String,
    reaped: bool,
    /// Those that live, itself among them.
    processes: Processes,
}

/// What a process is told of the function that it is.
#[derive(Debug)]
pub(super) struct About<'a> {
    pub(super) function: &'a str,
    pub(super) region: &'a str,
    /// Address and port of its Runtime API.
    pub(super) runtime_api: &'a str,
    /// The last part of its log stream's name.
    pub(super) instance: &'a str,
    pub(super) logged: bool,
}

/// Starts a program. In a process of many threads, a program that was written a moment ago can be open for writing still, in a
/// child that another thread forked and that has not executed its own program yet: Linux then says "text file busy". It
/// lasts as long as that child's start does.
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
    // Relative paths would be looked up from the new working directory.
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
    // A group of its own: what it starts ends with it, and Ctrl-C on a terminal does not reach it before the gateway.
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

    /// Waits for its end. It can be called again if it is not waited for to the end.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.reaped = true;
        // What it started and left behind. Its id is not given to another process before all others were.
        self.kill();
        self.processes.forget(self.id);
        Ok(status)
    }

    /// Ends it and everything that it started.
    pub(super) async fn end(mut self) {
        if !self.reaped {
            self.kill();
            // It is killed: there is nothing to learn from how it ended.
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
    /// Where the async runtime ends before the gateway, nobody is left to wait: a killed process takes a moment at most.
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

/// How much memory a process holds, in bytes, where the system tells.
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

//! Handles Ctrl-C, SIGTERM and other requests to end.
//!
//! The command does not exit on the spot: it ends the programs that it started, stops before the next piece
//! of work, and returns through its functions, so that temporary files are removed and locks are released. A
//! second request kills the programs and exits at once.

use std::{
    io,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::support::Error;

/// The exit code of an interrupted command: 128 plus the number of SIGINT, as in shells.
pub(crate) const EXIT_CODE: u8 = 130;

static STATE: Mutex<State> =
    Mutex::new(State { requested: false, children: Vec::new(), wake: None, kill: None });

struct State {
    requested: bool,
    /// The programs that are running.
    children: Vec<ChildProcess>,
    /// Wakes up whatever else waits.
    wake: Option<Box<dyn Fn() + Send>>,
    /// Kills what is not among the children, before an immediate exit.
    kill: Option<Box<dyn Fn() + Send>>,
}

/// A program's process id, and whether it leads a process group of its own.
#[derive(Clone, Copy, Eq, PartialEq)]
struct ChildProcess {
    id: u32,
    leads: bool,
}

/// Installs the handler.
pub(crate) fn listen() -> Result<(), Error> {
    let listening = ctrlc::set_handler(|| {
        let mut state = state();
        if state.requested {
            state.children.iter().for_each(|child| child.signal(Signal::KILL));
            if let Some(kill) = &state.kill {
                kill();
            }
            give_up();
        }
        state.requested = true;
        state.children.iter().for_each(|child| child.signal(Signal::TERM));
        if let Some(wake) = &state.wake {
            wake();
        }
    });
    listening.map_err(|error| Error::run("the handler of Ctrl-C", error))
}

/// Returns an error if the user has requested the end.
pub(crate) fn check() -> Result<(), Error> {
    if state().requested { Err(Error::Interrupted) } else { Ok(()) }
}

/// Registers `wake`, which is called when the user requests the end, for commands that serve until then.
pub(crate) fn on_request(wake: impl Fn() + Send + 'static) -> Result<(), Error> {
    let mut state = state();
    if state.requested {
        return Err(Error::Interrupted);
    }
    state.wake = Some(Box::new(wake));
    Ok(())
}

/// Registers `kill`, which is called before an immediate exit. It must end whatever would outlive this
/// process.
pub(crate) fn on_giving_up(kill: impl Fn() + Send + 'static) {
    state().kill = Some(Box::new(kill));
}

/// Runs a non-interactive program, in a process group of its own, so that everything it starts ends with it.
pub(crate) fn output(command: &mut Command) -> Result<Output, Error> {
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (child, running) = spawn(command, true)?;
    let output = child.wait_with_output();
    forget(running);
    let output = output.map_err(|error| failed(command, error))?;
    refuse_interrupted(output.status)?;
    Ok(output)
}

/// Runs a program that may prompt the user on the terminal, as cargo may for a passphrase. It stays in the
/// terminal's foreground group, where Ctrl-C reaches it and everything it starts. `listen` is called while it
/// runs.
pub(crate) fn run<T>(
    command: &mut Command,
    listen: impl FnOnce(&mut Child) -> Result<T, Error>,
) -> Result<(ExitStatus, T), Error> {
    let (mut child, running) = spawn(command, false)?;
    let heard = listen(&mut child);
    let status = child.wait();
    forget(running);
    let status = status.map_err(|error| failed(command, error))?;
    refuse_interrupted(status)?;
    Ok((status, heard?))
}

/// Starts a program and records it. The lock is held meanwhile, so that no interruption misses it.
fn spawn(command: &mut Command, leads: bool) -> Result<(Child, ChildProcess), Error> {
    let mut state = state();
    if state.requested {
        return Err(Error::Interrupted);
    }
    let child = command.spawn().map_err(|error| failed(command, error))?;
    let running = ChildProcess { id: child.id(), leads };
    state.children.push(running);
    Ok((child, running))
}

fn forget(running: ChildProcess) {
    state().children.retain(|other| *other != running);
}

/// If a program was interrupted, the user wants this one to end too, whichever received the signal first.
fn refuse_interrupted(status: ExitStatus) -> Result<(), Error> {
    check()?;
    let interrupted = status.signal() == Some(Signal::INT.as_raw());
    if interrupted { Err(Error::Interrupted) } else { Ok(()) }
}

impl ChildProcess {
    /// Sends the signal to the program, or to its group.
    fn signal(self, signal: Signal) {
        let Some(id) = i32::try_from(self.id).ok().and_then(Pid::from_raw) else { return };
        // A program that has already ended is not an error.
        let _ = if self.leads { kill_process_group(id, signal) } else { kill_process(id, signal) };
    }
}

#[expect(
    clippy::exit,
    reason = "the user asked for the second time; nothing is left half-written at its place"
)]
fn give_up() {
    std::process::exit(i32::from(EXIT_CODE));
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(command: &Command, error: io::Error) -> Error {
    Error::run(&command.get_program().to_string_lossy(), error)
}

//! Ctrl-C, and every other polite request to end.
//!
//! The command does not die on the spot: it ends what it started, stops before the next piece of work, and returns
//! through its functions, so that temporary files go and locks are released. A second request ends it at once: what it
//! started is killed then.

use std::{
    io,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::support::Error;

/// The exit code of a command that was interrupted: 128 and the number of SIGINT, as shells have it.
pub(crate) const EXIT_CODE: u8 = 130;

static STATE: Mutex<State> =
    Mutex::new(State { requested: false, children: Vec::new(), wake: None, kill: None });

struct State {
    requested: bool,
    /// The programs that are running.
    children: Vec<ChildProcess>,
    /// Notifies what waits for something else.
    wake: Option<Box<dyn Fn() + Send>>,
    /// Kills what is not among the children, before the end on the spot.
    kill: Option<Box<dyn Fn() + Send>>,
}

/// A program by its id, and whether it leads a group of its own.
#[derive(Clone, Copy, Eq, PartialEq)]
struct ChildProcess {
    id: u32,
    leads: bool,
}

/// Listens from now on.
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

/// Stops where the user has asked for it.
pub(crate) fn check() -> Result<(), Error> {
    if state().requested { Err(Error::Interrupted) } else { Ok(()) }
}

/// Has `wake` called when the user asks for the end, for a command that serves until then.
pub(crate) fn on_request(wake: impl Fn() + Send + 'static) -> Result<(), Error> {
    let mut state = state();
    if state.requested {
        return Err(Error::Interrupted);
    }
    state.wake = Some(Box::new(wake));
    Ok(())
}

/// Has `kill` called when the user does not wait for the end: it ends at once what would outlive this process.
pub(crate) fn on_giving_up(kill: impl Fn() + Send + 'static) {
    state().kill = Some(Box::new(kill));
}

/// Runs a program that asks nobody anything, in a group of its own: what it has started ends with it.
pub(crate) fn output(command: &mut Command) -> Result<Output, Error> {
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (child, running) = spawn(command, true)?;
    let output = child.wait_with_output();
    forget(running);
    let output = output.map_err(|error| failed(command, error))?;
    refuse_interrupted(output.status)?;
    Ok(output)
}

/// Runs a program that may ask the user something on the terminal, as cargo may for a passphrase: it stays in the
/// terminal's foreground, where Ctrl-C reaches it and all it has started. `listen` is called while it runs.
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

/// Starts a program and knows of it. The lock is held meanwhile, so that none slips through.
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

/// A program that was interrupted was so because the user wants this one to end, whichever of the two hears it first.
fn refuse_interrupted(status: ExitStatus) -> Result<(), Error> {
    check()?;
    let interrupted = status.signal() == Some(Signal::INT.as_raw());
    if interrupted { Err(Error::Interrupted) } else { Ok(()) }
}

impl ChildProcess {
    /// Has it end, or ends it.
    fn signal(self, signal: Signal) {
        let Some(id) = i32::try_from(self.id).ok().and_then(Pid::from_raw) else { return };
        // One that has just ended by itself is no matter.
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

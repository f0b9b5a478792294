//! The processes of a gateway that live, for whoever has no time to wait for their end.
//!
//! In: processes, as they start and as they are reaped. Out, when it is asked for: the end of all of them, and of all that would start.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex},
};

use tokio::process::{Child, Command};

use crate::lock::lock;

/// The processes that a gateway has started and that have not ended ([`Gateway::processes`](crate::Gateway::processes)).
#[derive(Clone, Debug, Default)]
pub struct Processes(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Whether none may start any more.
    ended: bool,
    /// The ids of those that were not reaped, which are those of their groups.
    alive: BTreeSet<u32>,
}

impl Processes {
    /// Kills all of them, with what they started, and lets no other start. It waits for nothing and needs no async runtime: it is
    /// for a program that is about to exit and does not drop its gateway. Where there are no process groups, as on Windows, it
    /// only lets no other start.
    pub fn end_at_once(&self) {
        let mut state = lock(&self.0);
        state.ended = true;
        state.alive.iter().copied().for_each(kill_group);
    }

    /// Starts one. The lock is held meanwhile, so that none slips through.
    pub(super) fn start(&self, command: &mut Command) -> io::Result<(Child, u32)> {
        let mut state = lock(&self.0);
        if state.ended {
            return Err(io::Error::other("the gateway's processes were ended"));
        }
        let child = command.spawn()?;
        let id = child.id().ok_or(io::ErrorKind::NotFound)?;
        state.alive.insert(id);
        Ok((child, id))
    }

    /// It was reaped.
    pub(super) fn forget(&self, id: u32) {
        lock(&self.0).alive.remove(&id);
    }
}

/// Kills a process and what it started.
pub(super) fn kill_group(id: u32) {
    #[cfg(unix)]
    if let Some(group) = rustix::process::Pid::from_raw(id.cast_signed()) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = id;
}

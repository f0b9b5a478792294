//! The processes of a gateway that live, for whoever has no time to wait for their end.
//!
//! In: processes, as they start and as they are reaped. Out, when it is asked for: the end of all of them, and of all that would start.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use tokio::process::{Child, Command};

#[cfg(target_os = "linux")]
use super::strays;
use crate::lock::lock;

/// The processes that a gateway has started and that have not ended ([`Gateway::processes`](crate::Gateway::processes)).
#[derive(Clone, Debug, Default)]
pub struct Processes(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Whether none may start any more.
    ended: bool,
    /// The ids of those that were not reaped, which are those of their groups, with the addresses of their Runtime APIs.
    alive: BTreeMap<u32, String>,
}

impl Processes {
    /// Kills all of them, with what they started, and lets no other start. It waits for nothing and needs no async runtime: it is
    /// for a program that is about to exit and does not drop its gateway. Where there are no process groups, as on Windows, it
    /// only lets no other start.
    pub fn end_at_once(&self) {
        let mut state = lock(&self.0);
        state.ended = true;
        state.alive.iter().for_each(|(id, runtime_api)| kill_all(*id, runtime_api));
    }

    /// Starts one. The lock is held meanwhile, so that none slips through.
    pub(super) fn start(&self, command: &mut Command, runtime_api: &str) -> io::Result<(Child, u32)> {
        let mut state = lock(&self.0);
        if state.ended {
            return Err(io::Error::other("the gateway's processes were ended"));
        }
        let child = command.spawn()?;
        let id = child.id().ok_or(io::ErrorKind::NotFound)?;
        state.alive.insert(id, runtime_api.to_owned());
        Ok((child, id))
    }

    /// It was reaped.
    pub(super) fn forget(&self, id: u32) {
        lock(&self.0).alive.remove(&id);
    }
}

/// Kills a process and what it started. That is its group, and on Linux what has left the group too.
pub(super) fn kill_all(id: u32, runtime_api: &str) {
    // Of one that is killed nobody is a child any more.
    #[cfg(target_os = "linux")]
    let known = strays::descendants(id);
    kill_group(id);
    #[cfg(target_os = "linux")]
    strays::kill(&known, runtime_api);
    #[cfg(not(target_os = "linux"))]
    let _ = runtime_api;
}

fn kill_group(id: u32) {
    #[cfg(unix)]
    if let Some(group) = rustix::process::Pid::from_raw(id.cast_signed()) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = id;
}

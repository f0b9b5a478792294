//! The running processes of a gateway, for callers that cannot wait for them to end.
//!
//! In: processes, as they start and as they are reaped. Out, on request: all of them are killed, and no
//! others start.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use tokio::process::{Child, Command};

#[cfg(target_os = "linux")]
use super::strays;
use crate::lock::lock;

/// The processes that a gateway has started and that have not ended
/// ([`Gateway::processes`](crate::Gateway::processes)).
#[derive(Clone, Debug, Default)]
pub struct Processes(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Whether no more may start.
    ended: bool,
    /// The ids of the processes that were not reaped, which are also their group ids, with the addresses of
    /// their Runtime APIs.
    alive: BTreeMap<u32, String>,
}

impl Processes {
    /// Kills all of them, with everything that they started, and prevents further starts. It waits for
    /// nothing and needs no async runtime: it is for a program that is about to exit without dropping its
    /// gateway. On systems without process groups, such as Windows, it only prevents further starts.
    pub fn end_at_once(&self) {
        let mut state = lock(&self.0);
        state.ended = true;
        state.alive.iter().for_each(|(id, runtime_api)| kill_all(*id, runtime_api));
    }

    /// Starts a process. It holds the lock meanwhile, so that no process is missed.
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

    /// Removes a process that was reaped.
    pub(super) fn forget(&self, id: u32) {
        lock(&self.0).alive.remove(&id);
    }
}

/// Kills a process and everything that it started: its process group, and on Linux what has left the group
/// too.
pub(super) fn kill_all(id: u32, runtime_api: &str) {
    // A killed process no longer has children, so they are listed first.
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

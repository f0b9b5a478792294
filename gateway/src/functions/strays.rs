//! Processes that a function started and moved out of its process group, as `setsid` and daemons do
//! (Linux).
//!
//! In: the process of a function, and the address of its Runtime API, which is in the environment of
//! everything that it starts and of nothing else. Out: those processes, killed. A daemon is recognized only
//! by that variable, and any other process by its parents.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// How often to search again for processes that were started meanwhile.
const LOOKS: usize = 8;

/// The descendants of a process, without the process itself.
pub(super) fn descendants(id: u32) -> BTreeSet<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for process in processes() {
        if let Some(parent) = parent(process) {
            children.entry(parent).or_default().push(process);
        }
    }
    let (mut found, mut open) = (BTreeSet::new(), vec![id]);
    while let Some(id) = open.pop() {
        let own = children.get(&id).into_iter().flatten().copied();
        open.extend(own.filter(|child| found.insert(*child)));
    }
    found
}

/// Kills these processes, and all processes whose environment contains the address.
pub(super) fn kill(known: &BTreeSet<u32>, runtime_api: &str) {
    let mark = format!("AWS_LAMBDA_RUNTIME_API={runtime_api}");
    known.iter().copied().for_each(kill_one);
    let mut killed = BTreeSet::new();
    for _ in 0..LOOKS {
        let marked: Vec<u32> =
            processes().filter(|id| !killed.contains(id) && is_marked(*id, &mark)).collect();
        if marked.is_empty() {
            break;
        }
        for id in marked {
            kill_one(id);
            killed.insert(id);
        }
    }
}

fn kill_one(id: u32) {
    if let Some(process) = rustix::process::Pid::from_raw(id.cast_signed()) {
        let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
    }
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let own = std::process::id();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(move |id| *id != own)
}

fn parent(id: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in parentheses, may contain anything.
    status.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// The environment of another user's process, or of one that has ended, cannot be read.
fn is_marked(id: u32, mark: &str) -> bool {
    let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
}

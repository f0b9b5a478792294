//! Runs all parts at once, again and again: the program behind `just soak`.
//!
//! In: the number of seconds, in `ROUTEGEN_SOAK_SECONDS`. Out: a table of rounds, requests, processes,
//! memory and descriptors. It stops at the first request with an unexpected answer, if a process is left
//! over, or if memory or descriptors grow from the first half to the second by more than the limits.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the figures are data, and a panic is a failure"
)]

use std::{
    env, fs,
    path::Path,
    time::{Duration, Instant},
};

use routegen_gateway_tests::soak::{bad_tokens, failing, ground::Ground, idle, replacing, unread, vanishing};

/// How many more bytes of memory the process may have after the second half than after the first. The
/// clients are part of it.
const GROWTH: u64 = 8 * 1024 * 1024;

/// How many more descriptors it may have. Each process that waits for an event takes a few, and their
/// number changes.
const OPEN: usize = 100;

/// How long the last rounds may take. Requests that take longer count as lost.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long closing what has ended may take.
const SETTLING: Duration = Duration::from_secs(5);

/// The resources of this process.
#[derive(Clone, Copy, Debug)]
struct Held {
    memory: u64,
    descriptors: usize,
}

/// The parts whose rounds are counted.
const PARTS: [&str; 6] = ["failing", "vanishing", "bad tokens", "idle", "replacing", "unread"];

#[tokio::main(worker_threads = 2)]
async fn main() {
    let seconds: u64 =
        env::var("ROUTEGEN_SOAK_SECONDS").expect("`just soak` says for how long").parse().unwrap();
    let half = Duration::from_secs(seconds) / 2;
    idle::descriptors().unwrap();
    let ground = Ground::start().await;
    println!("| half | {} | requests | processes | memory, kB | descriptors |", PARTS.join(" | "));
    println!("|---|{}---|---|---|---|", "---|".repeat(PARTS.len()));
    let mut halves = Vec::new();
    let mut rounds = [0; PARTS.len()];
    for name in ["first", "second"] {
        let parts = until(&ground, Instant::now() + half, &mut rounds);
        tokio::time::timeout(half + PATIENCE, parts).await.expect("a request was not answered");
        let held = Held::settled(halves.first().copied()).await;
        let seen = ground.seen();
        println!(
            "| {name} | {} | {} | {} | {} | {} |",
            rounds.map(|rounds| rounds.to_string()).join(" | "),
            seen.answers.values().sum::<usize>(),
            seen.started.len(),
            held.memory / 1024,
            held.descriptors
        );
        halves.push(held);
    }
    let seen = ground.end().await;
    let children = children();
    println!("\nanswers by status: {:?}", seen.answers);
    println!("{} processes were started and reaped; children left: {children:?}", seen.started.len());
    assert!(children.is_empty());
    let [failed, _, flooded, ..] = rounds;
    assert_eq!(seen.count(500), failed * failing::FAIL);
    assert_eq!(seen.count(401), flooded * bad_tokens::REFUSED);
    // Clients that disconnected, in the middle of a body or while they waited, and bodies that took too
    // long on a very busy machine.
    let expected = [200, 400, 401, 408, 499, 500];
    assert!(seen.answers.keys().all(|status| expected.contains(status)));
    let [first, second] = halves[..] else { unreachable!("there are two halves") };
    let growth = second.memory.saturating_sub(first.memory);
    println!("memory grew by {} kB in the second half, and may by {} kB", growth / 1024, GROWTH / 1024);
    assert!(growth <= GROWTH);
    assert!(second.descriptors <= first.descriptors + OPEN, "descriptors are left open");
}

/// Counts rounds of all parts, which run concurrently, until the time is up.
async fn until(ground: &Ground, end: Instant, rounds: &mut [usize; PARTS.len()]) {
    let more = || Instant::now() < end;
    let [failed, vanished, flooded, idled, replaced, unread_ones] = rounds;
    tokio::join!(
        async {
            while more() {
                failing::round(ground).await;
                *failed += 1;
            }
        },
        async {
            while more() {
                vanishing::round(ground).await;
                *vanished += 1;
            }
        },
        async {
            while more() {
                bad_tokens::round(ground, *flooded).await;
                *flooded += 1;
            }
        },
        async {
            while more() {
                idle::round(ground).await;
                *idled += 1;
            }
        },
        async {
            while more() {
                replacing::round().await;
                *replaced += 1;
            }
        },
        async {
            while more() {
                unread::are_left(unread::round(ground).await).await;
                *unread_ones += 1;
            }
        },
    );
}

impl Held {
    /// Waits for connections of disconnected clients to be closed, if there are more descriptors than
    /// before.
    async fn settled(before: Option<Self>) -> Self {
        let asked = Instant::now();
        loop {
            let held = Self::now();
            let few = before.is_some_and(|before| held.descriptors <= before.descriptors);
            if few || asked.elapsed() > SETTLING {
                return held;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let memory: u64 = memory.trim().strip_suffix(" kB").unwrap().parse().unwrap();
        Self { memory: memory * 1024, descriptors: fs::read_dir("/proc/self/fd").unwrap().count() }
    }
}

/// The child processes of this one, including zombies.
fn children() -> Vec<String> {
    let own = std::process::id().to_string();
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let is_child = |path: &Path| {
        let stat = fs::read_to_string(path.join("stat")).ok()?;
        let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned();
        (parent == own).then(|| stat.split_once(' ').map_or(stat.clone(), |(id, _)| id.to_owned()))
    };
    processes.filter_map(|path| is_child(&path)).collect()
}

//! What one program costs under a Runtime API: its start, and each event.
//!
//! Times come from the kernel, instruction counts from valgrind, because the processors of virtual machines
//! often count none, and valgrind's number is the same in every run. Without valgrind, these rows are
//! missing.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use wait4::{ResUse, Wait4 as _};

use super::api::Api;
use crate::step::Failed;

/// The number of starts from which the start time is measured.
const STARTS: usize = 101;
/// The number of events from which the time of one is measured.
const EVENTS: usize = 10_000;
/// The number of events for which instructions are counted: fewer, because valgrind is slow.
const COUNTED_EVENTS: usize = 500;

/// The costs of one program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// The processor time of its build, dependencies included.
    pub(super) build_cpu: Duration,
    /// The size of the program's file, in bytes.
    pub(super) size: u64,
    /// From its start to its first request for an event: the median.
    pub(super) start: Duration,
    /// The processor time for the same: the mean.
    pub(super) start_cpu: Duration,
    pub(super) start_instructions: Option<u64>,
    /// The processor time for an event: the mean.
    pub(super) event_cpu: Duration,
    pub(super) event_instructions: Option<u64>,
    /// The peak memory after all events, in bytes.
    pub(super) memory: u64,
}

impl Cost {
    pub(super) fn of(program: &Path, build_cpu: Duration) -> Result<Self, Failed> {
        let failed = |error| Failed(format!("{}: {error}", program.display()));
        let size = std::fs::metadata(program).map_err(failed)?.len();
        let mut starts = Vec::new();
        let mut start_cpu = Duration::ZERO;
        for _ in 0..STARTS {
            let (start, used) = run(Command::new(program), 0)?;
            starts.push(start);
            start_cpu += cpu(&used);
        }
        starts.sort_unstable();
        let start_cpu = start_cpu / u32::try_from(STARTS).unwrap_or(1);
        let (_, used) = run(Command::new(program), EVENTS)?;
        let events_cpu = cpu(&used).saturating_sub(start_cpu);
        let start_instructions = instructions(program, 0)?;
        let event_instructions = match (start_instructions, instructions(program, COUNTED_EVENTS)?) {
            (Some(none), Some(all)) => Some((all - none) / COUNTED_EVENTS as u64),
            _ => None,
        };
        Ok(Self {
            build_cpu,
            size,
            start: starts[STARTS / 2],
            start_cpu,
            start_instructions,
            event_cpu: events_cpu / u32::try_from(EVENTS).unwrap_or(1),
            event_instructions,
            memory: used.rusage.maxrss,
        })
    }
}

fn cpu(used: &ResUse) -> Duration {
    used.rusage.utime + used.rusage.stime
}

/// Starts a program, sends it this number of events, and ends it. Returns how long its start took, and its
/// resource usage.
fn run(command: Command, events: usize) -> Result<(Duration, ResUse), Failed> {
    let api = Api::start(events)?;
    let (began, child) = spawn(command, &api)?;
    let first = api.first_next().and_then(|first| api.answered().map(|()| first));
    let used = end(child)?;
    Ok((first?.duration_since(began), used))
}

/// The instructions of a program in user mode; `None` without valgrind.
fn instructions(program: &Path, events: usize) -> Result<Option<u64>, Failed> {
    let installed =
        Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let log = program.with_extension("valgrind");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(format!("--log-file={}", log.display())).arg(program);
    run(command, events)?;
    let text =
        std::fs::read_to_string(&log).map_err(|error| Failed(format!("{}: {error}", log.display())))?;
    let collected = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    collected.map(Some).ok_or_else(|| Failed(format!("valgrind counted nothing:\n{text}")))
}

fn spawn(mut command: Command, api: &Api) -> Result<(Instant, Child), Failed> {
    command
        .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "hello")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let began = Instant::now();
    let child = command.spawn();
    child.map(|child| (began, child)).map_err(|error| Failed(format!("{command:?}: {error}")))
}

/// Ends a process by a signal after which valgrind still prints its counts.
fn end(child: Child) -> Result<ResUse, Failed> {
    let failed = |error: std::io::Error| Failed(format!("a process cannot be ended: {error}"));
    kill_process(Pid::from_child(&child), Signal::TERM).map_err(|error| failed(error.into()))?;
    child.wait4().map_err(failed)
}

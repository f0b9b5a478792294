//! A server to measure: one process, which is put under load once it responds, and then ended.
//!
//! In: a command. Out: its figures for each number of connections, and the peak memory of the process itself,
//! without the processes of its functions. It refuses a server that ends by itself.

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{
    super::{figure::float, files::read},
    load::{Figures, Request},
};
use crate::step::Failed;

/// The numbers of connections to measure.
pub(super) const CONNECTIONS: [usize; 2] = [1, 32];

/// Longer than a server takes that builds its functions first.
const START: Duration = Duration::from_mins(15);

/// Longer than a server takes to end.
const END: Duration = Duration::from_secs(10);

/// The polling interval for a server that starts or ends.
const PAUSE: Duration = Duration::from_millis(50);

/// The measurements of a server.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    /// With 1 and with 32 connections.
    pub(super) figures: [Figures; CONNECTIONS.len()],
    /// The processor time of its process per request, with 1 and with 32 connections.
    pub(super) processor: [Duration; CONNECTIONS.len()],
    /// With 32 connections and tokens that the server has not seen.
    pub(super) new_tokens: Option<Figures>,
    /// The peak memory of its process, in bytes.
    pub(super) memory: u64,
}

/// A server's process, which ends when this is dropped.
pub(super) struct Server {
    pub(super) child: Child,
    pub(super) address: SocketAddr,
    name: String,
}

impl Server {
    /// Starts the command for a free port. Its stderr goes to `log`, and is shown if it ends by itself.
    pub(super) fn start(log: &Path, command: impl FnOnce(u16) -> Command) -> Result<Self, Failed> {
        let address = free_address().map_err(|error| Failed(format!("no free port: {error}")))?;
        let mut command = command(address.port());
        let name = command.get_program().to_string_lossy().into_owned();
        eprintln!("> {command:?}");
        let failed = |error: io::Error| Failed(format!("{name}: {error}"));
        // In a process group of its own, so that all of it can be ended: with cargo-lambda, cargo runs the
        // functions.
        command.process_group(0).stderr(File::create(log).map_err(failed)?);
        let child = command.spawn().map_err(failed)?;
        Ok(Self { child, address, name })
    }

    /// Waits until the server responds to the request, and measures; at the end with tokens that the server
    /// has not seen, if there are any.
    pub(super) fn measure(
        mut self,
        request: &Request,
        unknown: Option<&Request>,
        time: Duration,
        log: &Path,
    ) -> Result<Measured, Failed> {
        let outcome = self.wait(request).and_then(|()| {
            let [one, many] = CONNECTIONS.map(|connections| {
                let before = self.processor()?;
                let figures = request.load(connections, time)?;
                let used = self.processor()?.saturating_sub(before);
                Ok((figures, used.div_f64(float(figures.answers.max(1)))))
            });
            let ((one, one_used), (many, many_used)) = (one?, many?);
            let new_tokens = unknown.map(|request| request.load(CONNECTIONS[1], time)).transpose()?;
            Ok(Measured {
                figures: [one, many],
                processor: [one_used, many_used],
                new_tokens,
                memory: self.memory()?,
            })
        });
        outcome.map_err(|Failed(why)| {
            let log = read(log).unwrap_or_default();
            Failed(format!("{}: {why}\n{}", self.name, String::from_utf8_lossy(&log)))
        })
    }

    fn wait(&mut self, request: &Request) -> Result<(), Failed> {
        let began = Instant::now();
        loop {
            let Err(error) = request.send() else { return Ok(()) };
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(Failed(format!("it ended: {status}")));
            }
            if began.elapsed() > START {
                return Err(Failed(format!("it does not answer: {error}")));
            }
            thread::sleep(PAUSE);
        }
    }

    fn memory(&self) -> Result<u64, Failed> {
        let status = read(format!("/proc/{}/status", self.child.id()).as_ref())?;
        let peak = peak(&String::from_utf8_lossy(&status));
        peak.ok_or_else(|| Failed("the kernel does not tell its memory".to_owned()))
    }

    /// The processor time of its own process so far, without its child processes.
    fn processor(&self) -> Result<Duration, Failed> {
        let stat = read(format!("/proc/{}/stat", self.child.id()).as_ref())?;
        let used = processor(&String::from_utf8_lossy(&stat), rustix::param::clock_ticks_per_second());
        used.ok_or_else(|| Failed("the kernel does not say its processor time".to_owned()))
    }

    fn signal(&self, signal: Signal) {
        let _ = kill_process_group(Pid::from_child(&self.child), signal);
    }
}

impl Drop for Server {
    /// Ends it like Ctrl-C, so that it ends its functions.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.signal(Signal::INT);
        let asked = Instant::now();
        while asked.elapsed() < END {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            thread::sleep(PAUSE);
        }
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// The peak memory so far, in bytes, from the text of `/proc/PID/status`.
fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// User and system time of a process, from the text of `/proc/PID/stat`, in which the program's name may
/// contain anything.
fn processor(stat: &str, ticks_a_second: u64) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1_000 / ticks_a_second.max(1)))
}

/// An address where no one listens; another program is unlikely to get it this soon.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// Discards the output.
pub(super) fn silent(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_memory_is_read_in_bytes() {
        assert_eq!(peak("Name:\tx\nVmPeak:\t    99 kB\nVmHWM:\t   13 kB\n"), Some(13 * 1024));
        assert_eq!(peak("Name:\tx\n"), None);
    }

    #[test]
    fn the_processor_time_is_that_of_the_process_itself() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 9 8 7 6 150 25 999 999 20 0 4 0 1";
        assert_eq!(processor(stat, 100), Some(Duration::from_millis(1_750)));
        assert_eq!(processor("7 (a) S 1", 100), None);
    }

    #[test]
    fn a_server_that_ends_by_itself_is_told_with_what_it_said() {
        let log = std::env::temp_dir().join(format!("server-{}", std::process::id()));
        let server = Server::start(&log, |_| {
            let mut command = Command::new("sh");
            command.args(["-c", "echo the reason >&2; exit 3"]);
            command
        });
        let Ok(server) = server else { panic!("sh does not run") };
        let request = Request::get(server.address, "/");
        let outcome = server.measure(&request, None, Duration::from_secs(1), &log);
        let Err(Failed(why)) = outcome else { panic!("it serves") };
        assert!(why.contains("exit status: 3") && why.contains("the reason"), "{why}");
        std::fs::remove_file(log).unwrap();
    }
}

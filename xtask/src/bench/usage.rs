//! What a command costs: processor time, elapsed time, memory.

use std::{
    fs::File,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4;

use super::files::read;
use crate::step::Failed;

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Usage {
    /// In user and system mode, for the command and all processes below it.
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    /// The peak memory of the largest of these processes, in bytes.
    pub(super) peak: u64,
}

impl Usage {
    /// Runs the command. Its output goes to `log`, and is shown only if it fails.
    pub(super) fn of(mut command: Command, log: &Path) -> Result<Self, Failed> {
        let failed = |error: std::io::Error| Failed(format!("{}: {error}", command.get_program().display()));
        let output = File::create(log).map_err(failed)?;
        let errors = output.try_clone().map_err(failed)?;
        let start = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn();
        let used = child.and_then(Wait4::wait4);
        let wall = start.elapsed();
        let used = used.map_err(|error| Failed(format!("{}: {error}", command.get_program().display())))?;
        if !used.status.success() {
            let log = read(log)?;
            return Err(Failed(format!("failed: {command:?}\n{}", String::from_utf8_lossy(&log))));
        }
        let rusage = used.rusage;
        Ok(Self { cpu: rusage.utime + rusage.stime, wall, peak: rusage.maxrss })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_grandchild_counts() {
        let folder = std::env::temp_dir().join(format!("usage-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; true"]);
        let Ok(usage) = Usage::of(command, &folder.join("log")) else { panic!("sh does not run") };
        assert!(usage.cpu > Duration::from_millis(10), "{usage:?}");
        assert!(usage.peak > 100_000, "{usage:?}");
        let mut command = Command::new("sh");
        command.args(["-c", "echo the reason; exit 3"]);
        let Err(Failed(why)) = Usage::of(command, &folder.join("log")) else { panic!("a failure is none") };
        assert!(why.contains("the reason"), "{why}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

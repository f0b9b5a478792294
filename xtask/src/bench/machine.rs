//! The machine and the tools with which figures were measured.

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Stdio},
    thread,
};

use super::peer::Peer;

/// One line for each thing that affects the figures.
pub(super) fn describe(peer: Option<&Peer>) -> String {
    let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (cpuinfo, meminfo, release) = (file("/proc/cpuinfo"), file("/proc/meminfo"), file("/etc/os-release"));
    let model = after(&cpuinfo, "model name", ':').unwrap_or("unknown processor");
    let memory = after(&meminfo, "MemTotal", ':').unwrap_or("unknown");
    let system = after(&release, "PRETTY_NAME", '=').unwrap_or(std::env::consts::OS);
    let kernel = file("/proc/sys/kernel/osrelease");
    let mut text = format!("- {model}, {} cores, {memory} of memory\n", cores());
    let _ = writeln!(text, "- {} with Linux {}", system.trim_matches('"'), kernel.trim());
    let _ = writeln!(text, "- {}", version("rustc").unwrap_or_else(|| "unknown rustc".to_owned()));
    if let Some(version) = peer.and_then(Peer::version) {
        let _ = writeln!(text, "- {version}, with zig");
    }
    text
}

pub(super) fn cores() -> u32 {
    thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

/// The value in the first line `key = value`.
fn after<'a>(text: &'a str, key: &str, separator: char) -> Option<&'a str> {
    let value = |line: &'a str| line.strip_prefix(key)?.trim_start().strip_prefix(separator);
    text.lines().find_map(value).map(str::trim)
}

fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_key() {
        let cpuinfo = "processor\t: 0\nmodel name\t: A: fast one\nmodel\t\t: 6\n";
        assert_eq!(after(cpuinfo, "model name", ':'), Some("A: fast one"));
        assert_eq!(after(cpuinfo, "model", ':'), Some("6"));
        assert_eq!(after("ID=debian\nNAME=\"Debian\"\n", "NAME", '='), Some("\"Debian\""));
        assert_eq!(after(cpuinfo, "MemTotal", ':'), None);
    }
}

//! The benchmark's arguments.

use std::{path::PathBuf, time::Duration};

use super::super::options::Peers;
use crate::step::Failed;

pub(super) const USAGE: &str = "cargo xtask bench-gateway [OPTIONS]
                             requests a second of the local gateway, beside cargo-lambda where it is installed
    --seconds 5                  how long each number of connections is measured
    --program FILE --path PATH   loads this program with GET PATH in place of a hello artifact, by the gateway alone
    --peer                       installs cargo-lambda into the target directory if need be
    --no-peer                    leaves cargo-lambda out";

#[derive(Debug, Eq, PartialEq)]
pub(super) struct Options {
    pub(super) time: Duration,
    /// A program of the user's own, and a path that it serves.
    pub(super) own: Option<(PathBuf, String)>,
    pub(super) peers: Peers,
}

impl Options {
    pub(super) fn parse(arguments: &[&str]) -> Result<Self, Failed> {
        let (mut seconds, mut program, mut path, mut peers) = (5, None, None, Peers::IfInstalled);
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments.next().copied().ok_or_else(|| Failed(format!("{argument} takes a value\n{USAGE}")))
            };
            match *argument {
                "--seconds" => seconds = whole_seconds(value()?)?,
                "--program" => program = Some(PathBuf::from(value()?)),
                "--path" => path = Some(value()?.to_owned()),
                "--peer" => peers = Peers::Installed,
                "--no-peer" => peers = Peers::Without,
                other => return Err(Failed(format!("unknown option {other}\n{USAGE}"))),
            }
        }
        let own = match (program, path) {
            (Some(program), Some(path)) => Some((program, path)),
            (None, None) => None,
            _ => return Err(Failed(format!("--program and --path go together\n{USAGE}"))),
        };
        Ok(Self { time: Duration::from_secs(seconds), own, peers })
    }
}

fn whole_seconds(text: &str) -> Result<u64, Failed> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
    seconds.ok_or_else(|| Failed(format!("--seconds takes a number such as 5, not `{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Options, String> {
        Options::parse(arguments).map_err(|Failed(why)| why)
    }

    #[test]
    fn without_arguments_an_artifact_is_measured_for_five_seconds() {
        let expected = Options { time: Duration::from_secs(5), own: None, peers: Peers::IfInstalled };
        assert_eq!(parsed(&[]), Ok(expected));
    }

    #[test]
    fn a_program_of_ones_own_has_a_path() {
        let options = parsed(&["--program", "a/bootstrap", "--path", "/items", "--no-peer"]).unwrap();
        assert_eq!(options.own, Some((PathBuf::from("a/bootstrap"), "/items".to_owned())));
        assert_eq!(options.peers, Peers::Without);
        assert!(parsed(&["--program", "a/bootstrap"]).unwrap_err().contains("go together"));
    }

    #[test]
    fn what_is_no_number_or_no_option_is_refused() {
        for arguments in [&["--seconds", "0"], &["--seconds", "x"], &["--loud", "1"]] {
            assert!(parsed(arguments).unwrap_err().contains(arguments[0]), "{arguments:?}");
        }
        assert!(parsed(&["--seconds"]).unwrap_err().contains("takes a value"));
    }
}

//! The benchmark's arguments.

use crate::step::Failed;

pub(super) const USAGE: &str = "cargo xtask bench-build [OPTIONS]
                             time, memory and sizes of builds, beside cargo-lambda where it is installed
    --functions 20,40,100        how many functions the packages have
    --growth 10,30,100,300       how many they have where only routegen is measured
    --peer-functions 20,40       how many they have for cargo-lambda; more is extrapolated
    --peer                       installs cargo-lambda and zig into the target directory if need be
    --no-peer                    leaves cargo-lambda out";

/// Whether cargo-lambda is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Peers {
    IfInstalled,
    Installed,
    Without,
}

#[derive(Debug, Eq, PartialEq)]
pub(super) struct Options {
    pub(super) functions: Vec<usize>,
    pub(super) growth: Vec<usize>,
    pub(super) peer_functions: Vec<usize>,
    pub(super) peers: Peers,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            functions: vec![20, 40, 100],
            growth: vec![10, 30, 100, 300],
            peer_functions: vec![20, 40],
            peers: Peers::IfInstalled,
        }
    }
}

impl Options {
    pub(super) fn parse(arguments: &[&str]) -> Result<Self, Failed> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let list = match *argument {
                "--functions" => &mut options.functions,
                "--growth" => &mut options.growth,
                "--peer-functions" => &mut options.peer_functions,
                "--peer" => {
                    options.peers = Peers::Installed;
                    continue;
                }
                "--no-peer" => {
                    options.peers = Peers::Without;
                    continue;
                }
                other => return Err(Failed(format!("unknown option {other}\n{USAGE}"))),
            };
            *list = counts(argument, arguments.next().copied().unwrap_or_default())?;
        }
        Ok(options)
    }

    /// All numbers of functions for routegen, without duplicates.
    pub(super) fn counts(&self) -> Vec<usize> {
        let mut counts: Vec<_> = self.functions.iter().chain(&self.growth).copied().collect();
        counts.sort_unstable();
        counts.dedup();
        counts
    }
}

/// Increasing numbers from 1 on, separated by commas; empty for an empty argument.
fn counts(option: &str, text: &str) -> Result<Vec<usize>, Failed> {
    let numbers = text.split(',').filter(|word| !word.is_empty());
    let mut numbers = numbers
        .map(|word| word.parse().ok().filter(|number| *number > 0))
        .collect::<Option<Vec<usize>>>()
        .ok_or_else(|| Failed(format!("{option} takes numbers such as 20,40,100, not `{text}`")))?;
    numbers.sort_unstable();
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_the_issue_is_measured() {
        let options = Options::parse(&[]).unwrap_or_default();
        assert_eq!(options, Options::default());
        assert_eq!(options.counts(), [10, 20, 30, 40, 100, 300]);
    }

    #[test]
    fn numbers_are_lists_in_rising_order() {
        let arguments = ["--functions", "40,20", "--growth", "", "--no-peer"];
        let Ok(options) = Options::parse(&arguments) else { panic!("{arguments:?} is refused") };
        assert_eq!((options.functions, options.growth), (vec![20, 40], vec![]));
        assert_eq!(options.peers, Peers::Without);
    }

    #[test]
    fn what_is_no_number_or_no_option_is_refused() {
        for arguments in
            [["--functions", "0"], ["--functions", "many"], ["--growth", "1,-2"], ["--loud", "1"]]
        {
            let Err(Failed(why)) = Options::parse(&arguments) else { panic!("{arguments:?} is taken") };
            assert!(why.contains(arguments[0]), "{why}");
        }
    }
}

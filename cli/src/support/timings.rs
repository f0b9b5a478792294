//! How long the steps of a command took, for `--timings`.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;

/// What the time was spent on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// `cargo metadata`.
    Workspace,
    /// Cargo's build of the libraries with the registry.
    RegistryBuild,
    /// The link of the program that writes the manifest.
    RegistryLink,
    /// Cargo's build of the libraries.
    ArtifactsBuild,
    /// The link of a function.
    Link,
    /// The zip of a function.
    Zip,
    /// Making and writing the Terraform.
    Emit,
}

impl Step {
    fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "find the package",
            Self::RegistryBuild => "compile, to read the routes",
            Self::RegistryLink => "link, to read the routes",
            Self::ArtifactsBuild => "compile, for the artifacts",
            Self::Link => "link",
            Self::Zip => "zip",
            Self::Emit => "write the Terraform",
        }
    }
}

/// Records times, from any thread.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch(Mutex<Vec<(Step, String, Duration)>>);

impl Stopwatch {
    /// Runs `work` and records how long it took. `what` distinguishes it from other work of the same step.
    pub(crate) fn time<T>(&self, step: Step, what: &str, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let result = work();
        let took = (step, what.to_owned(), begin.elapsed());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(took);
        result
    }

    pub(crate) fn timings(&self) -> Timings {
        Timings::new(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The steps in order, and the slowest functions.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Timings {
    steps: Vec<Total>,
    slowest: Vec<Took>,
}

/// The total of a step. Links and zips run in parallel, so a total may exceed the elapsed time.
#[derive(Debug, PartialEq, Serialize)]
struct Total {
    step: Step,
    count: usize,
    milliseconds: u128,
}

/// A function's link and zip.
#[derive(Debug, PartialEq, Serialize)]
struct Took {
    function: String,
    step: Step,
    milliseconds: u128,
}

impl Timings {
    /// How many of the slowest functions are listed.
    const SLOWEST: usize = 10;

    fn new(taken: &[(Step, String, Duration)]) -> Self {
        let mut known: Vec<_> = taken.iter().map(|(step, ..)| *step).collect();
        known.sort();
        known.dedup();
        let total = |step| {
            let of_step = taken.iter().filter(move |taken| taken.0 == step).map(|(.., time)| time);
            Total {
                step,
                count: of_step.clone().count(),
                milliseconds: of_step.sum::<Duration>().as_millis(),
            }
        };
        let mut slowest: Vec<_> =
            taken.iter().filter(|(step, ..)| matches!(step, Step::Link | Step::Zip)).collect();
        slowest.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
        let took = |(step, function, time): &(Step, String, Duration)| Took {
            function: function.clone(),
            step: *step,
            milliseconds: time.as_millis(),
        };
        Self {
            steps: known.into_iter().map(total).collect(),
            slowest: slowest.into_iter().take(Self::SLOWEST).map(took).collect(),
        }
    }
}

impl fmt::Display for Timings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Total { step, count, milliseconds } in &self.steps {
            let count = if *count == 1 { String::new() } else { format!("  ({count}, side by side)") };
            writeln!(f, "{}  {}{count}", Seconds(*milliseconds), step.as_str())?;
        }
        if !self.slowest.is_empty() {
            writeln!(f, "\nSlowest:")?;
        }
        for Took { function, step, milliseconds } in &self.slowest {
            writeln!(f, "{}  {} {function}", Seconds(*milliseconds), step.as_str())?;
        }
        Ok(())
    }
}

/// Milliseconds, shown as `   1.234 s`.
struct Seconds(u128);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4}.{:03} s", self.0 / 1000, self.0 % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_summed_and_the_slowest_functions_named() {
        let taken = |step, what: &str, ms| (step, what.to_owned(), Duration::from_millis(ms));
        let mut all: Vec<_> =
            (1..=11).map(|n| taken(Step::Link, &format!("function-{n}"), n * 100)).collect();
        all.push(taken(Step::Zip, "function-1", 1500));
        all.push(taken(Step::RegistryBuild, "", 12_345));
        insta::assert_snapshot!(Timings::new(&all));
    }
}

//! The options for every call of cargo: features, the lock file, the profile.
//!
//! Out: arguments for cargo's command line. They are not validated here: cargo refuses what it does not
//! understand, and its message reaches the user.

use std::num::NonZero;

/// The options for cargo.
#[derive(Clone, Debug, Default)]
pub(crate) struct CargoOptions {
    pub(crate) features: Features,
    pub(crate) lock: Lock,
    /// The profile, if one was named.
    pub(crate) profile: Option<String>,
    /// How many compilers run at once.
    pub(crate) jobs: Option<NonZero<usize>>,
    /// Whether cargo writes its own timing report.
    pub(crate) timings: bool,
}

/// The features of the user's package.
#[derive(Clone, Debug, Default)]
pub(crate) struct Features {
    /// As typed: each is one name, or several, separated by commas or blanks.
    pub(crate) names: Vec<String>,
    pub(crate) all: bool,
    pub(crate) no_default: bool,
}

/// What cargo may change and fetch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lock {
    /// Cargo.lock must exist and be up to date.
    pub(crate) locked: bool,
    /// Nothing is fetched.
    pub(crate) offline: bool,
    /// Both of the above.
    pub(crate) frozen: bool,
}

impl CargoOptions {
    /// The arguments that select packages, versions and features. They are the same for `cargo metadata` and
    /// `cargo build`, so that both see one graph.
    pub(crate) fn resolution(&self) -> Vec<String> {
        let Features { names, all, no_default } = &self.features;
        let mut words: Vec<String> =
            names.iter().flat_map(|names| ["--features".to_owned(), names.clone()]).collect();
        let flags = [
            (*all, "--all-features"),
            (*no_default, "--no-default-features"),
            (self.lock.locked, "--locked"),
            (self.lock.offline, "--offline"),
            (self.lock.frozen, "--frozen"),
        ];
        words.extend(flags.into_iter().filter(|(set, _)| *set).map(|(_, word)| word.to_owned()));
        words
    }
}

impl CargoOptions {
    /// The arguments that only apply to a build.
    pub(crate) fn effort(&self) -> Vec<String> {
        let jobs = self.jobs.map(|jobs| format!("--jobs={jobs}"));
        let timings = self.timings.then(|| "--timings".to_owned());
        jobs.into_iter().chain(timings).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_hears_what_was_typed() {
        let options = CargoOptions {
            features: Features {
                names: vec!["a,b".to_owned(), "c/d".to_owned()],
                all: false,
                no_default: true,
            },
            lock: Lock { frozen: true, ..Lock::default() },
            jobs: NonZero::new(2),
            timings: true,
            ..CargoOptions::default()
        };
        assert_eq!(options.effort(), ["--jobs=2", "--timings"]);
        assert_eq!(
            options.resolution().join(" "),
            "--features a,b --features c/d --no-default-features --frozen"
        );
        assert!(CargoOptions::default().resolution().is_empty());
    }
}

//! Which events are logged.
//!
//! In: `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets if the function's logging configuration has a level,
//! otherwise `RUST_LOG`. Out: whether an event with a target and level is logged. Invalid directives are
//! ignored: a misspelt level must not stop a function.

use tracing::{Level, level_filters::LevelFilter};

/// A default level, and levels for targets.
#[derive(Debug, PartialEq)]
pub(super) struct Filter {
    others: LevelFilter,
    /// The longest target comes first.
    targets: Vec<(String, LevelFilter)>,
}

impl Filter {
    pub(super) fn from_env() -> Self {
        let directives =
            ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"].into_iter().find_map(|name| std::env::var(name).ok());
        Self::parse(directives.as_deref().unwrap_or_default())
    }

    /// Parses `info`, `info,my_crate=debug`, `my_crate::module=trace`.
    pub(super) fn parse(directives: &str) -> Self {
        let mut filter = Self { others: LevelFilter::INFO, targets: Vec::new() };
        for directive in directives.split(',') {
            match directive.split_once('=') {
                Some((target, word)) => {
                    filter.targets.extend(level(word).map(|level| (target.trim().to_owned(), level)));
                }
                None => filter.others = level(directive).unwrap_or(filter.others),
            }
        }
        filter.targets.sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
        filter
    }

    pub(super) fn lets_pass(&self, target: &str, level: Level) -> bool {
        let named = self.targets.iter().find(|(prefix, _)| {
            target.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        });
        level <= named.map_or(self.others, |(_, level)| *level)
    }

    /// The most verbose level.
    pub(super) fn most(&self) -> LevelFilter {
        self.targets.iter().map(|(_, level)| *level).fold(self.others, LevelFilter::max)
    }
}

fn level(word: &str) -> Option<LevelFilter> {
    let word = word.trim();
    match word {
        // tracing would parse it as "error".
        "" => None,
        // The only level of Lambda's that Rust does not have.
        _ if word.eq_ignore_ascii_case("fatal") => Some(LevelFilter::ERROR),
        _ => word.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_info_unless_a_level_is_said() {
        for (directives, expected) in [
            ("", LevelFilter::INFO),
            ("nonsense", LevelFilter::INFO),
            ("DEBUG", LevelFilter::DEBUG),
            ("fatal", LevelFilter::ERROR),
            (" off ", LevelFilter::OFF),
            ("warn,a=nonsense", LevelFilter::WARN),
        ] {
            let filter = Filter::parse(directives);
            assert_eq!(filter, Filter { others: expected, targets: Vec::new() }, "{directives}");
            assert_eq!(filter.most(), expected);
        }
    }

    #[test]
    fn the_longest_target_that_fits_decides() {
        let filter = Filter::parse("warn,shop=info,shop::store=trace,lambda_runtime=off");
        let passes = |target, level| filter.lets_pass(target, level);
        assert!(passes("shop::store", Level::TRACE) && passes("shop::store::cache", Level::TRACE));
        assert!(passes("shop::api", Level::INFO) && !passes("shop::api", Level::DEBUG));
        assert!(passes("shopping", Level::WARN) && !passes("shopping", Level::INFO));
        assert!(!passes("lambda_runtime::layers", Level::ERROR));
        assert_eq!(filter.most(), LevelFilter::TRACE);
    }
}

//! The environment variables of functions on this machine.
//!
//! In: the names that functions ask for by `env`, and what `--env` says. Out: the variables of each function. Nothing else of the
//! user's environment reaches a function, so that one that forgets to ask for a variable fails here as it would in AWS; but for
//! those that only say how much is logged.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
};

use routegen_gateway::Api;
use routegen_spec::EnvName;

use crate::check::Function;

/// What a developer sets to see more.
const ALWAYS: [&str; 3] = ["AWS_LAMBDA_LOG_LEVEL", "RUST_BACKTRACE", "RUST_LOG"];

/// Where the region is looked for.
const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// The variables that were said on the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    /// The names that every function gets, each with a value, or with the one of this process.
    given: BTreeMap<String, Option<String>>,
}

impl Variables {
    /// `NAME=VALUE`, or `NAME` for the value that it has here.
    pub(crate) fn new(words: &[String]) -> Self {
        let pair = |word: &String| match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word.clone(), None),
        };
        let always = ALWAYS.map(|name| (name.to_owned(), None));
        Self { given: always.into_iter().chain(words.iter().map(pair)).collect() }
    }

    /// The variables of one program that runs these functions.
    pub(crate) fn of<'a>(
        &self,
        functions: impl IntoIterator<Item = &'a Function>,
    ) -> BTreeMap<String, OsString> {
        let asked = functions.into_iter().flat_map(|function| &function.env).map(EnvName::as_str);
        let names: BTreeSet<&str> = asked.chain(self.given.keys().map(String::as_str)).collect();
        names.into_iter().filter_map(|name| Some((name.to_owned(), self.value(name)?))).collect()
    }

    /// The names that functions ask for and that have no value, with those functions.
    pub(crate) fn missing<'a>(
        &self,
        functions: impl IntoIterator<Item = &'a Function>,
    ) -> BTreeMap<String, Vec<String>> {
        let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for function in functions {
            for name in function.env.iter().filter(|name| self.value(name.as_str()).is_none()) {
                missing.entry(name.to_string()).or_default().push(function.name.clone());
            }
        }
        missing
    }

    /// The region of all functions, as AWS's own tools find it: not of a profile.
    pub(crate) fn region(&self) -> String {
        let value = |name| self.value(name)?.into_string().ok().filter(|region| !region.is_empty());
        REGION.iter().copied().find_map(value).unwrap_or_else(|| Api::REGION.to_owned())
    }

    fn value(&self, name: &str) -> Option<OsString> {
        let given = self.given.get(name).cloned().flatten();
        given.map(OsString::from).or_else(|| std::env::var_os(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{route, with};

    #[test]
    fn a_function_has_what_it_asks_for_and_what_all_get() {
        let words = ["MODE=a=b".to_owned(), "TABLE=pens".to_owned(), "NOBODY_HAS_THIS".to_owned()];
        let variables = Variables::new(&words);
        let env = vec!["PATH".parse().unwrap(), "NOBODY_HAS_THAT".parse().unwrap()];
        let route = with(route("a", "/a"), |spec| spec.env = env);
        let manifest = routegen_spec::Manifest::new("0.0.0", vec![route], Vec::new());
        let checked =
            crate::check::check("/".into(), "items", &manifest, &crate::project::config::Config::default());
        let checked = checked.unwrap().manifest;
        let mut found = variables.of(&checked.functions);
        found.retain(|name, _| !ALWAYS.contains(&name.as_str()));
        let path = std::env::var_os("PATH").unwrap();
        let expected = [("MODE", "a=b".into()), ("PATH", path), ("TABLE", "pens".into())];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)).into());
        assert_eq!(
            variables.missing(&checked.functions),
            BTreeMap::from([("NOBODY_HAS_THAT".to_owned(), vec!["a".to_owned()])])
        );
    }

    #[test]
    fn a_region_that_is_said_stands_above_another_variable() {
        let region = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            Variables::new(&words).region()
        };
        // What the environment of this test says stands below each of them.
        assert_eq!(region(&["AWS_REGION=eu-central-1"]), "eu-central-1");
        assert_eq!(region(&["AWS_DEFAULT_REGION=eu-west-1", "AWS_REGION=eu-central-1"]), "eu-central-1");
        assert_eq!(region(&["AWS_REGION=", "AWS_DEFAULT_REGION=eu-west-1"]), "eu-west-1");
        assert_eq!(region(&["AWS_REGION=", "AWS_DEFAULT_REGION="]), "us-east-1");
    }
}

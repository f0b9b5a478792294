//! The environment variables of functions on this machine.
//!
//! In: the names that functions declare with `env`, the values of `--env`, the files of `--env-file`, which
//! give values but no names, and the local gateway's queues, whose variables have no value elsewhere. Out:
//! the variables of each function. Messages never contain a file's values. Nothing else of the user's
//! environment reaches a function, so that a missing declaration fails here as it would in AWS; the
//! exceptions are variables that only control how much is logged.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
};

use camino::{Utf8Path, Utf8PathBuf};
use routegen_gateway::{Api, queue_url, sqs_endpoint};
use routegen_spec::{EventSource, GrantSpec};

use crate::{
    check::{CheckedManifest, Function},
    dev::Error,
    support,
};

/// Variables that a developer sets to get more output.
const ALWAYS: [&str; 3] = ["AWS_LAMBDA_LOG_LEVEL", "RUST_BACKTRACE", "RUST_LOG"];

/// Where the region is read from.
const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// The variable in which AWS's clients find the local queues.
const SQS_ENDPOINT: &str = "AWS_ENDPOINT_URL_SQS";

/// The variables in which they find credentials, which they require for any endpoint.
const CREDENTIALS: [&str; 8] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SHARED_CREDENTIALS_FILE",
    "HOME",
];

/// The variables from the command line.
#[derive(Clone, Default)]
pub(crate) struct Variables {
    /// The names that every function gets, each with a value, or `None` for this process's own value.
    given: BTreeMap<String, Option<String>>,
    /// The values from files, for variables that are declared and have no other value.
    of_files: BTreeMap<String, String>,
    /// The URLs of local queues and their endpoint, for variables that are declared and have no other value.
    of_queues: BTreeMap<String, String>,
    endpoint: Option<String>,
}

impl Variables {
    /// Parses `NAME=VALUE`, or `NAME` for the value in this process's environment.
    pub(crate) fn new(words: &[String]) -> Self {
        let pair = |word: &String| match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word.clone(), None),
        };
        let always = ALWAYS.map(|name| (name.to_owned(), None));
        let given = always.into_iter().chain(words.iter().map(pair)).collect();
        Self { given, ..Self::default() }
    }

    /// The same with the values of files; a later file overrides an earlier one.
    pub(crate) fn read(words: &[String], files: &[Utf8PathBuf]) -> Result<Self, Error> {
        let mut this = Self::new(words);
        for file in files {
            this.of_files.extend(values(file)?);
        }
        Ok(this)
    }

    /// The same with the queues that consumers read, in the gateway at this origin.
    #[must_use]
    pub(crate) fn with_queues(&self, manifest: &CheckedManifest, origin: &str) -> Self {
        let queues = manifest.declared.consumers.iter().filter_map(|consumer| match &consumer.consumes {
            EventSource::Queue(source) => Some((source.queue.as_str(), source.fifo)),
            _ => None,
        });
        let variable = |(name, fifo)| {
            let variable = GrantSpec::variable(name).ok()?;
            Some((variable.to_string(), queue_url(origin, name, fifo)))
        };
        let of_queues = queues.filter_map(variable).collect();
        Self { of_queues, endpoint: Some(sqs_endpoint(origin)), ..self.clone() }
    }

    /// The variables of one program that runs these functions.
    pub(crate) fn of<'a>(
        &self,
        functions: impl IntoIterator<Item = &'a Function>,
    ) -> BTreeMap<String, OsString> {
        let asked = functions.into_iter().flat_map(Function::variables).map(String::from);
        let names: BTreeSet<String> = asked.chain(self.given.keys().cloned()).collect();
        let mut found: BTreeMap<String, OsString> =
            names.into_iter().filter_map(|name| Some((name.clone(), self.value(&name)?))).collect();
        let is_local = |(name, value): (&String, &OsString)| {
            self.of_queues.get(name).is_some_and(|url| value.to_str() == Some(url))
        };
        let has_credentials = CREDENTIALS.iter().any(|name| found.contains_key(*name));
        if let Some(endpoint) = self.endpoint.as_ref().filter(|_| found.iter().any(is_local)) {
            let mut add = |name: &str, value: &str| {
                found.entry(name.to_owned()).or_insert_with(|| value.into());
            };
            add(SQS_ENDPOINT, endpoint);
            // Clients do not send requests without credentials, and the local queues ignore them.
            if !has_credentials {
                add("AWS_ACCESS_KEY_ID", "local");
                add("AWS_SECRET_ACCESS_KEY", "local");
            }
        }
        found
    }

    /// The names that functions declare but that have no value, with those functions.
    pub(crate) fn missing<'a>(
        &self,
        functions: impl IntoIterator<Item = &'a Function>,
    ) -> BTreeMap<String, Vec<String>> {
        let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for function in functions {
            for name in function.variables().iter().filter(|name| self.value(name.as_str()).is_none()) {
                missing.entry(name.to_string()).or_default().push(function.name.clone());
            }
        }
        missing
    }

    /// The region of all functions, resolved as AWS's own tools do, but without profiles.
    pub(crate) fn region(&self) -> String {
        let value = |name| self.value(name)?.into_string().ok().filter(|region| !region.is_empty());
        REGION.iter().copied().find_map(value).unwrap_or_else(|| Api::REGION.to_owned())
    }

    fn value(&self, name: &str) -> Option<OsString> {
        let given = self.given.get(name).cloned().flatten();
        let of_files = || self.of_files.get(name).map(OsString::from);
        let of_queues = || self.of_queues.get(name).map(OsString::from);
        given.map(OsString::from).or_else(|| std::env::var_os(name)).or_else(of_files).or_else(of_queues)
    }
}

/// The variables in a dotenv file.
fn values(file: &Utf8Path) -> Result<Vec<(String, String)>, Error> {
    let text = std::fs::read(file).map_err(|error| support::Error::io("read", file, error))?;
    // The byte order mark with which editors on Windows begin a file.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let pairs: Result<Vec<_>, _> = dotenvy::from_read_iter(text).collect();
    pairs.map_err(|error| {
        let line = match &error {
            dotenvy::Error::LineParse(line, _) => {
                let line = line.lines().next().unwrap_or_default();
                String::from_utf8_lossy(text).lines().position(|own| own.contains(line.trim()))
            }
            _ => None,
        };
        let line = line.map(|line| line + 1);
        Error::EnvFile {
            path: file.to_owned(),
            line: line.map_or_else(String::new, |line| format!(" in line {line}")),
        }
    })
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
    fn the_variable_of_a_local_queue_leads_to_the_gateway_unless_it_has_a_value() {
        use routegen_spec::{ConsumerSpec, Manifest, QueueSource};
        let env = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect();
        let consumer = |name: &str, queue: &str, fifo| {
            let mut source = QueueSource::new(queue.parse().unwrap());
            source.fifo = fifo;
            let mut spec = ConsumerSpec::new(name.parse().unwrap(), EventSource::Queue(source));
            spec.entry = name.to_owned();
            spec
        };
        let routes = vec![
            with(route("sends", "/sends"), |spec| {
                spec.env = env(&["ROUTEGEN_TEST_QUEUE", "ROUTEGEN_TEST_FIFO"]);
            }),
            with(route("other", "/other"), |spec| spec.env = env(&["ROUTEGEN_TEST_NOTHING"])),
        ];
        let consumers =
            vec![consumer("a", "routegen_test_queue", false), consumer("b", "routegen_test_fifo", true)];
        let manifest = Manifest::new("0.0.0", routes, Vec::new()).with_consumers(consumers);
        let config = crate::project::config::Config::default();
        let checked = crate::check::check("/".into(), "items", &manifest, &config).unwrap().manifest;
        let function = |name: &str| checked.functions.iter().find(|function| function.name == name).unwrap();
        let found = |words: &[&str], name: &str| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let variables = Variables::new(&words).with_queues(&checked, "http://127.0.0.1:9");
            let mut found = variables.of([function(name)]);
            found.retain(|name, _| !ALWAYS.contains(&name.as_str()));
            let pairs =
                found.into_iter().map(|(name, value)| format!("{name}={}", value.into_string().unwrap()));
            (pairs.collect::<Vec<_>>(), variables.missing([function(name)]).len())
        };
        let url = "http://127.0.0.1:9/_routegen/sqs";
        let fifo = format!("ROUTEGEN_TEST_FIFO={url}/000000000000/routegen_test_fifo.fifo");
        let queue = format!("ROUTEGEN_TEST_QUEUE={url}/000000000000/routegen_test_queue");
        let endpoint = format!("AWS_ENDPOINT_URL_SQS={url}");
        let (key, secret) = ("AWS_ACCESS_KEY_ID=local".to_owned(), "AWS_SECRET_ACCESS_KEY=local".to_owned());
        assert_eq!(
            found(&[], "sends"),
            (vec![key.clone(), endpoint.clone(), secret.clone(), fifo.clone(), queue.clone()], 0)
        );
        // A queue elsewhere gets no local value; and a profile counts as credentials.
        let elsewhere = "ROUTEGEN_TEST_QUEUE=https://sqs.test/1/q";
        let expected = vec![endpoint, "AWS_PROFILE=p".to_owned(), fifo, elsewhere.to_owned()];
        assert_eq!(found(&[elsewhere, "AWS_PROFILE=p"], "sends"), (expected, 0));
        let own = "AWS_ENDPOINT_URL_SQS=http://127.0.0.1:4566";
        assert!(found(&[own], "sends").0.contains(&own.to_owned()), "what the user says stands above it");
        assert_eq!(found(&[], "other"), (Vec::new(), 1), "one that sends nowhere has nothing of it");
    }

    #[test]
    fn a_file_gives_values_for_what_is_asked_for_and_no_message_says_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| Utf8PathBuf::from_path_buf(folder.path().join(name)).unwrap();
        let written = |name: &str, text: &str| {
            std::fs::write(path(name), text).unwrap();
            path(name)
        };
        let one = written(
            "one",
            "\u{feff}# a comment\nROUTEGEN_TEST_KEY='a secret # and more'\nexport ROUTEGEN_TEST_OTHER=\"two\\nlines\"\nPATH=/nowhere\n",
        );
        let two = written("two", "ROUTEGEN_TEST_OTHER=three\nROUTEGEN_TEST_SAID=of_the_file\n");
        let words = ["ROUTEGEN_TEST_SAID=said".to_owned(), "ROUTEGEN_TEST_KEY".to_owned()];
        let variables = Variables::read(&words, &[one.clone(), two]).unwrap();
        let value = |name: &str| variables.value(name).map(|value| value.into_string().unwrap());
        assert_eq!(value("ROUTEGEN_TEST_KEY").as_deref(), Some("a secret # and more"));
        assert_eq!(value("ROUTEGEN_TEST_OTHER").as_deref(), Some("three"));
        assert_eq!(value("ROUTEGEN_TEST_SAID").as_deref(), Some("said"), "the command line stands above it");
        assert_ne!(value("PATH").as_deref(), Some("/nowhere"), "and so does the environment");
        // A variable that no function declares is not passed on.
        let given = variables.of([]);
        assert!(given.contains_key("ROUTEGEN_TEST_KEY") && !given.contains_key("ROUTEGEN_TEST_OTHER"));

        for line in ["KEY 'hunter2", "KEY='hunter2", "KEY=hunter2 and more"] {
            let broken = written("broken", &format!("A=1\n{line}\n"));
            let error = Variables::read(&[], &[broken]).map(drop).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("line 2") && !shown.contains("hunter2"), "{line}: {shown}");
        }
        assert!(Variables::read(&[], &[path("missing")]).is_err());
    }

    #[test]
    fn a_region_that_is_said_stands_above_another_variable() {
        let region = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            Variables::new(&words).region()
        };
        // They take precedence over this test's own environment.
        assert_eq!(region(&["AWS_REGION=eu-central-1"]), "eu-central-1");
        assert_eq!(region(&["AWS_DEFAULT_REGION=eu-west-1", "AWS_REGION=eu-central-1"]), "eu-central-1");
        assert_eq!(region(&["AWS_REGION=", "AWS_DEFAULT_REGION=eu-west-1"]), "eu-west-1");
        assert_eq!(region(&["AWS_REGION=", "AWS_DEFAULT_REGION="]), "us-east-1");
    }
}

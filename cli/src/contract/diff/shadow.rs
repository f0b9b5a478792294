//! New routes that take requests from others.
//!
//! In: the routes before and after. Out: for each new one, the routes that took some of its requests before.
//! API Gateway's own selection decides which route takes a request; it is tried with requests that match both
//! a new route and an old one.

use std::collections::{BTreeMap, BTreeSet};

use routegen_apigw::routing::{RequestPath, Trie};
use routegen_spec::{Method, PathPattern, Segment};

use super::api::{Key, Operation};

/// The routes of a document, as API Gateway selects them.
pub(super) struct Routes<'o, 'a> {
    trie: Trie,
    operations: Vec<&'o Operation<'a>>,
}

/// A parameter value that equals no literal.
const ANY: &str = "0-any-0";

/// A method that no route names, so that only `ANY` accepts it.
const OTHER: &str = "PROPFIND";

impl<'o, 'a> Routes<'o, 'a> {
    pub(super) fn new(operations: impl Iterator<Item = &'o Operation<'a>>) -> Self {
        let mut routes = Self { trie: Trie::default(), operations: Vec::new() };
        for operation in operations {
            let Some(pattern) = operation.pattern() else { continue };
            let index = routes.operations.len();
            // The same path twice is a mistake that is reported elsewhere.
            let own = operation.key.method.parse::<Method>();
            let methods = own.into_iter().chain(operation.is_any().then_some(Method::Any));
            for method in methods {
                let _ = routes.trie.insert(method, &pattern, index);
            }
            routes.operations.push(operation);
        }
        routes
    }

    fn select(&self, method: &str, path: &str) -> Option<&'o Operation<'a>> {
        let path = RequestPath::parse(path).ok()?;
        self.trie.select(method, &path).map(|index| self.operations[index])
    }

    /// The operations whose requests a new one in `after` takes.
    pub(super) fn taken_by(&self, new: &Operation<'_>, after: &Routes<'_, '_>) -> Vec<&'o Operation<'a>> {
        let mut taken: BTreeMap<Key, &Operation<'_>> = BTreeMap::new();
        if new.is_default() {
            return Vec::new();
        }
        let Some(pattern) = new.pattern() else { return Vec::new() };
        let mut paths: BTreeSet<String> = [common(&pattern, &pattern)].into_iter().flatten().collect();
        paths.extend(self.operations.iter().filter_map(|old| common(&pattern, &old.pattern()?)));
        let mut methods = vec![new.key.method.as_str()];
        methods.extend(new.is_any().then_some(OTHER));
        for path in paths {
            for method in &methods {
                let is_new = after.select(method, &path).is_some_and(|route| route.key == new.key);
                if let (true, Some(old)) = (is_new, self.select(method, &path)) {
                    taken.insert(old.key.clone(), old);
                }
            }
        }
        taken.into_values().collect()
    }
}

/// A path that matches both patterns, if there is one. Parameters get a value that equals no literal.
fn common(one: &PathPattern, other: &PathPattern) -> Option<String> {
    if one.is_default() || other.is_default() {
        return None;
    }
    let (mut one, mut other) = (one.segments(), other.segments());
    let mut path = String::new();
    loop {
        let segment = match (one.first(), other.first()) {
            (None, None) => break,
            (Some(Segment::Greedy(_)), Some(_)) => {
                path += &rest(other);
                break;
            }
            (Some(_), Some(Segment::Greedy(_))) => {
                path += &rest(one);
                break;
            }
            (Some(Segment::Literal(one)), Some(Segment::Literal(other))) if one != other => return None,
            (Some(Segment::Literal(text)), Some(_)) | (Some(_), Some(Segment::Literal(text))) => {
                text.as_str()
            }
            (Some(_), Some(_)) => ANY,
            _ => return None,
        };
        path += "/";
        path += segment;
        (one, other) = (&one[1..], &other[1..]);
    }
    Some(if path.is_empty() { "/".to_owned() } else { path })
}

fn rest(segments: &[Segment]) -> String {
    let text = |path: String, segment: &Segment| match segment {
        Segment::Literal(text) => path + "/" + text,
        Segment::Param(_) => path + "/" + ANY,
        // Two segments, because a single one could match a parameter.
        Segment::Greedy(_) => path + "/" + ANY + "/" + ANY,
    };
    segments.iter().fold(String::new(), text)
}

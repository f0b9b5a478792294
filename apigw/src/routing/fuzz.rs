//! A property that holds for any routes and any request, for property tests and the fuzz target
//! `selection`.
//!
//! In: lines of text, first a request's method and target, then route keys. It panics if the trie and the
//! rules, applied one by one, disagree.

use std::cmp::Reverse;

use routegen_spec::{Method, PathPattern, Segment};

use super::{Conflict, NotAPath, RequestPath, Trie};

type Route = (Method, PathPattern);

/// Selects a route in both ways. Lines that are not route keys are ignored.
///
/// # Panics
///
/// If the two ways disagree.
pub fn selection(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut lines = text.lines();
    let Some((method, target)) = lines.next().and_then(|line| line.split_once(' ')) else { return };
    let (mut trie, mut routes) = (Trie::default(), Vec::new());
    for route in lines.filter_map(route_of) {
        let outcome = trie.insert(route.0, &route.1, routes.len());
        let first = routes.iter().position(|known| is_same(known, &route));
        assert_eq!(outcome, first.map_or(Ok(()), |first| Err(Conflict { first })), "{}", route.1);
        if first.is_none() {
            routes.push(route);
        }
    }
    let expected = segments(target).map(|segments| by_the_rules(&routes, method, &segments));
    let path = match RequestPath::parse(target) {
        Ok(path) => path,
        Err(NotAPath) => return assert_eq!(expected, None, "{target}"),
    };
    let selected = trie.select(method, &path).map(|index| {
        let parameters = path.parameters(&routes[index].1);
        (index, parameters.map(|(name, value)| (name.to_owned(), value.into_owned())).collect())
    });
    assert_eq!(Some(selected), expected, "{method} {target}");
}

fn route_of(line: &str) -> Option<Route> {
    let (method, path) = line.split_once(' ').unwrap_or(("ANY", line));
    Some((method.parse().ok()?, path.parse().ok()?))
}

fn is_same(one: &Route, other: &Route) -> bool {
    one.1.identity() == other.1.identity() && (one.0 == other.0 || one.1.is_default())
}

/// The decoded segments of a target, if it is a path.
fn segments(target: &str) -> Option<Vec<String>> {
    let inner = target.strip_prefix('/')?;
    let parts = inner.split('/').filter(|_| !inner.is_empty());
    parts.map(|part| String::from_utf8(decoded(part.as_bytes())).ok()).collect()
}

fn decoded(part: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match part {
        [] => Vec::new(),
        [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            let byte = digit(*high).zip(digit(*low)).map(|(high, low)| high * 16 + low);
            byte.into_iter().chain(decoded(rest)).collect()
        }
        [byte, rest @ ..] => [*byte].into_iter().chain(decoded(rest)).collect(),
    }
}

type Selected = (usize, Vec<(String, String)>);

/// The matching route that takes precedence over the others.
fn by_the_rules(routes: &[Route], method: &str, segments: &[String]) -> Option<Selected> {
    let candidates = routes.iter().enumerate().filter_map(|(index, (known, pattern))| {
        let takes = *known == Method::Any || known.as_str() == method || pattern.is_default();
        let parameters = takes.then(|| parameters(pattern, segments)).flatten()?;
        Some((rank(*known, pattern), (index, parameters)))
    });
    candidates.min_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, selected)| selected)
}

/// Whole paths come before greedy ones, and greedy ones before `$default`; long prefixes come before short
/// ones, and from the left, literals before parameters. For the same path, a specific method comes before
/// `ANY`.
fn rank(method: Method, pattern: &PathPattern) -> impl Ord + use<> {
    let kind = |segment: &Segment| match segment {
        Segment::Literal(_) => 0,
        Segment::Param(_) => 1,
        Segment::Greedy(_) => 2,
    };
    let kinds: Vec<u8> = pattern.segments().iter().map(kind).collect();
    let greedy = kinds.contains(&2);
    let prefix = Reverse(if greedy { kinds.len() } else { 0 });
    (pattern.is_default(), greedy, prefix, kinds, method == Method::Any)
}

/// The values in a request's path for a route's parameters, or `None` if the route does not match.
fn parameters(pattern: &PathPattern, segments: &[String]) -> Option<Vec<(String, String)>> {
    if pattern.is_default() {
        return Some(Vec::new());
    }
    let mut parts = segments.iter();
    let mut parameters = Vec::new();
    for segment in pattern.segments() {
        let part = parts.next()?;
        let (name, value) = match segment {
            Segment::Literal(text) if text == part => continue,
            Segment::Literal(_) => return None,
            Segment::Param(name) => (name, part.clone()),
            Segment::Greedy(name) => {
                let rest: Vec<&str> =
                    std::iter::once(part).chain(parts.by_ref()).map(AsRef::as_ref).collect();
                (name, rest.join("/"))
            }
        };
        if value.is_empty() {
            return None;
        }
        parameters.push((name.clone(), value));
    }
    parts.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn route_key() -> impl Strategy<Value = String> {
        let segments = prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("{}")], 0..4);
        let path = (segments, any::<bool>()).prop_map(|(segments, greedy)| {
            let named = segments.iter().enumerate();
            let named =
                named.map(|(at, segment)| format!("/{}", segment.replace("{}", &format!("{{p{at}}}"))));
            named.collect::<Vec<_>>().concat()
                + if greedy {
                    "/{rest+}"
                } else if segments.is_empty() {
                    "/"
                } else {
                    ""
                }
        });
        let method = prop_oneof![Just("GET "), Just("POST "), Just("ANY ")];
        prop_oneof![
            9 => (method, path).prop_map(|(method, path)| method.to_owned() + &path),
            1 => Just(PathPattern::DEFAULT.to_owned()),
        ]
    }

    #[test]
    fn the_seeds_hold() {
        let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/selection");
        let seeds: Vec<_> = std::fs::read_dir(seeds).unwrap().map(|seed| seed.unwrap().path()).collect();
        assert!(!seeds.is_empty());
        for seed in seeds {
            println!("{}", seed.display());
            selection(&std::fs::read(seed).unwrap());
        }
    }

    proptest! {
        #[test]
        fn the_trie_selects_as_the_rules_do(
            request in "(GET|POST|PUT|ANY) (/([abc]|%61|%2F|%ff)?){0,5}",
            routes in prop::collection::vec(route_key(), 0..12),
        ) {
            selection(format!("{request}\n{}", routes.join("\n")).as_bytes());
        }

        #[test]
        fn any_bytes_are_selected_by_as_the_rules_do(input in prop::collection::vec(any::<u8>(), 0..80)) {
            selection(&input);
        }
    }
}

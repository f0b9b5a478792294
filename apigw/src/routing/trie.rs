//! Selects a route in one walk over the path.
//!
//! 1. A route whose path matches completely, with the request's method or `ANY`.
//! 2. One that ends in a greedy parameter; the one with the longest prefix.
//! 3. `$default`.
//!
//! Among several, segment by segment from the left, a literal comes before a parameter; for the same path
//! the request's own method comes before `ANY` (both reported, not documented). A parameter contains at
//! least one character.

use std::collections::HashMap;

use routegen_spec::{Method, PathPattern, Segment};

use super::RequestPath;

/// The routes of an API, identified by their indices.
#[derive(Debug, Default)]
pub struct Trie {
    root: Node,
    default: Option<usize>,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    param: Option<Box<Node>>,
    /// Routes that end here.
    here: Methods,
    /// Routes that end in a greedy parameter after this node.
    greedy: Methods,
}

/// Two routes that API Gateway cannot distinguish.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Conflict {
    /// The index of the route that was added first.
    pub first: usize,
}

impl Trie {
    /// Adds the route with this index, unless it conflicts with another.
    pub fn insert(&mut self, method: Method, path: &PathPattern, index: usize) -> Result<(), Conflict> {
        if path.is_default() {
            let first = *self.default.get_or_insert(index);
            return if first == index { Ok(()) } else { Err(Conflict { first }) };
        }
        let mut node = &mut self.root;
        for segment in path.segments() {
            node = match segment {
                Segment::Literal(text) => node.literals.entry(text.clone()).or_default(),
                Segment::Param(_) => node.param.get_or_insert_default(),
                Segment::Greedy(_) => return node.greedy.insert(method, index),
            };
        }
        node.here.insert(method, index)
    }

    /// The index of the route that matches a request.
    pub fn select(&self, method: &str, path: &RequestPath<'_>) -> Option<usize> {
        let segments = path.segments();
        let full = self.root.full(method, segments);
        full.or_else(|| {
            let mut best = None;
            self.root.longest_greedy(method, segments, 0, &mut best);
            best.map(|(_, index)| index)
        })
        .or(self.default)
    }
}

impl Node {
    /// Each node is reached in one way only, so this visits every node at most once.
    fn full(&self, method: &str, segments: &[impl AsRef<str>]) -> Option<usize> {
        let Some((first, rest)) = segments.split_first() else {
            return self.here.select(method);
        };
        let first = first.as_ref();
        let literal = self.literals.get(first).and_then(|node| node.full(method, rest));
        literal.or_else(|| {
            let node = self.param.as_ref().filter(|_| !first.is_empty())?;
            node.full(method, rest)
        })
    }

    fn longest_greedy(
        &self,
        method: &str,
        segments: &[impl AsRef<str>],
        depth: usize,
        best: &mut Option<(usize, usize)>,
    ) {
        let Some((first, rest)) = segments.split_first() else { return };
        let first = first.as_ref();
        let something = !rest.is_empty() || !first.is_empty();
        if let Some(index) = self.greedy.select(method).filter(|_| something)
            && best.is_none_or(|(longest, _)| depth > longest)
        {
            *best = Some((depth, index));
        }
        if let Some(node) = self.literals.get(first) {
            node.longest_greedy(method, rest, depth + 1, best);
        }
        if let Some(node) = self.param.as_ref().filter(|_| !first.is_empty()) {
            node.longest_greedy(method, rest, depth + 1, best);
        }
    }
}

/// The routes of one path, by method. They are few, so this is a list.
#[derive(Debug, Default)]
struct Methods(Vec<(Method, usize)>);

impl Methods {
    fn insert(&mut self, method: Method, index: usize) -> Result<(), Conflict> {
        if let Some((_, first)) = self.0.iter().find(|(known, _)| *known == method) {
            return Err(Conflict { first: *first });
        }
        self.0.push((method, index));
        Ok(())
    }

    fn select(&self, method: &str) -> Option<usize> {
        let find = |wanted: &str| self.0.iter().find(|(known, _)| known.as_str() == wanted);
        // `ANY` is API Gateway's word; as a request's method, it does not select a route of its own.
        let own = if method == Method::Any.as_str() { None } else { find(method) };
        own.or_else(|| find(Method::Any.as_str())).map(|(_, index)| *index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trie(routes: &[&str]) -> Trie {
        let mut trie = Trie::default();
        for (index, route) in routes.iter().enumerate() {
            let (method, path) = route.split_once(' ').unwrap_or(("ANY", route));
            trie.insert(method.parse().unwrap(), &path.parse().unwrap(), index).unwrap();
        }
        trie
    }

    fn selected<'a>(routes: &[&'a str], method: &str, path: &str) -> Option<&'a str> {
        let index = trie(routes).select(method, &RequestPath::parse(path).unwrap());
        index.map(|index| routes[index])
    }

    /// The table of AWS's documentation, with its routes.
    #[test]
    fn the_examples_of_the_documentation_are_selected() {
        let routes =
            ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"];
        for (method, path, expected) in [
            ("GET", "/pets/dog/1", "GET /pets/dog/1"),
            ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
            ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
            ("POST", "/test/5", "ANY /{proxy+}"),
            ("POST", "/", "$default"),
        ] {
            assert_eq!(selected(&routes, method, path), Some(expected), "{method} {path}");
        }
    }

    #[test]
    fn another_method_or_a_slash_too_many_is_another_path() {
        let routes = ["GET /items", "ANY /items/{id}", "GET /items/{id}"];
        assert_eq!(selected(&routes, "POST", "/items"), None);
        assert_eq!(selected(&routes, "GET", "/items/"), None);
        assert_eq!(selected(&routes, "GET", "/items/7"), Some("GET /items/{id}"));
        assert_eq!(selected(&routes, "TRACE", "/items/7"), Some("ANY /items/{id}"));
        assert_eq!(selected(&routes, "GET", "/items/7/8"), None);
        assert_eq!(selected(&["GET /items"], "ANY", "/items"), None);
    }

    #[test]
    fn routes_that_differ_in_the_names_of_parameters_are_one() {
        let mut trie = trie(&["GET /pets/{id}", "$default"]);
        let insert = |trie: &mut Trie, path: &str| trie.insert(Method::Get, &path.parse().unwrap(), 9);
        assert_eq!(insert(&mut trie, "/pets/{petId}"), Err(Conflict { first: 0 }));
        assert_eq!(insert(&mut trie, "$default"), Err(Conflict { first: 1 }));
        assert_eq!(insert(&mut trie, "/pets/{id+}"), Ok(()));
    }
}

//! Which route takes a request.
//!
//! In: registered routes, the method and the path of a request. Out: the route by API Gateway's rules ([routing]), and
//! the parameters in the path. It has no 405: a path with other methods only is not found.
//!
//! [routing]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html

use std::{borrow::Cow, cmp::Reverse};

use percent_encoding::percent_decode_str;
use routegen_spec::{Method, PathPattern, Segment};

use crate::registry::Registration;

/// Routes, those first that go before others.
#[derive(Debug)]
pub(crate) struct Table(Vec<Row>);

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) registration: &'static Registration,
    method: Method,
    path: PathPattern,
}

/// A route that takes a request.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) row: &'a Row,
    /// The parameters in the path, percent-decoded.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Table {
    /// A route that no attribute could have registered is left out.
    pub(crate) fn new(registrations: impl Iterator<Item = &'static Registration>) -> Self {
        let mut rows: Vec<Row> = registrations.filter_map(Row::new).collect();
        rows.sort_by_cached_key(Row::rank);
        Self(rows)
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.0
    }

    /// The route that takes a request with this path, which is percent-encoded.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let segments = segments(path)?;
        self.0.iter().find_map(|row| {
            let takes = row.method == Method::Any || row.method.as_str() == method;
            let parameters = takes.then(|| parameters(&row.path, &segments)).flatten()?;
            Some(Found { row, parameters })
        })
    }
}

impl Row {
    fn new(registration: &'static Registration) -> Option<Self> {
        Some(Self {
            registration,
            method: registration.method.parse().ok()?,
            path: registration.path.parse().ok()?,
        })
    }

    /// API Gateway's name of the route.
    pub(crate) fn key(&self) -> String {
        routegen_spec::RouteKey::new(self.method, &self.path).to_string()
    }

    /// Whole paths stand before greedy ones and these before `$default`, long prefixes before short ones, and from the left
    /// literals before parameters. At one path, a method of its own goes before `ANY`.
    fn rank(&self) -> impl Ord + use<> {
        let kinds: Vec<u8> = self
            .path
            .segments()
            .iter()
            .map(|segment| match segment {
                Segment::Literal(_) => 0,
                Segment::Param(_) => 1,
                Segment::Greedy(_) => 2,
            })
            .collect();
        let greedy = kinds.contains(&2);
        let prefix = Reverse(if greedy { kinds.len() } else { 0 });
        (self.path.is_default(), greedy, prefix, kinds, self.method == Method::Any)
    }
}

/// The segments of a path, decoded one by one: a `%2F` stays within its segment. What is no UTF-8 is no path: an event is JSON,
/// and could not hold it.
fn segments(path: &str) -> Option<Vec<Cow<'_, str>>> {
    let inner = path.strip_prefix('/')?;
    let parts = inner.split('/').filter(|_| !inner.is_empty());
    parts.map(|part| percent_decode_str(part).decode_utf8().ok()).collect()
}

/// The parameters that a request's path has by a route's, or `None` if it is another route's.
fn parameters(pattern: &PathPattern, segments: &[Cow<'_, str>]) -> Option<Vec<(String, String)>> {
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
            Segment::Param(name) => (name, part.to_string()),
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
    use super::*;

    /// A registration of a method and a path.
    fn registration(route: &'static str) -> &'static Registration {
        let (method, path) = route.split_once(' ').unwrap_or(("ANY", route));
        let any = inventory::iter::<Registration>().next().expect("the test has a route of its own");
        Box::leak(Box::new(Registration { method, path, ..*any }))
    }

    /// What takes a request of these routes: its key, and the parameters.
    fn found(routes: &[&'static str], method: &str, path: &str) -> Option<String> {
        let table = Table::new(routes.iter().copied().map(registration));
        let found = table.find(method, path)?;
        let parameters = found.parameters.iter().map(|(name, value)| format!(" {name}={value}"));
        Some(found.row.key() + &parameters.collect::<String>())
    }

    /// The route whose registration the tests change.
    #[crate::route(GET, "/", auth = "none", crate = crate)]
    async fn own() {}

    #[test]
    fn parameters_are_those_of_the_path_and_percent_decoded() {
        let shown = |pattern, path| found(&[pattern], "GET", path);
        assert_eq!(shown("GET /{id}", "/a%FFb"), None);
        assert_eq!(shown("GET /", "/").unwrap(), "GET /");
        assert_eq!(shown("GET /a/{b}/c", "/a/x%20y/c").unwrap(), "GET /a/{b}/c b=x y");
        assert_eq!(shown("GET /a/{b}/{c+}", "/a/x%2Fw/y/z").unwrap(), "GET /a/{b}/{c+} b=x/w c=y/z");
        assert_eq!(shown("GET /a-b", "/%61-b").unwrap(), "GET /a-b");
        assert_eq!(shown("$default", "/any/thing").unwrap(), "$default");
        for (pattern, path) in [
            ("GET /", "/a"),
            ("GET /a", "/b"),
            ("GET /a", "/a/b"),
            ("GET /a", "/a/"),
            ("GET /a/{b}", "/a"),
            ("GET /a/{b}", "/a/"),
            ("GET /a/{b}", "/a/b/"),
            ("GET /a/{b}", "/a/b/c"),
            ("GET /a/{b+}", "/a"),
            ("GET /a/{b+}", "/a/"),
            ("GET /a", "a"),
            ("POST /a", "/a"),
        ] {
            assert_eq!(shown(pattern, path), None, "{pattern} {path}");
        }
    }

    #[test]
    fn the_route_is_the_one_that_api_gateway_selects() {
        // The table of AWS's documentation, with its routes.
        let routes =
            ["$default", "ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1"];
        for (method, path, expected) in [
            ("GET", "/pets/dog/1", "GET /pets/dog/1"),
            ("GET", "/pets/dog/2", "GET /pets/dog/{id} id=2"),
            ("GET", "/pets/cat/1", "GET /pets/{proxy+} proxy=cat/1"),
            ("POST", "/test/5", "ANY /{proxy+} proxy=test/5"),
            ("POST", "/", "$default"),
        ] {
            assert_eq!(found(&routes, method, path).as_deref(), Some(expected), "{method} {path}");
        }
        let routes = ["ANY /a/{b}", "GET /a/{c}", "GET /{a}/x", "POST /a/x"];
        assert_eq!(found(&routes, "GET", "/a/x").as_deref(), Some("GET /a/{c} c=x"));
        assert_eq!(found(&routes, "PUT", "/a/x").as_deref(), Some("ANY /a/{b} b=x"));
        assert_eq!(found(&routes, "POST", "/a/x").as_deref(), Some("POST /a/x"));
        assert_eq!(found(&routes, "PUT", "/b/x"), None);
    }
}

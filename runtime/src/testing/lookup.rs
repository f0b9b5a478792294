//! Which route a test means.
//!
//! In: the handler's path as the compiler names its type, the method and the path of the request. Out: the route's entry
//! and the parameters in the path. The handler's name leads to its routes through the registry, whose entries have it.

use axum::http::Method;
use percent_encoding::percent_decode_str;
use routegen_spec::{PathPattern, Segment};

use crate::{registry::Registration, route::Route};

/// A route that takes the request.
pub(super) struct Found {
    pub(super) route: Route,
    /// The parameters in the path, percent-decoded.
    pub(super) parameters: Vec<(String, String)>,
}

pub(super) fn find(handler: &str, method: &Method, path: &str) -> Found {
    let handler = plain(handler);
    let routes: Vec<&Registration> =
        inventory::iter::<Registration>().filter(|route| plain(route.handler) == handler).collect();
    assert!(
        !routes.is_empty(),
        "`{handler}` is no route: pass the function itself, which has `#[route]` and stands in a module, not in a function"
    );
    // A method of its own goes before `ANY`, as in API Gateway.
    let mut fits = routes.iter().filter_map(|route| {
        let exact = route.method == method.as_str();
        let parameters = (exact || route.method == "ANY").then(|| parameters(route.path, path)).flatten()?;
        Some((exact, Found { route: route.route?(), parameters }))
    });
    let keys = || {
        routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect::<Vec<_>>().join("`, `")
    };
    let found = fits.by_ref().reduce(|best, next| if next.0 && !best.0 { next } else { best });
    match found {
        Some((_, found)) => found,
        None => panic!("`{handler}` takes no `{method} {path}`, but `{}`", keys()),
    }
}

/// A function's path without the `r#` of its names.
fn plain(path: &str) -> String {
    path.replace("r#", "")
}

/// The parameters that a request's path has by a route's, or `None` if it is another route's.
fn parameters(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let pattern: PathPattern = pattern.parse().ok()?;
    if pattern.is_default() {
        return Some(Vec::new());
    }
    let mut parts = path.strip_prefix('/')?.split('/').filter(|_| path != "/");
    let mut parameters = Vec::new();
    for segment in pattern.segments() {
        let part = parts.next().filter(|part| !part.is_empty())?;
        let (name, value) = match segment {
            Segment::Literal(text) if text == part => continue,
            Segment::Literal(_) => return None,
            Segment::Param(name) => (name, part.to_owned()),
            Segment::Greedy(name) => {
                (name, std::iter::once(part).chain(parts.by_ref()).collect::<Vec<_>>().join("/"))
            }
        };
        parameters.push((name.clone(), percent_decode_str(&value).decode_utf8_lossy().into_owned()));
    }
    parts.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_the_path_and_percent_decoded() {
        let shown = |pattern, path| {
            parameters(pattern, path)
                .map(|pairs| pairs.iter().map(|(name, value)| format!("{name}={value}")).collect())
        };
        let some = |pairs: &[&str]| Some(pairs.iter().map(ToString::to_string).collect::<Vec<String>>());
        assert_eq!(shown("/", "/"), some(&[]));
        assert_eq!(shown("/a/{b}/c", "/a/x%20y/c"), some(&["b=x y"]));
        assert_eq!(shown("/a/{b}/{c+}", "/a/x/y/z%2F"), some(&["b=x", "c=y/z/"]));
        assert_eq!(shown("$default", "/any/thing"), some(&[]));
        for (pattern, path) in [
            ("/", "/a"),
            ("/a", "/b"),
            ("/a", "/a/b"),
            ("/a/{b}", "/a"),
            ("/a/{b}", "/a/"),
            ("/a/{b}", "/a/b/"),
            ("/a/{b}", "/a/b/c"),
            ("/a/{b+}", "/a"),
            ("/a", "a"),
        ] {
            assert_eq!(shown(pattern, path), None, "{pattern} {path}");
        }
    }
}

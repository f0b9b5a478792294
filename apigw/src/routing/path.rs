//! The decoded path of a request.
//!
//! It is split before it is decoded, so that a `%2F` stays within the value of its parameter. A target that
//! does not begin with `/` is refused, as in `OPTIONS *` and `CONNECT`, and so are bytes that are not
//! UTF-8: an event is JSON and could not contain them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use routegen_spec::{PathPattern, Segment};

/// The segments of a request's path, from left to right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RequestPath<'a> {
    segments: Vec<Cow<'a, str>>,
}

/// The target of a request that no route can match: it does not begin with `/`, or it does not decode to
/// text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the request's target is not a path of UTF-8 text")]
pub struct NotAPath;

impl<'a> RequestPath<'a> {
    /// Parses a path of a request line, without the query.
    pub fn parse(path: &'a str) -> Result<Self, NotAPath> {
        let inner = path.strip_prefix('/').ok_or(NotAPath)?;
        if inner.is_empty() {
            return Ok(Self { segments: Vec::new() });
        }
        let decode = |segment| percent_decode_str(segment).decode_utf8().map_err(|_| NotAPath);
        Ok(Self { segments: inner.split('/').map(decode).collect::<Result<_, _>>()? })
    }

    /// Removes the stage if it is the first segment; otherwise the result is `None`. `/stage` and `/stage/`
    /// both become `/`.
    #[must_use]
    pub fn strip_stage(mut self, stage: &str) -> Option<Self> {
        if self.segments.first()? != stage {
            return None;
        }
        self.segments.remove(0);
        if self.segments.len() == 1 && self.segments[0].is_empty() {
            self.segments.clear();
        }
        Some(self)
    }

    /// The parameters of a pattern with their values in this path, from left to right. A greedy one
    /// contains the rest of the path.
    pub fn parameters<'s>(
        &'s self,
        pattern: &'s PathPattern,
    ) -> impl Iterator<Item = (&'s str, Cow<'s, str>)> {
        pattern.segments().iter().enumerate().filter_map(|(at, segment)| match segment {
            Segment::Literal(_) => None,
            Segment::Param(name) => Some((name.as_str(), Cow::Borrowed(&**self.segments.get(at)?))),
            Segment::Greedy(name) => Some((name.as_str(), self.rest(at)?)),
        })
    }

    /// The same as owned strings.
    pub fn parameters_of(&self, pattern: &PathPattern) -> Vec<(String, String)> {
        let parameters = self.parameters(pattern);
        parameters.map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
    }

    pub(super) fn segments(&self) -> &[Cow<'a, str>] {
        &self.segments
    }

    fn rest(&self, from: usize) -> Option<Cow<'_, str>> {
        match self.segments.get(from..)? {
            [one] => Some(Cow::Borrowed(one)),
            more => Some(Cow::Owned(more.join("/"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_before_it_is_decoded() {
        let path = RequestPath::parse("/a%2Fb/c%20d/%C3%A4").unwrap();
        assert_eq!(path.segments(), ["a/b", "c d", "ä"]);
        let pattern = "/{first}/{rest+}".parse().unwrap();
        let parameters: Vec<_> = path.parameters(&pattern).collect();
        assert_eq!(parameters, [("first", "a/b".into()), ("rest", "c d/ä".into())]);
    }

    #[test]
    fn a_slash_at_the_end_is_a_segment_of_its_own() {
        assert_eq!(RequestPath::parse("/a/").unwrap().segments(), ["a", ""]);
        assert!(RequestPath::parse("/").unwrap().segments().is_empty());
    }

    #[test]
    fn what_is_no_path_or_no_text_is_refused() {
        for target in ["/a/%ff", "", "*", "a", "localhost:80"] {
            assert_eq!(RequestPath::parse(target), Err(NotAPath), "{target}");
        }
        assert_eq!(RequestPath::parse("/a/%zz").unwrap().segments(), ["a", "%zz"]);
    }

    #[test]
    fn a_stage_is_the_first_segment() {
        let stripped = |path| RequestPath::parse(path).unwrap().strip_stage("live");
        assert_eq!(stripped("/live/a").unwrap().segments(), ["a"]);
        assert!(stripped("/live").unwrap().segments().is_empty());
        assert!(stripped("/live/").unwrap().segments().is_empty());
        assert_eq!(stripped("/alive/a"), None);
        assert_eq!(stripped("/"), None);
    }

    #[test]
    fn a_path_that_is_not_the_patterns_has_the_parameters_that_it_has_places_for() {
        let path = RequestPath::parse("/a").unwrap();
        let parameters = |pattern: &str| path.parameters(&pattern.parse().unwrap()).count();
        assert_eq!(parameters("/{first}/{second}"), 1);
        assert_eq!(parameters("/a/b/{rest+}"), 0);
        assert_eq!(parameters("$default"), 0);
    }
}

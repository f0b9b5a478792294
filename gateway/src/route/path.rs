//! The path of a request, decoded.
//!
//! It is split before it is decoded, so that a `%2F` stays within the value of its parameter. Bytes that are no UTF-8 are
//! refused: an event is JSON, and could not hold them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The segments of a request's path, from left to right.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct RequestPath<'a> {
    segments: Vec<Cow<'a, str>>,
}

/// A path that decodes to no text.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct NotUtf8;

impl<'a> RequestPath<'a> {
    /// A path as the request line has it, without the query.
    pub(crate) fn parse(path: &'a str) -> Result<Self, NotUtf8> {
        let inner = path.strip_prefix('/').unwrap_or(path);
        if inner.is_empty() {
            return Ok(Self { segments: Vec::new() });
        }
        let decode = |segment| percent_decode_str(segment).decode_utf8().map_err(|_| NotUtf8);
        Ok(Self { segments: inner.split('/').map(decode).collect::<Result<_, _>>()? })
    }

    /// Takes the stage away, where it is the first segment. `/stage` and `/stage/` are the stage's `/`.
    pub(crate) fn strip_stage(mut self, stage: &str) -> Option<Self> {
        if self.segments.first()? != stage {
            return None;
        }
        self.segments.remove(0);
        if self.segments.len() == 1 && self.segments[0].is_empty() {
            self.segments.clear();
        }
        Some(self)
    }

    pub(crate) fn segments(&self) -> &[Cow<'a, str>] {
        &self.segments
    }

    /// What is left from a segment on, as a greedy parameter holds it.
    pub(crate) fn rest(&self, from: usize) -> Cow<'_, str> {
        match &self.segments[from..] {
            [one] => Cow::Borrowed(one),
            more => Cow::Owned(more.join("/")),
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
        assert_eq!(path.rest(1), "c d/ä");
    }

    #[test]
    fn a_slash_at_the_end_is_a_segment_of_its_own() {
        assert_eq!(RequestPath::parse("/a/").unwrap().segments(), ["a", ""]);
        assert!(RequestPath::parse("/").unwrap().segments().is_empty());
        assert!(RequestPath::parse("").unwrap().segments().is_empty());
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(RequestPath::parse("/a/%ff"), Err(NotUtf8));
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
}

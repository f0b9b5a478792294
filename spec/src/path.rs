//! The one grammar of a route's path, which the attribute, the checks and the gateway share.
//!
//! ```text
//! path    = "$default" | "/" | 1*( "/" segment ) [ "/" greedy ]
//! segment = literal | "{" name "}"
//! greedy  = "{" name "+}"
//! literal = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / ":" / "@" )
//! name    = 1*( ALPHA / DIGIT / "-" / "." / "_" )
//! ```
//!
//! A path that ends in `/` is refused: API Gateway refuses to create such a route (reported in
//! storacha/w3infra #166 and serverless-application-model #1949; not in AWS's documentation).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A path of a route, parsed and valid.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PathPattern {
    /// Empty for both `$default` and `/`; `text` distinguishes them.
    segments: Vec<Segment>,
    text: String,
}

/// A part of a [`PathPattern`] between two slashes. API Gateway has no other kinds, so a `match` on this
/// enum is complete.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Segment {
    /// Matches itself, byte for byte.
    Literal(String),
    /// `{name}`: matches one segment of a request's path.
    Param(String),
    /// `{name+}`: matches the rest of a request's path, at least one segment.
    Greedy(String),
}

impl PathPattern {
    /// The path of the route that takes every request that no other route matches.
    pub const DEFAULT: &str = "$default";

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is [`PathPattern::DEFAULT`].
    pub fn is_default(&self) -> bool {
        self.text == Self::DEFAULT
    }

    /// The segments from left to right; none for `/` and `$default`.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The names of the parameters from left to right, the greedy one included.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Param(name) | Segment::Greedy(name) => Some(name.as_str()),
        })
    }

    /// The path with a prefix, which has no parameters. `$default` applies to the whole API and stays
    /// unchanged.
    #[must_use]
    pub fn below(&self, prefix: &Self) -> Self {
        if self.is_default() {
            return self.clone();
        }
        let segments = [prefix.segments(), self.segments()].concat();
        let own = if self.segments.is_empty() { "" } else { &self.text };
        Self { segments, text: format!("{prefix}{own}") }
    }

    /// The path without the names of its parameters, which API Gateway ignores when it compares two routes:
    /// `/pets/{id}` and `/pets/{petId}` are one route.
    pub fn identity(&self) -> String {
        if self.segments.is_empty() {
            return self.text.clone();
        }
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => format!("/{text}"),
                Segment::Param(_) => "/{}".to_owned(),
                Segment::Greedy(_) => "/{+}".to_owned(),
            })
            .collect()
    }
}

impl FromStr for PathPattern {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let segments = match text {
            Self::DEFAULT | "/" => Vec::new(),
            "" => return Err(PathError::Empty),
            _ => parse_segments(text)?,
        };
        Ok(Self { segments, text: text.to_owned() })
    }
}

fn parse_segments(text: &str) -> Result<Vec<Segment>, PathError> {
    let inner = text.strip_prefix('/').ok_or_else(|| PathError::NoLeadingSlash { path: text.to_owned() })?;
    if inner.ends_with('/') {
        return Err(PathError::TrailingSlash { path: text.to_owned() });
    }
    let mut segments = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for part in inner.split('/') {
        if let Some(Segment::Greedy(name)) = segments.last() {
            return Err(PathError::GreedyNotLast { name: name.clone() });
        }
        let segment = parse_segment(part)?;
        if let Segment::Param(_) | Segment::Greedy(_) = segment {
            let name = part.trim_start_matches('{').trim_end_matches('}').trim_end_matches('+');
            if names.contains(&name) {
                return Err(PathError::DuplicateParameter { name: name.to_owned() });
            }
            names.push(name);
        }
        segments.push(segment);
    }
    Ok(segments)
}

fn parse_segment(part: &str) -> Result<Segment, PathError> {
    if part.is_empty() {
        return Err(PathError::EmptySegment);
    }
    if let Some(meant) = parameter_of_other_routers(part) {
        return Err(PathError::OtherSyntax { segment: part.to_owned(), meant });
    }
    if !part.contains(['{', '}']) {
        return match part.chars().find(|c| !is_literal(*c)) {
            None => Ok(Segment::Literal(part.to_owned())),
            Some(found) => Err(PathError::BadCharacter { found, segment: part.to_owned() }),
        };
    }
    let name = part
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|name| !name.contains(['{', '}']))
        .ok_or_else(|| PathError::PartialParameter { segment: part.to_owned() })?;
    let (name, greedy) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(PathError::BadParameterName { segment: part.to_owned() });
    }
    let name = name.to_owned();
    Ok(if greedy { Segment::Greedy(name) } else { Segment::Param(name) })
}

/// The equivalent of other routers' `:name`, `*rest`, `{*rest}`, `{rest...}`, `<name>` and `<rest..>`.
fn parameter_of_other_routers(part: &str) -> Option<String> {
    let one = part.strip_prefix(':').or_else(|| part.strip_prefix('<')?.strip_suffix('>'));
    let inner = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let rest =
        part.strip_prefix('*').or_else(|| inner?.strip_prefix('*')).or_else(|| inner?.strip_suffix("..."));
    let rest = rest.or_else(|| one?.strip_suffix("..")).or_else(|| one?.strip_suffix('*'));
    // If the name is invalid too, a placeholder replaces it: the form is corrected first.
    let named = |name: &str, otherwise: &'static str| match name {
        name if !name.is_empty() && name.chars().all(is_name) => name.to_owned(),
        _ => otherwise.to_owned(),
    };
    match (rest, one) {
        (Some(rest), _) => Some(format!("{{{}+}}", named(rest, "rest"))),
        (None, Some(one)) => Some(format!("{{{}}}", named(one, "name"))),
        (None, None) => None,
    }
}

fn is_literal(c: char) -> bool {
    is_name(c) || matches!(c, '~' | ':' | '@')
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<PathPattern> for String {
    fn from(path: PathPattern) -> Self {
        path.text
    }
}

impl TryFrom<String> for PathPattern {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Why a text is not a [`PathPattern`]. The message names the segment, because on stable Rust an error cannot
/// point into a string literal.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields hold the offending text, the messages explain the rest")]
pub enum PathError {
    #[error("the path is empty")]
    Empty,
    #[error("the path `{path}` does not begin with `/`")]
    NoLeadingSlash { path: String },
    #[error("the path `{path}` ends in `/`")]
    TrailingSlash { path: String },
    #[error("the path has an empty segment (`//`)")]
    EmptySegment,
    #[error("`{segment}` is how other routers write a parameter")]
    OtherSyntax { segment: String, meant: String },
    #[error("the segment `{segment}` contains {found:?}, which is not allowed in a path")]
    BadCharacter { found: char, segment: String },
    #[error("the segment `{segment}` mixes a parameter with literal text")]
    PartialParameter { segment: String },
    #[error("`{segment}` is not a parameter")]
    BadParameterName { segment: String },
    #[error("the parameter `{{{name}+}}` is not the last segment")]
    GreedyNotLast { name: String },
    #[error("the parameter `{name}` is duplicated in the path")]
    DuplicateParameter { name: String },
}

impl PathError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Empty => "write `/` for the root".to_owned(),
            Self::NoLeadingSlash { path } => format!("write `/{path}`"),
            Self::TrailingSlash { path } => {
                let path = match path.trim_end_matches('/') {
                    "" => "/",
                    path => path,
                };
                format!("write `{path}`: API Gateway refuses a route that ends in `/`")
            }
            Self::EmptySegment => "write one `/` between two segments".to_owned(),
            Self::OtherSyntax { meant, .. } => format!("write `{meant}`"),
            Self::BadCharacter { .. } => {
                "a literal segment consists of letters, digits and `-._~:@`; other characters belong in a parameter, \
                 which arrives percent-decoded"
                    .to_owned()
            }
            Self::PartialParameter { .. } => {
                "a parameter is a whole segment: `/{name}`, or `/{name+}` for the rest of the path".to_owned()
            }
            Self::BadParameterName { .. } => {
                "write `{name}` or `{name+}`; a name consists of letters, digits and `-._`".to_owned()
            }
            Self::GreedyNotLast { name } => {
                format!("end the path after `{{{name}+}}`, or write `{{{name}}}` for one segment")
            }
            Self::DuplicateParameter { .. } => "give each parameter a different name".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn valid_paths_keep_their_text_and_tell_their_parameters() {
        for (text, parameters) in [
            ("/", vec![]),
            ("$default", vec![]),
            ("/items", vec![]),
            ("/pets/{id}", vec!["id"]),
            ("/a/{b}/c/{rest+}", vec!["b", "rest"]),
            ("/v1.0/~me/a:b@c", vec![]),
        ] {
            let path: PathPattern = text.parse().unwrap();
            assert_eq!(path.as_str(), text);
            assert_eq!(path.parameters().collect::<Vec<_>>(), parameters, "{text}");
        }
    }

    #[test]
    fn invalid_paths_say_what_is_wrong_and_what_to_write() {
        let mut errors = String::new();
        for text in [
            "",
            "items",
            "/items/",
            "//",
            "/a//b",
            "/a b",
            "/caf\u{e9}",
            "/a%20b",
            "/a{id}",
            "/{id}x",
            "/{}",
            "/{+}",
            "/{a b}",
            "/{a/b}",
            "/{rest+}/x",
            "/{a}/{a}",
            "/{{a}}",
            "/{a}/{a+}",
            "/$default",
            "/:id",
            "/items/:item_id/x",
            "/*rest",
            "/*",
            "/{*rest}",
            "/{rest...}",
            "/<id>",
            "/<rest..>",
            "/:",
        ] {
            let error = text.parse::<PathPattern>().unwrap_err();
            writeln!(errors, "{text:?}: {error}; {}", error.help()).unwrap();
        }
        insta::assert_snapshot!(errors);
    }

    #[test]
    fn the_identity_forgets_the_names_of_parameters() {
        let identity = |text: &str| text.parse::<PathPattern>().unwrap().identity();
        assert_eq!(identity("/pets/{id}"), identity("/pets/{petId}"));
        assert_ne!(identity("/pets/{id}"), identity("/pets/{id+}"));
        assert_ne!(identity("/pets/{id}"), identity("/pets/id"));
        assert_ne!(identity("/"), identity("$default"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic_and_a_parsed_path_is_its_text(text in "\\PC{0,40}|(/[a-z{}+.$]{0,5}){0,6}") {
            if let Ok(path) = text.parse::<PathPattern>() {
                prop_assert_eq!(path.as_str(), &text);
                let rebuilt: String = path.segments().iter().map(|segment| match segment {
                    Segment::Literal(text) => format!("/{text}"),
                    Segment::Param(name) => format!("/{{{name}}}"),
                    Segment::Greedy(name) => format!("/{{{name}+}}"),
                }).collect();
                prop_assert!(rebuilt == text || path.segments().is_empty());
            }
        }
    }
}

//! What the types of a route leave open.
//!
//! In: the type, and the route. Out: a diagnostic at the attribute's line, with the fix. Without the fix the
//! document is correct, but less complete than it could be.

use std::fmt::Display;

use camino::Utf8Path;
use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};
use routegen_spec::RouteSpec;
use thiserror::Error;

use crate::output::label::label;

/// Something that the document leaves open.
#[derive(Debug, Error)]
#[error("{message}")]
pub(crate) struct Gap {
    code: &'static str,
    message: String,
    help: String,
    severity: Severity,
    source_code: Option<NamedSource<String>>,
    labels: Vec<LabeledSpan>,
}

/// The kind of gap, and the type that leaves it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Kind {
    /// The type has no schema.
    Untyped(String),
    /// The extractor reads the body in its own way.
    OpaqueBody(String),
    /// The response type declares nothing.
    OpaqueAnswer,
    /// The status is only known at run time.
    UnknownStatus,
    /// The query parameters are not known.
    OpaqueQuery(String),
    /// A default differs between runs.
    ChangingDefault(String),
}

impl Kind {
    fn code(&self) -> &'static str {
        match self {
            Self::Untyped(_) => "RG0230",
            Self::OpaqueBody(_) | Self::OpaqueQuery(_) => "RG0231",
            Self::OpaqueAnswer | Self::UnknownStatus => "RG0232",
            Self::ChangingDefault(_) => "RG0233",
        }
    }

    fn message(&self, route: &RouteSpec) -> String {
        let key = route.route_key();
        match self {
            Self::Untyped(of) => {
                format!("`{}` has no schema, so the document of `{key}` allows anything there", short(of))
            }
            Self::OpaqueBody(of) => {
                format!("it is unknown what `{}` reads from the body of `{key}`", short(of))
            }
            Self::OpaqueQuery(of) => {
                format!("it is unknown which parameters `{}` reads from the query of `{key}`", short(of))
            }
            Self::OpaqueAnswer => {
                format!("the type of its result does not declare what `{key}` responds with")
            }
            Self::UnknownStatus => format!("it is unknown which status `{key}` responds with"),
            Self::ChangingDefault(of) => {
                format!("the default of `{of}` differs between runs, so the document of `{key}` omits it")
            }
        }
    }

    fn help(&self, route: &RouteSpec, has_schemars: bool) -> String {
        match self {
            Self::Untyped(_) if has_schemars => {
                "write `#[derive(schemars::JsonSchema)]` above the type; for a type of another crate, enable a feature of schemars or write \
                 `#[schemars(with = \"String\")]` above the field"
                    .to_owned()
            }
            Self::Untyped(_) => "add `schemars = \"1\"` to the dependencies of the handler's package, and write \
                                 `#[derive(schemars::JsonSchema)]` above the type"
                .to_owned(),
            Self::OpaqueBody(_) => "take `Json<T>`, or an extractor that contains it".to_owned(),
            Self::OpaqueQuery(_) => "take a struct with the parameters as fields, and derive `JsonSchema` if serde's attributes are not enough"
                .to_owned(),
            Self::OpaqueAnswer if route.path.is_default() => {
                "the routes of a router behind `routegen::forward` are unknown here; `responses(…)` in the attribute declares the responses \
                 of all of them"
                    .to_owned()
            }
            Self::OpaqueAnswer | Self::UnknownStatus => {
                "return a type that declares it, such as `Json<T>`, `Created<Json<T>>`, `Accepted<Json<T>>` or `NoContent`, or declare it in the \
                 attribute: `responses(200 = Item, 404 = \"there is no such item\")`"
                    .to_owned()
            }
            Self::ChangingDefault(_) => "a client cannot rely on it; `#[schemars(extend(\"default\" = …))]` above the field sets one".to_owned(),
        }
    }
}

/// A type's name without module paths, also for its parameters.
fn short(of: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    let mut characters = of.chars().peekable();
    while let Some(c) = characters.next() {
        if c == ':' && characters.peek() == Some(&':') {
            characters.next();
            word.clear();
        } else if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            short.push_str(&word);
            short.push(c);
            word.clear();
        }
    }
    short + &word
}

impl Gap {
    pub(super) fn new(
        kind: &Kind,
        route: &RouteSpec,
        has_schemars: bool,
        root: &Utf8Path,
        strict: bool,
    ) -> Self {
        let (source_code, span) = label(root, &route.source.file, route.source.line);
        Self {
            code: kind.code(),
            message: kind.message(route),
            help: kind.help(route, has_schemars),
            severity: if strict { Severity::Error } else { Severity::Warning },
            source_code,
            labels: span
                .map(|span| LabeledSpan::new_with_span(Some(route.handler.clone()), span))
                .into_iter()
                .collect(),
        }
    }
}

impl Diagnostic for Gap {
    fn code(&self) -> Option<Box<dyn Display + '_>> {
        Some(Box::new(self.code))
    }

    fn help(&self) -> Option<Box<dyn Display + '_>> {
        Some(Box::new(&self.help))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source_code.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_without_its_modules() {
        assert_eq!(short("shop::items::Page<shop::Item, alloc::vec::Vec<u8>>"), "Page<Item, Vec<u8>>");
        assert_eq!(short("&str"), "&str");
        assert_eq!(short("(a::B, c::D)"), "(B, D)");
    }
}

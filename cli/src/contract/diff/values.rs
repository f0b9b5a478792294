//! The rule for each difference between two schemas, and its message.

use serde_json::Value;

use super::{
    finding::Findings,
    rule::Rule,
    schema::{Change, Kind, Pair, Side},
};

/// Where a value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Area {
    Parameter,
    Body,
    Answer,
    /// A response that reports an error.
    Error,
}

impl Area {
    fn side(self) -> Side {
        match self {
            Self::Parameter | Self::Body => Side::Request,
            Self::Answer | Self::Error => Side::Response,
        }
    }
}

/// The value that is compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'n> {
    /// A part of the fingerprint, so it never changes.
    pub(super) key: &'n str,
    /// The name in messages, such as `the request body`.
    pub(super) name: &'n str,
}

/// Compares two schemas of one value.
pub(super) fn compare<'a>(
    pair: &Pair<'a>,
    area: Area,
    of: Part<'_>,
    base: &'a Value,
    head: &'a Value,
    findings: &mut Findings,
) {
    for change in pair.compare(area.side(), base, head) {
        let (rule, what) = rule(area, &change);
        let subject = format!("{} {}", of.key, change.way);
        let message = match change.way.as_str() {
            "" => format!("{} {what}", of.name),
            way => format!("`{way}` of {} {what}", of.name),
        };
        findings.add(rule, subject, message, change.before, change.after);
    }
}

fn rule(area: Area, change: &Change) -> (Rule, &'static str) {
    match area {
        Area::Parameter => of_parameter(change.kind),
        Area::Body => of_body(change.kind),
        Area::Answer => of_answer(change.kind),
        Area::Error => match change.kind {
            Kind::Variant => (Rule::ResponseErrorVariantAdded, "may have an additional alternative"),
            kind => of_answer(kind),
        },
    }
}

fn of_parameter(kind: Kind) -> (Rule, &'static str) {
    match kind {
        Kind::Values | Kind::OtherValues => (Rule::ParameterEnumNarrowed, "accepts fewer values"),
        Kind::Bound => (Rule::ParameterBoundTightened, "has a tighter bound"),
        Kind::BoundAdded => (Rule::ParameterBoundAdded, "has a new bound"),
        Kind::PatternAdded => (Rule::ParameterPatternAdded, "has a new pattern"),
        Kind::PatternChanged => (Rule::ParameterPatternChanged, "has a different pattern"),
        Kind::PropertyRemoved => (Rule::ParameterRemoved, "was removed, and is ignored if a client sends it"),
        Kind::RequiredAdded => (Rule::ParameterAddedRequired, "is new and required"),
        Kind::Required | Kind::RequiredRemoved => (Rule::ParameterBecameRequired, "became required"),
        Kind::Unknown => (Rule::SchemaUnknown, "is no longer described by the document"),
        Kind::NotUnderstood => {
            (Rule::SchemaNotUnderstood, "changed in a way that the comparison does not support")
        }
        Kind::NotCompared => (Rule::SchemaNotCompared, "changed, and its schema is too large to compare"),
        Kind::Null => (Rule::ParameterTypeNarrowed, "may no longer be null"),
        Kind::Type
        | Kind::Variant
        | Kind::AllOfAdded
        | Kind::PropertyRefused
        | Kind::Closed
        | Kind::Opened => (Rule::ParameterTypeNarrowed, "accepts fewer types of values"),
    }
}

fn of_body(kind: Kind) -> (Rule, &'static str) {
    match kind {
        Kind::Type => (Rule::BodyTypeNarrowed, "accepts fewer types of values"),
        Kind::Values | Kind::OtherValues => (Rule::BodyEnumNarrowed, "accepts fewer values"),
        Kind::Null => (Rule::BodyBecameNotNullable, "may no longer be null"),
        Kind::Bound => (Rule::BodyBoundTightened, "has a tighter bound"),
        Kind::BoundAdded => (Rule::BodyBoundAdded, "has a new bound"),
        Kind::PatternAdded => (Rule::BodyPatternAdded, "has a new pattern"),
        Kind::PatternChanged => (Rule::BodyPatternChanged, "has a different pattern"),
        Kind::Variant => (Rule::BodyVariantRemoved, "no longer accepts one of its alternatives"),
        Kind::AllOfAdded => (Rule::BodyAllOfAdded, "must match an additional schema"),
        Kind::RequiredAdded => (Rule::BodyPropertyAddedRequired, "is new and required"),
        Kind::Required | Kind::RequiredRemoved => (Rule::BodyPropertyBecameRequired, "became required"),
        Kind::PropertyRemoved => {
            (Rule::BodyPropertyRemoved, "was removed, and is ignored if a client sends it")
        }
        Kind::PropertyRefused => {
            (Rule::BodyPropertyRemovedClosed, "was removed, and is refused if a client sends it")
        }
        Kind::Closed | Kind::Opened => (Rule::BodyClosed, "no longer accepts unknown properties"),
        Kind::Unknown => (Rule::SchemaUnknown, "is no longer described by the document"),
        Kind::NotUnderstood => {
            (Rule::SchemaNotUnderstood, "changed in a way that the comparison does not support")
        }
        Kind::NotCompared => (Rule::SchemaNotCompared, "changed, and its schema is too large to compare"),
    }
}

fn of_answer(kind: Kind) -> (Rule, &'static str) {
    match kind {
        Kind::Type => (Rule::ResponseTypeGeneralised, "may have additional types of values"),
        Kind::Values => (Rule::ResponseEnumValueAdded, "may have additional values"),
        Kind::OtherValues => (Rule::ResponseValueChanged, "has none of its former values"),
        Kind::Null => (Rule::ResponseBecameNullable, "became nullable"),
        Kind::Bound | Kind::BoundAdded => (Rule::ResponseBoundRelaxed, "has a wider bound, or none any more"),
        Kind::PatternAdded | Kind::PatternChanged => {
            (Rule::ResponsePatternChanged, "has a different pattern, or none any more")
        }
        Kind::Variant => (Rule::ResponseVariantAdded, "may have an additional alternative"),
        Kind::Required => (Rule::ResponsePropertyBecameOptional, "was always present, and became optional"),
        Kind::RequiredRemoved => (Rule::ResponsePropertyRemoved, "was removed, and was always present"),
        Kind::PropertyRemoved | Kind::PropertyRefused => {
            (Rule::ResponseOptionalPropertyRemoved, "was removed, and was optional")
        }
        Kind::Opened | Kind::Closed | Kind::AllOfAdded | Kind::RequiredAdded => {
            (Rule::ResponseOpened, "may now contain undeclared properties")
        }
        Kind::Unknown => (Rule::SchemaUnknown, "is no longer described by the document"),
        Kind::NotUnderstood => {
            (Rule::SchemaNotUnderstood, "changed in a way that the comparison does not support")
        }
        Kind::NotCompared => (Rule::SchemaNotCompared, "changed, and its schema is too large to compare"),
    }
}

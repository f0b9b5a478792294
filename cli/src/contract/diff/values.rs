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

/// Compares two schemas of one value, which `of` names in messages, such as `the body`.
pub(super) fn compare<'a>(
    pair: &Pair<'a>,
    area: Area,
    of: &str,
    base: &'a Value,
    head: &'a Value,
    findings: &mut Findings,
) {
    for change in pair.compare(area.side(), base, head) {
        let (rule, what) = rule(area, &change);
        let subject = format!("{of} {}", change.way);
        let message = match change.way.as_str() {
            "" => format!("{of} {what}"),
            way => format!("`{way}` of {of} {what}"),
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
            Kind::Variant => (Rule::ResponseErrorVariantAdded, "has one more alternative"),
            kind => of_answer(kind),
        },
    }
}

fn of_parameter(kind: Kind) -> (Rule, &'static str) {
    match kind {
        Kind::Values | Kind::OtherValues => (Rule::ParameterEnumNarrowed, "takes fewer values"),
        Kind::Bound => (Rule::ParameterBoundTightened, "has a tighter bound"),
        Kind::BoundAdded => (Rule::ParameterBoundAdded, "has a bound, and had none"),
        Kind::PatternAdded => (Rule::ParameterPatternAdded, "has a pattern, and had none"),
        Kind::PatternChanged => (Rule::ParameterPatternChanged, "has another pattern"),
        Kind::PropertyRemoved => (Rule::ParameterRemoved, "is gone, and ignored where it is sent"),
        Kind::RequiredAdded => (Rule::ParameterAddedRequired, "is new and required"),
        Kind::Required | Kind::RequiredRemoved => (Rule::ParameterBecameRequired, "is required"),
        Kind::Unknown => (Rule::SchemaUnknown, "is no longer known to the document"),
        Kind::NotUnderstood => (Rule::SchemaNotUnderstood, "has changed in a way that no rule knows"),
        Kind::NotCompared => (Rule::SchemaNotCompared, "has changed, and its schema is too large to compare"),
        Kind::Type
        | Kind::Null
        | Kind::Variant
        | Kind::AllOfAdded
        | Kind::PropertyRefused
        | Kind::Closed
        | Kind::Opened => (Rule::ParameterTypeNarrowed, "takes fewer types or forms of values"),
    }
}

fn of_body(kind: Kind) -> (Rule, &'static str) {
    match kind {
        Kind::Type => (Rule::BodyTypeNarrowed, "takes fewer types or forms"),
        Kind::Values | Kind::OtherValues => (Rule::BodyEnumNarrowed, "takes fewer values"),
        Kind::Null => (Rule::BodyBecameNotNullable, "may no longer be null"),
        Kind::Bound => (Rule::BodyBoundTightened, "has a tighter bound"),
        Kind::BoundAdded => (Rule::BodyBoundAdded, "has a bound, and had none"),
        Kind::PatternAdded => (Rule::BodyPatternAdded, "has a pattern, and had none"),
        Kind::PatternChanged => (Rule::BodyPatternChanged, "has another pattern"),
        Kind::Variant => (Rule::BodyVariantRemoved, "has lost one of its alternatives"),
        Kind::AllOfAdded => (Rule::BodyAllOfAdded, "has to be of one more schema"),
        Kind::RequiredAdded => (Rule::BodyPropertyAddedRequired, "is new and required"),
        Kind::Required | Kind::RequiredRemoved => {
            (Rule::BodyPropertyBecameRequired, "is required, and was not")
        }
        Kind::PropertyRemoved => (Rule::BodyPropertyRemoved, "is gone, and ignored where it is sent"),
        Kind::PropertyRefused => (Rule::BodyPropertyRemovedClosed, "is gone, and refused where it is sent"),
        Kind::Closed | Kind::Opened => {
            (Rule::BodyClosed, "takes no properties any more that it does not know")
        }
        Kind::Unknown => (Rule::SchemaUnknown, "is no longer known to the document"),
        Kind::NotUnderstood => (Rule::SchemaNotUnderstood, "has changed in a way that no rule knows"),
        Kind::NotCompared => (Rule::SchemaNotCompared, "has changed, and its schema is too large to compare"),
    }
}

fn of_answer(kind: Kind) -> (Rule, &'static str) {
    match kind {
        Kind::Type => (Rule::ResponseTypeGeneralised, "has more types or forms"),
        Kind::Values => (Rule::ResponseEnumValueAdded, "has values that it had not"),
        Kind::OtherValues => (Rule::ResponseValueChanged, "has none of the values that it had"),
        Kind::Null => (Rule::ResponseBecameNullable, "may be null, and was never"),
        Kind::Bound | Kind::BoundAdded => (Rule::ResponseBoundRelaxed, "has a wider bound, or none"),
        Kind::PatternAdded | Kind::PatternChanged => {
            (Rule::ResponsePatternChanged, "has another pattern, or none")
        }
        Kind::Variant => (Rule::ResponseVariantAdded, "has one more alternative"),
        Kind::Required => (Rule::ResponsePropertyBecameOptional, "may be missing, and was always there"),
        Kind::RequiredRemoved => (Rule::ResponsePropertyRemoved, "is gone, and was always there"),
        Kind::PropertyRemoved | Kind::PropertyRefused => {
            (Rule::ResponseOptionalPropertyRemoved, "is gone, and was there at times")
        }
        Kind::Opened | Kind::Closed | Kind::AllOfAdded | Kind::RequiredAdded => {
            (Rule::ResponseOpened, "may have properties that nobody named")
        }
        Kind::Unknown => (Rule::SchemaUnknown, "is no longer known to the document"),
        Kind::NotUnderstood => (Rule::SchemaNotUnderstood, "has changed in a way that no rule knows"),
        Kind::NotCompared => (Rule::SchemaNotCompared, "has changed, and its schema is too large to compare"),
    }
}

//! Bounds, formats and patterns of one value.

use std::collections::BTreeMap;

use serde_json::{Number, Value, json};

use super::{
    change::{Kind, Side},
    shape::{Bound, LOWER, STEP, Shape, UNIQUE, UPPER},
};

/// A difference: its kind, and both values with the keyword.
pub(super) type Difference = (Kind, Value, Value);

pub(super) fn bounds(base: &Shape<'_>, head: &Shape<'_>, side: Side) -> Vec<Difference> {
    let (before, after) = (inclusive(base), inclusive(head));
    let differs = |name: &&str| {
        let (before, after) = (before.get(name), after.get(name));
        let kind = match side {
            Side::Request => narrowed(name, before, after)?,
            Side::Response => narrowed(name, after, before).map(|_| Kind::Bound)?,
        };
        let value = |bound: Option<&Bound>| bound.map_or(Value::Null, |bound| shown(name, bound));
        Some((kind, value(before), value(after)))
    };
    LOWER.iter().chain(&UPPER).chain(&[STEP, UNIQUE]).filter_map(differs).collect()
}

/// Whether `to` allows less than `from`, and the kind of the difference.
fn narrowed(name: &str, from: Option<&Bound>, to: Option<&Bound>) -> Option<Kind> {
    let to = to?;
    let Some(from) = from else { return Some(Kind::BoundAdded) };
    let (one, other) = (from.value(), to.value());
    let tighter = if name == STEP {
        (one / other).fract().abs() > 1e-9
    } else if UPPER.contains(&name) {
        other < one || (to_the_same(one, other) && to.exclusive && !from.exclusive)
    } else {
        other > one || (to_the_same(one, other) && to.exclusive && !from.exclusive)
    };
    tighter.then_some(Kind::Bound)
}

fn to_the_same(one: f64, other: f64) -> bool {
    (one - other).abs() < f64::EPSILON
}

fn shown(name: &str, bound: &Bound) -> Value {
    match (name, bound.exclusive) {
        ("minimum", true) => json!({ "exclusiveMinimum": bound.number }),
        ("maximum", true) => json!({ "exclusiveMaximum": bound.number }),
        (UNIQUE, _) => json!({ UNIQUE: true }),
        _ => json!({ name: bound.number }),
    }
}

/// The bounds; for integers, an exclusive 0 becomes an inclusive 1.
fn inclusive(shape: &Shape<'_>) -> BTreeMap<&'static str, Bound> {
    let mut bounds = shape.bounds.clone();
    if shape.types.as_deref() == Some(&["integer"]) {
        for (name, step) in [("minimum", 1), ("maximum", -1)] {
            if let Some(bound) = bounds.get_mut(name).filter(|bound| bound.exclusive)
                && let Some(number) = bound.number.as_i64()
            {
                *bound = Bound { number: Number::from(number.saturating_add(step)), exclusive: false };
            }
        }
    }
    bounds
}

/// Whether a format accepts less in a request or allows more in a response: a number with fewer bits, or
/// another string format.
pub(super) fn format(base: &Shape<'_>, head: &Shape<'_>, side: Side) -> bool {
    if base.format == head.format || base.values.is_some() || head.values.is_some() {
        return false;
    }
    let (from, to) = match side {
        Side::Request => (base, head),
        Side::Response => (head, base),
    };
    let numbers = |shape: &Shape<'_>| {
        let types = shape.types.as_deref().unwrap_or_default();
        !types.is_empty() && types.iter().all(|name| ["integer", "number"].contains(name))
    };
    let Some(format) = to.format else { return false };
    if numbers(from) && numbers(to) {
        if ["float", "double"].contains(&format) {
            return format == "float" && from.format != Some("float") && !is_integer(from);
        }
        let Some(allowed) = range(Some(format)) else { return from.format != to.format };
        let (least, most) = limits(from);
        return least < allowed.0 || most > allowed.1;
    }
    from.format != to.format
}

fn is_integer(shape: &Shape<'_>) -> bool {
    shape.types.as_deref() == Some(&["integer"])
}

/// The smallest and the largest value of a format.
fn range(format: Option<&str>) -> Option<(i128, i128)> {
    Some(match format? {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        "int128" => (i128::MIN, i128::MAX),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" => (0, u64::MAX.into()),
        "uint128" => (0, i128::MAX),
        _ => return None,
    })
}

/// The smallest and the largest value, by its format and its bounds.
fn limits(shape: &Shape<'_>) -> (i128, i128) {
    let (mut least, mut most) = range(shape.format).unwrap_or((i128::MIN, i128::MAX));
    let bounds = inclusive(shape);
    let number = |name: &str| {
        let number = &bounds.get(name)?.number;
        number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
    };
    if let Some(number) = number("minimum") {
        least = least.max(number);
    }
    if let Some(number) = number("maximum") {
        most = most.min(number);
    }
    (least, most)
}

/// A pattern that is new or has changed.
pub(super) fn patterns(base: &Shape<'_>, head: &Shape<'_>, side: Side) -> Option<Difference> {
    let mut before = base.patterns.clone();
    let mut after = head.patterns.clone();
    before.sort_unstable();
    after.sort_unstable();
    let kind = match (side, before.is_empty(), after.is_empty()) {
        _ if before == after => return None,
        (Side::Request, true, _) => Kind::PatternAdded,
        (Side::Request, _, true) | (Side::Response, true, _) => return None,
        _ => Kind::PatternChanged,
    };
    let value = |patterns: Vec<&str>| match patterns.as_slice() {
        [] => Value::Null,
        [only] => json!({ "pattern": only }),
        several => json!({ "pattern": several }),
    };
    Some((kind, value(before), value(after)))
}

//! Compares two schemas of one value, before and after.
//!
//! In: both schemas, each with its document, and who sends the values. Out: what a client can notice. A
//! request must accept what it accepted before, and a response must not contain what it never contained, so
//! each keyword counts in opposite directions. Order, names of components and descriptions do not matter.

use std::{collections::BTreeSet, ptr};

use serde_json::{Map, Value, json};

use super::{
    bounds,
    change::{Change, Kind, Side},
    shape::{All, Shape, covers, is_of_type, same},
};
use crate::contract::{diff::api::Api, version};

/// The keywords that no rule covers and whose value is a schema.
const SCHEMAS: [&str; 9] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "additionalItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// How deeply values are compared.
const DEPTH: usize = 48;

/// Two documents, and what they have in common.
#[derive(Debug)]
pub(in super::super) struct Pair<'a> {
    base: Api<'a>,
    head: Api<'a>,
    /// The components that are equal in both, including everything that they refer to.
    unchanged: BTreeSet<&'a str>,
}

impl<'a> Pair<'a> {
    pub(in super::super) fn new(base: Api<'a>, head: Api<'a>) -> Self {
        Self { base, head, unchanged: unchanged(base.components(), head.components()) }
    }

    /// What differs.
    pub(in super::super) fn compare(&self, side: Side, base: &'a Value, head: &'a Value) -> Vec<Change> {
        let mut comparison = Comparison { pair: self, side, open: Vec::new(), changes: Vec::new() };
        comparison.compare(&vec![base], &vec![head], "");
        let mut changes: Vec<Change> = Vec::new();
        for change in comparison.changes {
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
        changes
    }

    /// The default of a value, before and after.
    pub(in super::super) fn defaults(&self, base: &'a Value, head: &'a Value) -> [Option<&'a Value>; 2] {
        [Shape::of(self.base, &[base]).default, Shape::of(self.head, &[head]).default]
    }

    fn are_one(&self, base: &All<'a>, head: &All<'a>) -> bool {
        base == head && base.iter().all(|schema| refers_to(schema, &mut |name| self.unchanged.contains(name)))
    }
}

/// The components that are equal in both, including everything that they refer to.
fn unchanged<'a>(
    base: Option<&'a Map<String, Value>>,
    head: Option<&'a Map<String, Value>>,
) -> BTreeSet<&'a str> {
    let (Some(base), Some(head)) = (base, head) else { return BTreeSet::new() };
    let equal = base.iter().filter(|(name, schema)| head.get(*name) == Some(*schema));
    let mut unchanged: BTreeSet<&str> = equal.map(|(name, _)| name.as_str()).collect();
    loop {
        let others: Vec<&str> = unchanged
            .iter()
            .filter(|name| !refers_to(&base[**name], &mut |other| unchanged.contains(other)))
            .copied()
            .collect();
        if others.is_empty() {
            return unchanged;
        }
        for name in others {
            unchanged.remove(name);
        }
    }
}

/// Whether the predicate holds for all components that a schema refers to.
fn refers_to(schema: &Value, such: &mut impl FnMut(&str) -> bool) -> bool {
    match schema {
        Value::Object(members) => members.iter().all(|(name, value)| match value {
            Value::String(reference) if name == "$ref" => {
                reference.strip_prefix("#/components/schemas/").is_some_and(&mut *such)
            }
            value => refers_to(value, such),
        }),
        Value::Array(values) => values.iter().all(|value| refers_to(value, such)),
        _ => true,
    }
}

struct Comparison<'p, 'a> {
    pair: &'p Pair<'a>,
    side: Side,
    /// The pairs that are being compared, to detect cycles.
    open: Vec<(All<'a>, All<'a>)>,
    changes: Vec<Change>,
}

impl<'a> Comparison<'_, 'a> {
    fn compare(&mut self, base: &All<'a>, head: &All<'a>, way: &str) {
        if self.pair.are_one(base, head) {
            return;
        }
        let (base, head) = (&followed(self.pair.base, base), &followed(self.pair.head, head));
        let is_open = |(known_base, known_head): &(All<'_>, All<'_>)| {
            are_those(known_base, base) && are_those(known_head, head)
        };
        if self.open.iter().any(is_open) {
            return;
        }
        if self.open.len() > DEPTH {
            // A schema that contains itself can be followed without end.
            if base != head {
                self.add(Kind::NotCompared, way, Value::Null, Value::Null);
            }
            return;
        }
        self.open.push((base.clone(), head.clone()));
        let (before, after) = (Shape::of(self.pair.base, base), Shape::of(self.pair.head, head));
        self.shapes(&before, &after, way);
        self.open.pop();
    }

    /// What would be found, without reporting it.
    fn trial(&mut self, compare: impl FnOnce(&mut Self)) -> Vec<Change> {
        let mut other =
            Self { pair: self.pair, side: self.side, open: self.open.clone(), changes: Vec::new() };
        compare(&mut other);
        other.changes
    }

    fn add(&mut self, kind: Kind, way: &str, before: impl Into<Value>, after: impl Into<Value>) {
        let (before, after) = (before.into(), after.into());
        self.changes.push(Change { kind, way: way.to_owned(), before, after });
    }

    fn shapes(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        if base.unknown || head.unknown {
            if !base.unknown {
                self.add(Kind::Unknown, way, described(base), Value::Null);
            }
            return;
        }
        let begin = self.changes.len();
        if base.is_union() || head.is_union() {
            self.null(base, head, way);
            self.alternatives(base, head, way);
            return;
        }
        let (before, after) = (types(base), types(head));
        let (from, to) = match self.side {
            Side::Request => (&before, &after),
            Side::Response => (&after, &before),
        };
        let is_within = match (from, to) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(from), Some(to)) => from.iter().all(|name| covers(to, name)),
        };
        if !is_within || bounds::format(base, head, self.side) {
            self.add(Kind::Type, way, described(base), described(head));
            return;
        }
        self.null(base, head, way);
        self.values(base, head, way);
        if base.values.is_none() || head.values.is_none() {
            let found = bounds::bounds(base, head, self.side);
            for (kind, before, after) in found.into_iter().chain(bounds::patterns(base, head, self.side)) {
                self.add(kind, way, before, after);
            }
        }
        if base.has_properties() || head.has_properties() || base.additional != head.additional {
            match self.side {
                Side::Request => self.sent_properties(base, head, way),
                Side::Response => self.answered_properties(base, head, way),
            }
            self.additional(base, head, way);
        }
        self.elements(base, head, way);
        self.others(base, head, way);
        if self.side == Side::Request && !self.changes[begin..].iter().any(|change| change.kind.breaks()) {
            self.all_of(base, head, way);
        }
    }

    fn null(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        let breaks = match self.side {
            Side::Request => base.null && !head.null,
            Side::Response => !base.null && head.null,
        };
        if breaks {
            self.add(Kind::Null, way, json!({ "nullable": base.null }), json!({ "nullable": head.null }));
        }
    }

    fn values(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        let (from, to) = match self.side {
            Side::Request => (&base.values, &head.values),
            Side::Response => (&head.values, &base.values),
        };
        let Some(to) = to else { return };
        let missing = from.as_ref().is_none_or(|from| from.iter().any(|value| !contains(to, value)));
        // `true` and `false` are the only booleans.
        let is_truth = from.is_none() && to.len() == 2 && to.iter().all(|value| value.is_boolean());
        if !missing || is_truth {
            return;
        }
        let (before, after) = (listed(base), listed(head));
        match self.side {
            Side::Response if from.is_none() => self.add(Kind::Type, way, before, after),
            Side::Response if from.iter().flatten().all(|value| !contains(to, value)) => {
                self.add(Kind::OtherValues, way, before, after);
            }
            Side::Response if base.extensible => {}
            _ => self.add(Kind::Values, way, before, after),
        }
    }

    /// Properties of a request.
    fn sent_properties(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        let Pair { base: base_api, head: head_api, .. } = *self.pair;
        let is_sent = |shape: &Shape<'a>, api: Api<'a>, name: &str| {
            shape.properties.get(name).is_none_or(|schemas| !says(api, schemas, "readOnly"))
        };
        let mut required: Vec<&str> =
            head.required.iter().filter(|name| !base.required.contains(name)).copied().collect();
        required.sort_unstable();
        for name in required.into_iter().filter(|name| is_sent(head, head_api, name)) {
            let known = base.properties.contains_key(name);
            let kind = if known { Kind::Required } else { Kind::RequiredAdded };
            let before = if known { json!({ "required": false }) } else { Value::Null };
            self.add(kind, &below(way, name), before, json!({ "required": true }));
        }
        for (name, schemas) in &base.properties {
            if !is_sent(base, base_api, name) {
                continue;
            }
            let way = below(way, name);
            if let Some(after) = head.properties.get(name) {
                self.compare(schemas, after, &way);
            } else if head.is_closed() {
                self.add(Kind::PropertyRefused, &way, self.of_base(schemas), Value::Null);
            } else if head.additional.is_empty() {
                self.add(Kind::PropertyRemoved, &way, self.of_base(schemas), Value::Null);
            } else {
                self.compare(schemas, &head.additional, &way);
            }
        }
    }

    /// Properties of a response.
    fn answered_properties(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        let Pair { base: base_api, head: head_api, .. } = *self.pair;
        let mut names: BTreeSet<&str> = base.properties.keys().copied().collect();
        names.extend(&base.required);
        for name in names {
            let before = base.properties.get(name);
            if before.is_some_and(|schemas| says(base_api, schemas, "writeOnly")) {
                continue;
            }
            let way = below(way, name);
            let required = base.required.contains(&name);
            match head.properties.get(name) {
                Some(schemas) if says(head_api, schemas, "writeOnly") => {
                    let kind = if required { Kind::RequiredRemoved } else { Kind::PropertyRemoved };
                    self.add(kind, &way, before.map(|schemas| self.of_base(schemas)), Value::Null);
                }
                Some(after) => {
                    if required && !head.required.contains(&name) {
                        self.add(
                            Kind::Required,
                            &way,
                            json!({ "required": true }),
                            json!({ "required": false }),
                        );
                    }
                    if let Some(before) = before {
                        self.compare(before, after, &way);
                    }
                }
                None if required && !head.required.contains(&name) => {
                    self.add(
                        Kind::RequiredRemoved,
                        &way,
                        before.map(|schemas| self.of_base(schemas)),
                        Value::Null,
                    );
                }
                None if required => {}
                None => {
                    self.add(
                        Kind::PropertyRemoved,
                        &way,
                        before.map(|schemas| self.of_base(schemas)),
                        Value::Null,
                    );
                }
            }
        }
    }

    /// Properties that have no schema of their own.
    fn additional(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        let (closed, open) =
            (json!({ "additionalProperties": false }), json!({ "additionalProperties": true }));
        match (self.side, base.is_closed(), head.is_closed()) {
            (Side::Request, false, true) => self.add(Kind::Closed, way, open, closed),
            (Side::Response, true, false) => self.add(Kind::Opened, way, closed, open),
            (_, false, false) if base.additional != head.additional || !base.additional.is_empty() => {
                self.compare(&base.additional, &head.additional, &below(way, "*"));
            }
            _ => {}
        }
    }

    fn elements(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        let way = format!("{way}[]");
        if !base.items.is_empty() || !head.items.is_empty() {
            self.compare(&base.items, &head.items, &way);
        }
        for (at, (before, after)) in base.tuple.iter().zip(&head.tuple).enumerate() {
            self.compare(before, after, &format!("{}[{at}]", way.trim_end_matches("[]")));
        }
        let older = self.pair.base.is_older() != self.pair.head.is_older();
        if base.tuple.len() != head.tuple.len() && !older {
            self.add(
                Kind::NotUnderstood,
                &way,
                json!({ "prefixItems": base.tuple.len() }),
                json!({ "prefixItems": head.tuple.len() }),
            );
        }
    }

    /// Keywords that no rule covers.
    fn others(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        let names: BTreeSet<&str> = base.others.keys().chain(head.others.keys()).copied().collect();
        let is_older = self.pair.base.is_older() != self.pair.head.is_older();
        for name in names {
            if is_older && version::is_unknown_to_older(name) {
                continue;
            }
            let (before, after) = (base.others.get(name), head.others.get(name));
            let mut open = Vec::new();
            let one = match (before, after) {
                (Some(before), Some(after)) => {
                    before.len() == after.len()
                        && before.iter().zip(after).all(|(before, after)| {
                            self.is_one(before, after, &mut open)
                                || (SCHEMAS.contains(&name) && self.allow_the_same(before, after))
                        })
                }
                _ => false,
            };
            if !one {
                let value =
                    |values: Option<&Vec<&Value>>| values.map_or(Value::Null, |it| json!({ name: it }));
                self.add(Kind::NotUnderstood, way, value(before), value(after));
            }
        }
    }

    /// Whether two schemas allow the same values.
    fn allow_the_same(&self, base: &'a Value, head: &'a Value) -> bool {
        [Side::Request, Side::Response].into_iter().all(|side| {
            let mut other = Self { pair: self.pair, side, open: self.open.clone(), changes: Vec::new() };
            other.compare(&vec![base], &vec![head], "");
            other.changes.is_empty()
        })
    }

    /// Whether two values are equal, apart from the names of components and from annotations.
    fn is_one(&self, base: &'a Value, head: &'a Value, open: &mut Vec<(&'a Value, &'a Value)>) -> bool {
        if open.iter().any(|(one, other)| ptr::eq(*one, base) && ptr::eq(*other, head)) {
            return true;
        }
        if open.len() > DEPTH {
            return base == head;
        }
        open.push((base, head));
        let one = match (self.pair.base.resolve(base), self.pair.head.resolve(head)) {
            (Value::Object(before), Value::Object(after)) => {
                let said = |name: &&String| {
                    !["description", "title", "examples", "example"].contains(&name.as_str())
                };
                before.keys().filter(said).eq(after.keys().filter(said))
                    && before.iter().filter(|(name, _)| said(name)).all(|(name, value)| {
                        after.get(name).is_some_and(|other| match (name.as_str(), value, other) {
                            ("required" | "enum" | "type", Value::Array(one), Value::Array(other)) => {
                                one.len() == other.len() && one.iter().all(|value| other.contains(value))
                            }
                            _ => self.is_one(value, other, open),
                        })
                    })
            }
            (Value::Array(before), Value::Array(after)) => {
                before.len() == after.len()
                    && before.iter().zip(after).all(|(before, after)| self.is_one(before, after, open))
            }
            (before, after) => same(before, after),
        };
        open.pop();
        one
    }

    /// Reports a new member of `allOf`, if no other finding covers it.
    fn all_of(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        for member in &head.all_of {
            if base.all_of.iter().any(|known| self.pair.are_one(&vec![*known], &vec![*member])) {
                continue;
            }
            let mut added = Shape::of(self.pair.head, &[*member]);
            added.all_of.clear();
            // The whole schema decides whether null is allowed.
            added.null = true;
            let found = self.trial(|it| it.shapes(base, &added, way));
            let more = added.properties.keys().any(|name| !base.properties.contains_key(name));
            if !added.is_anything()
                && (more || found.iter().any(|change| change.kind != Kind::PropertyRemoved))
            {
                self.add(Kind::AllOfAdded, way, Value::Null, (*member).clone());
            }
        }
    }

    /// Each alternative that a request accepted must still be accepted; each that a response contains must
    /// have existed before.
    fn alternatives(&mut self, base: &Shape<'a>, head: &Shape<'a>, way: &str) {
        let (Some(before), Some(after)) =
            (base.alternatives(self.pair.base), head.alternatives(self.pair.head))
        else {
            if !base.has_the_unions_of(head) {
                self.add(Kind::NotCompared, way, Value::Null, Value::Null);
            }
            self.shapes(&base.without_unions(), &head.without_unions(), way);
            return;
        };
        let (needed, there) = match self.side {
            Side::Request => (&before, &after),
            Side::Response => (&after, &before),
        };
        let (needed_api, there_api) = match self.side {
            Side::Request => (self.pair.base, self.pair.head),
            Side::Response => (self.pair.head, self.pair.base),
        };
        // An alternative that covers another one has not become a third.
        let compare = |it: &mut Self, one: &Shape<'a>, other: &Shape<'a>| match it.side {
            Side::Request => it.shapes(one, other, way),
            Side::Response => it.shapes(other, one, way),
        };
        let mut covers = |one: &Shape<'a>, other: &Shape<'a>| {
            other.values.is_none() && self.trial(|it| compare(it, one, other)).is_empty()
        };
        let mut covered = vec![false; needed.len()];
        let mut is_taken = vec![false; there.len()];
        for (at, one) in needed.iter().enumerate().filter(|(_, one)| one.values.is_none()) {
            for (place, other) in there.iter().enumerate() {
                let covers = covers(one, other);
                covered[at] |= covers;
                is_taken[place] |= covers;
            }
        }
        for (one, covered) in needed.iter().zip(covered) {
            if let Some(values) = &one.values {
                let missing: Vec<_> =
                    values.iter().filter(|value| !there.iter().any(|shape| takes(shape, value))).collect();
                let may_grow = self.side == Side::Response && base.extensible;
                if !missing.is_empty() && !may_grow {
                    let all = |shapes: &[Shape<'a>]| {
                        let values = shapes.iter().flat_map(|shape| shape.values.iter().flatten());
                        json!({ "enum": values.collect::<Vec<_>>() })
                    };
                    self.add(Kind::Values, way, all(&before), all(&after));
                }
                continue;
            }
            if covered {
                continue;
            }
            let label = label(one, needed_api);
            let known = label.as_ref().and_then(|label| {
                there.iter().find(|other| self::label(other, there_api).as_ref() == Some(label))
            });
            // Without a label, it is paired with one that breaks nobody, if there is one.
            let harmless = there.iter().zip(&is_taken).find(|(other, is_taken)| {
                let found = |it: &mut Self| it.trial(|it| compare(it, one, other));
                other.values.is_none()
                    && !**is_taken
                    && !found(self).iter().any(|change| change.kind.breaks())
            });
            match (known.or(harmless.map(|(other, _)| other)), self.side) {
                (Some(other), _) => compare(self, one, other),
                (None, Side::Request) => self.add(Kind::Variant, way, described(one), Value::Null),
                (None, Side::Response) => self.add(Kind::Variant, way, Value::Null, described(one)),
            }
        }
    }

    fn of_base(&self, schemas: &All<'a>) -> Value {
        described(&Shape::of(self.pair.base, schemas))
    }
}

/// The schemas; those that consist only of a reference are resolved.
fn followed<'a>(api: Api<'a>, schemas: &All<'a>) -> All<'a> {
    let is_reference = |schema: &Value| schema.as_object().is_some_and(|members| members.len() == 1);
    schemas.iter().map(|schema| if is_reference(schema) { api.resolve(schema) } else { schema }).collect()
}

fn are_those(one: &All<'_>, other: &All<'_>) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| ptr::eq(*one, *other))
}

fn contains(values: &[&Value], value: &Value) -> bool {
    values.iter().any(|known| same(known, value))
}

/// Whether a value fits a shape.
fn takes(shape: &Shape<'_>, value: &Value) -> bool {
    match (&shape.values, types(shape)) {
        (Some(values), _) => contains(values, value),
        (None, Some(types)) => types.iter().any(|name| is_of_type(value, name)),
        (None, None) => true,
    }
}

/// The types of the values, without null.
fn types<'a>(shape: &Shape<'a>) -> Option<Vec<&'a str>> {
    const NAMES: [&str; 6] = ["boolean", "integer", "number", "string", "array", "object"];
    if let Some(values) = &shape.values {
        let name = |value: &&Value| NAMES.into_iter().find(|name| is_of_type(value, name));
        return Some(values.iter().filter_map(name).collect());
    }
    let by_keywords = || {
        let object = shape.has_properties() || !shape.additional.is_empty();
        let array = !shape.items.is_empty() || !shape.tuple.is_empty();
        (object != array).then(|| vec![if object { "object" } else { "array" }])
    };
    shape.types.clone().or_else(by_keywords)
}

/// A label that identifies an alternative among others: the value of its tag, or its only property.
fn label(shape: &Shape<'_>, api: Api<'_>) -> Option<String> {
    let mut tags: Vec<_> = shape
        .properties
        .iter()
        .filter(|(name, _)| shape.required.contains(name))
        .filter_map(|(name, schemas)| match Shape::of(api, schemas).values.as_deref() {
            Some([only]) => Some((*name, only.to_string())),
            _ => None,
        })
        .collect();
    tags.sort_by_key(|(name, _)| !["type", "kind", "tag"].contains(name));
    if let Some((name, value)) = tags.into_iter().next() {
        return Some(format!("{name}={value}"));
    }
    match shape.required.as_slice() {
        [only] if shape.properties.len() == 1 => Some((*only).to_owned()),
        _ => None,
    }
}

/// Whether one of the schemas sets this keyword.
fn says(api: Api<'_>, schemas: &All<'_>, keyword: &str) -> bool {
    let shape = Shape::of(api, schemas);
    if keyword == "readOnly" { shape.read_only } else { shape.write_only }
}

fn below(way: &str, name: &str) -> String {
    if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") }
}

fn listed(shape: &Shape<'_>) -> Value {
    match &shape.values {
        Some(values) => json!({ "enum": values }),
        None => described(shape),
    }
}

/// A short description of a schema.
fn described(shape: &Shape<'_>) -> Value {
    let mut members = Map::new();
    if let Some(values) = &shape.values {
        members.insert("enum".to_owned(), json!(values));
    } else if let Some(names) = types(shape) {
        let value = match names.as_slice() {
            [only] => json!(only),
            several => json!(several),
        };
        members.insert("type".to_owned(), value);
    }
    members.extend(shape.format.map(|format| ("format".to_owned(), json!(format))));
    if !shape.properties.is_empty() {
        members.insert("properties".to_owned(), json!(shape.properties.keys().collect::<Vec<_>>()));
    }
    Value::Object(members)
}

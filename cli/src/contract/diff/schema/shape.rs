//! What a schema allows, however it is written.
//!
//! In: one or more schemas that a value must all satisfy, in the dialect of OpenAPI 3.0 or 3.1. Out: one
//! shape. References and `allOf` are followed; `const`, `enum` and a `oneOf` of constants become one list of
//! values; `null` is kept apart from all other values, whether it is written as a type, a value, an
//! alternative or `nullable`.

use std::{collections::BTreeMap, ptr};

use serde_json::{Number, Value};

use super::super::api::Api;

/// Schemas that a value must all satisfy.
pub(super) type All<'a> = Vec<&'a Value>;

/// The values that are allowed. An absent part allows all.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a keyword of its own")]
pub(super) struct Shape<'a> {
    /// Whether null is allowed; the other parts do not apply to it.
    pub(super) null: bool,
    pub(super) types: Option<Vec<&'a str>>,
    pub(super) format: Option<&'a str>,
    /// The only values, without null.
    pub(super) values: Option<Vec<&'a Value>>,
    /// Unions of alternatives. A value must satisfy one alternative of each union.
    unions: Vec<Union<'a>>,
    pub(super) properties: BTreeMap<&'a str, All<'a>>,
    pub(super) required: Vec<&'a str>,
    /// The schemas of properties without one of their own; if empty, such properties may have any value.
    pub(super) additional: All<'a>,
    pub(super) items: All<'a>,
    pub(super) tuple: Vec<All<'a>>,
    pub(super) bounds: BTreeMap<&'static str, Bound>,
    pub(super) patterns: Vec<&'a str>,
    /// The keywords that no rule covers.
    pub(super) others: BTreeMap<&'a str, Vec<&'a Value>>,
    /// Whether more values may be added at any time.
    pub(super) extensible: bool,
    /// Whether the document marks the value as unknown.
    pub(super) unknown: bool,
    pub(super) read_only: bool,
    pub(super) write_only: bool,
    pub(super) default: Option<&'a Value>,
    /// The members of `allOf`, if there are any.
    pub(super) all_of: Vec<&'a Value>,
}

/// Alternatives: values, and schemas.
#[derive(Clone, Debug, Default, PartialEq)]
struct Union<'a> {
    values: Vec<&'a Value>,
    schemas: Vec<&'a Value>,
}

/// A bound: the number, and whether the number itself is excluded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bound {
    pub(super) number: Number,
    pub(super) exclusive: bool,
}

/// The bounds that a larger number tightens, and those that a smaller one does.
pub(super) const LOWER: [&str; 4] = ["minimum", "minLength", "minItems", "minProperties"];
pub(super) const UPPER: [&str; 4] = ["maximum", "maxLength", "maxItems", "maxProperties"];

/// For these, the value is a step and a flag.
pub(super) const STEP: &str = "multipleOf";
pub(super) const UNIQUE: &str = "uniqueItems";

/// Keywords that do not restrict values.
const ANNOTATIONS: [&str; 12] = [
    "title",
    "description",
    "example",
    "examples",
    "deprecated",
    "$comment",
    "externalDocs",
    "xml",
    "discriminator",
    "$schema",
    "$id",
    "$defs",
];

/// The largest number of alternatives that are compared one by one.
const MANY: usize = 256;

const FALSE: &Value = &Value::Bool(false);

impl Bound {
    pub(super) fn value(&self) -> f64 {
        self.number.as_f64().unwrap_or_default()
    }
}

impl Default for Shape<'_> {
    fn default() -> Self {
        Self {
            null: true,
            types: None,
            format: None,
            values: None,
            unions: Vec::new(),
            properties: BTreeMap::new(),
            required: Vec::new(),
            additional: Vec::new(),
            items: Vec::new(),
            tuple: Vec::new(),
            bounds: BTreeMap::new(),
            patterns: Vec::new(),
            others: BTreeMap::new(),
            extensible: false,
            unknown: false,
            read_only: false,
            write_only: false,
            default: None,
            all_of: Vec::new(),
        }
    }
}

impl<'a> Shape<'a> {
    /// The values that satisfy all of these schemas.
    pub(super) fn of(api: Api<'a>, schemas: &[&'a Value]) -> Self {
        let mut reader = Reader { api, open: Vec::new() };
        let mut shape = Self::default();
        for schema in schemas {
            shape.and(reader.read(schema));
        }
        shape.folded(&mut reader)
    }

    /// Whether it only applies to objects.
    pub(super) fn has_properties(&self) -> bool {
        !self.properties.is_empty() || !self.required.is_empty() || self.is_closed()
    }

    /// Whether properties without a schema are refused.
    pub(super) fn is_closed(&self) -> bool {
        self.additional.iter().any(|schema| **schema == Value::Bool(false))
    }

    /// Whether there are alternatives.
    pub(super) fn is_union(&self) -> bool {
        !self.unions.is_empty()
    }

    /// Whether the alternatives are written as those of the other.
    pub(super) fn has_the_unions_of(&self, other: &Self) -> bool {
        self.unions == other.unions
    }

    /// What all alternatives share.
    pub(super) fn without_unions(&self) -> Self {
        Self { unions: Vec::new(), ..self.clone() }
    }

    /// Each alternative, combined with what all of them share; the shape itself if there are none. Null is
    /// not an alternative. `None` if there are too many to compare one by one.
    pub(super) fn alternatives(&self, api: Api<'a>) -> Option<Vec<Self>> {
        let mut reader = Reader { api, open: Vec::new() };
        let mut all = vec![self.without_unions()];
        for union in &self.unions {
            let values = (!union.values.is_empty())
                .then(|| Self { values: Some(union.values.clone()), ..Self::default() });
            let schemas = union.schemas.iter().map(|schema| reader.read(schema).folded(&mut reader));
            let each: Vec<_> = values.into_iter().chain(schemas.collect::<Vec<_>>()).collect();
            if all.len() * each.len() > MANY {
                return None;
            }
            let with = |shape: &Self| {
                let shape = shape.clone();
                each.iter().map(move |alternative| {
                    let mut shape = shape.clone();
                    shape.and(alternative.clone());
                    shape
                })
            };
            all = all.iter().flat_map(|shape| with(shape).collect::<Vec<_>>()).collect();
        }
        for shape in &mut all {
            shape.null = false;
        }
        Some(all)
    }

    /// Whether only null is allowed.
    fn is_null_alone(&self) -> bool {
        self.types.as_ref().is_some_and(Vec::is_empty) || self.values.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether every value is allowed.
    pub(super) fn is_anything(&self) -> bool {
        self.null && self.types.is_none() && self.has_no_more_than_types()
    }

    /// The intersection with another shape.
    fn and(&mut self, other: Self) {
        self.null &= other.null;
        self.types = match (self.types.take(), other.types) {
            (Some(one), Some(other)) => Some(common(&one, &other)),
            (one, other) => one.or(other),
        };
        self.format = self.format.or(other.format);
        self.values = match (self.values.take(), other.values) {
            (Some(one), Some(other)) => {
                Some(one.into_iter().filter(|value| other.iter().any(|it| same(it, value))).collect())
            }
            (one, other) => one.or(other),
        };
        self.unions.extend(other.unions);
        for (name, schemas) in other.properties {
            self.properties.entry(name).or_default().extend(schemas);
        }
        let new = other.required.into_iter().filter(|name| !self.required.contains(name));
        let new: Vec<_> = new.collect();
        self.required.extend(new);
        self.additional.extend(other.additional);
        self.items.extend(other.items);
        if self.tuple.is_empty() {
            self.tuple = other.tuple;
        }
        for (name, bound) in other.bounds {
            let tighter = self.bounds.get(name).is_none_or(|known| {
                if UPPER.contains(&name) {
                    bound.value() < known.value()
                } else {
                    bound.value() > known.value()
                }
            });
            if tighter {
                self.bounds.insert(name, bound);
            }
        }
        let new: Vec<_> =
            other.patterns.into_iter().filter(|pattern| !self.patterns.contains(pattern)).collect();
        self.patterns.extend(new);
        for (name, values) in other.others {
            self.others.entry(name).or_default().extend(values);
        }
        self.extensible |= other.extensible;
        self.unknown |= other.unknown;
        self.read_only |= other.read_only;
        self.write_only |= other.write_only;
        self.default = self.default.or(other.default);
        self.all_of.extend(other.all_of);
    }

    /// The same shape without alternatives that can be written otherwise: as values, types, null, or one
    /// schema.
    fn folded(mut self, reader: &mut Reader<'a>) -> Self {
        for union in std::mem::take(&mut self.unions) {
            let Union { values, schemas } = union;
            let mut shapes = Vec::new();
            for schema in schemas {
                let shape = reader.read(schema).folded(reader);
                shapes.push((schema, shape));
            }
            let null = self.null && shapes.iter().any(|(_, shape)| shape.null);
            shapes.retain(|(_, shape)| !shape.is_null_alone());
            let (listed, others): (Vec<_>, Vec<_>) =
                shapes.into_iter().partition(|(_, shape)| shape.is_of_values());
            self.extensible |= listed.iter().any(|(_, shape)| shape.extensible);
            let values: Vec<_> = values
                .into_iter()
                .chain(listed.iter().flat_map(|(_, shape)| shape.values.iter().flatten().copied()))
                .collect();
            let are_types = values.is_empty() && others.iter().all(|(_, shape)| shape.is_of_types());
            if others.is_empty() {
                self.and(Self { values: Some(values), ..Self::default() });
            } else if let ([_], true) = (others.as_slice(), values.is_empty()) {
                self.and(others.into_iter().next().map(|(_, shape)| shape).unwrap_or_default());
            } else if are_types {
                let types = others.iter().flat_map(|(_, shape)| shape.types.iter().flatten().copied());
                self.and(Self { types: Some(types.collect()), ..Self::default() });
            } else {
                let schemas = others.into_iter().map(|(schema, _)| schema).collect();
                self.unions.push(Union { values, schemas });
            }
            self.null = null;
        }
        if let Some(values) = &mut self.values
            && let Some(types) = self.types.take()
        {
            // Listed values determine their type.
            values.retain(|value| types.iter().any(|name| is_of_type(value, name)));
        }
        self
    }

    /// Whether it is a list of values and nothing else.
    fn is_of_values(&self) -> bool {
        self.values.is_some() && self.unions.is_empty() && self.others.is_empty()
    }

    /// Whether it is a list of types and nothing else.
    fn is_of_types(&self) -> bool {
        self.types.is_some() && self.has_no_more_than_types()
    }

    fn has_no_more_than_types(&self) -> bool {
        let Self { format, values, unions, properties, required, additional, items, tuple, .. } = self;
        format.is_none()
            && values.is_none()
            && unions.is_empty()
            && properties.is_empty()
            && required.is_empty()
            && additional.is_empty()
            && items.is_empty()
            && tuple.is_empty()
            && self.bounds.is_empty()
            && self.patterns.is_empty()
            && self.others.is_empty()
            && !self.unknown
    }
}

struct Reader<'a> {
    api: Api<'a>,
    /// The schemas that are being read, to detect cycles.
    open: Vec<&'a Value>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, schema: &'a Value) -> Shape<'a> {
        let Value::Object(members) = schema else {
            // Nothing is allowed; `types` says so.
            let none = *schema == Value::Bool(false);
            return Shape { null: !none, types: none.then(Vec::new), ..Shape::default() };
        };
        if self.open.iter().any(|open| ptr::eq(*open, schema)) {
            return Shape::default();
        }
        self.open.push(schema);
        let mut shape = Shape::default();
        let mut nullable = false;
        for (keyword, value) in members {
            match keyword.as_str() {
                "$ref" => {
                    if let Some(target) = value.as_str().and_then(|reference| self.api.refer(reference)) {
                        shape.and(self.read(target));
                    }
                }
                "allOf" => {
                    for schema in value.as_array().into_iter().flatten() {
                        let mut part = self.read(schema);
                        part.all_of.clear();
                        part.all_of.push(schema);
                        shape.and(part);
                    }
                }
                "anyOf" | "oneOf" => {
                    let schemas = value.as_array().into_iter().flatten().collect();
                    shape.unions.push(Union { values: Vec::new(), schemas });
                }
                "nullable" => nullable = *value == Value::Bool(true),
                keyword => shape.and(own(keyword, value)),
            }
        }
        exclusive(members, &mut shape);
        if nullable {
            // Whether null is allowed is now decided, and no alternative can change it.
            shape = Shape { null: false, ..shape }.folded(self);
            shape.null = true;
        }
        self.open.pop();
        shape
    }
}

/// The shape of a keyword that refers to no other schema of the same value.
fn own<'a>(keyword: &'a str, value: &'a Value) -> Shape<'a> {
    let mut shape = Shape::default();
    let values = |values: Vec<&'a Value>| {
        let null = values.iter().any(|value| value.is_null());
        (null, values.into_iter().filter(|value| !value.is_null()).collect::<Vec<_>>())
    };
    let schemas = || value.as_object().into_iter().flatten();
    match keyword {
        "type" => {
            let names: Vec<&str> = match value {
                Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                name => name.as_str().into_iter().collect(),
            };
            shape.null = names.contains(&"null");
            shape.types = Some(names.into_iter().filter(|name| *name != "null").collect());
        }
        "format" => shape.format = value.as_str(),
        "const" => {
            let (null, listed) = values(vec![value]);
            (shape.null, shape.values) = (null, Some(listed));
        }
        "enum" => {
            let (null, listed) = values(value.as_array().into_iter().flatten().collect());
            (shape.null, shape.values) = (null, Some(listed));
        }
        "properties" => shape.properties = schemas().map(|(name, it)| (name.as_str(), vec![it])).collect(),
        "required" => {
            shape.required = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        }
        "additionalProperties" => {
            if *value != Value::Bool(true) && *value != serde_json::json!({}) {
                shape.additional = vec![if *value == Value::Bool(false) { FALSE } else { value }];
            }
        }
        "items" => shape.items = vec![value],
        "prefixItems" => shape.tuple = value.as_array().into_iter().flatten().map(|it| vec![it]).collect(),
        "pattern" => shape.patterns.extend(value.as_str()),
        "x-extensible-enum" => shape.extensible = *value != Value::Bool(false),
        "x-routegen-untyped" => shape.unknown = *value == Value::Bool(true),
        "readOnly" => shape.read_only = *value == Value::Bool(true),
        "writeOnly" => shape.write_only = *value == Value::Bool(true),
        "default" => shape.default = Some(value),
        UNIQUE => {
            if *value == Value::Bool(true) {
                shape.bounds.insert(UNIQUE, Bound { number: 1.into(), exclusive: false });
            }
        }
        "exclusiveMinimum" | "exclusiveMaximum" => {}
        keyword if bound(keyword).is_some() => {
            if let (Some(name), Value::Number(number)) = (bound(keyword), value) {
                let says_nothing =
                    LOWER[1..].contains(&name) && number.as_f64().is_none_or(|number| number <= 0.0);
                if !says_nothing {
                    shape.bounds.insert(name, Bound { number: number.clone(), exclusive: false });
                }
            }
        }
        keyword if keyword.starts_with("x-") || ANNOTATIONS.contains(&keyword) => {}
        keyword => {
            shape.others.insert(keyword, vec![value]);
        }
    }
    shape
}

fn bound(keyword: &str) -> Option<&'static str> {
    LOWER.iter().chain(&UPPER).chain(&[STEP]).find(|name| **name == keyword).copied()
}

/// `exclusiveMinimum` and `exclusiveMaximum` are numbers in 3.1, and flags beside the bound in 3.0.
fn exclusive(members: &serde_json::Map<String, Value>, shape: &mut Shape<'_>) {
    for (keyword, name) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match members.get(keyword) {
            Some(Value::Bool(true)) => {
                if let Some(bound) = shape.bounds.get_mut(name) {
                    bound.exclusive = true;
                }
            }
            Some(Value::Number(number)) => {
                let own = Bound { number: number.clone(), exclusive: true };
                let tighter = shape.bounds.get(name).is_none_or(|known| {
                    if name == "maximum" {
                        own.value() <= known.value()
                    } else {
                        own.value() >= known.value()
                    }
                });
                if tighter {
                    shape.bounds.insert(name, own);
                }
            }
            _ => {}
        }
    }
}

/// The types that are in both lists; an integer is a number.
fn common<'a>(one: &[&'a str], other: &[&'a str]) -> Vec<&'a str> {
    let mut types: Vec<&str> = one.iter().copied().filter(|name| covers(other, name)).collect();
    let more = other.iter().copied().filter(|name| covers(one, name) && !types.contains(name));
    let more: Vec<_> = more.collect();
    types.extend(more);
    types
}

/// Whether these types include the type.
pub(super) fn covers(types: &[&str], name: &str) -> bool {
    types.contains(&name) || (name == "integer" && types.contains(&"number"))
}

pub(super) fn is_of_type(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => {
            name == "number"
                || (name == "integer" && number.as_f64().is_some_and(|number| number.fract() == 0.0))
        }
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    }
}

/// Whether two values are equal; 1 and 1.0 are.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

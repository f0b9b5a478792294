//! Parameters of the path and of the query.
//!
//! In: the type that takes them, by its schema or by what serde reports, and the path. Out: the document's
//! parameters. A schema is preferred, because it has descriptions and bounds.

use routegen_spec::{
    PathPattern,
    contract::{Field, Parameters, Schema, Traced},
};
use serde_json::{Value, json};

use super::components::Components;

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) description: String,
    pub(super) deprecated: bool,
    pub(super) schema: Value,
}

impl Parameter {
    fn new(Field { name, required, mut schema, .. }: Field) -> Self {
        let mut take = |member: &str| schema.as_object_mut().and_then(|members| members.remove(member));
        let description =
            take("description").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
        let deprecated = take("deprecated") == Some(Value::Bool(true));
        Self { name, required, description, deprecated, schema }
    }
}

/// The parameters of the path, in its order. Without a type, a parameter is a string.
pub(super) fn of_path(
    path: &PathPattern,
    taken: Option<&Parameters>,
    components: &Components,
) -> Vec<Parameter> {
    let names: Vec<&str> = path.parameters().collect();
    let fields = taken.and_then(|taken| fields(&taken.schema, &taken.traced, components));
    let values = taken.map(|taken| values(taken, components)).unwrap_or_default();
    let parameter = |(at, name): (usize, &&str)| {
        let field = fields.iter().flatten().find(|field| field.name == *name).cloned();
        let schema = field.map(|field| field.schema).or_else(|| values.get(at).cloned());
        let schema =
            schema.filter(|schema| *schema != json!({})).unwrap_or_else(|| json!({ "type": "string" }));
        Parameter::new(Field::new(*name, true, without_null(schema)))
    };
    names.iter().enumerate().map(parameter).collect()
}

/// The parameters of the query; `None` if they are not known.
pub(super) fn of_query(
    schema: &Schema,
    traced: &Traced,
    optional: bool,
    components: &Components,
) -> Option<Vec<Parameter>> {
    let fields = fields(schema, traced, components)?;
    let field =
        |field: Field| Field::new(field.name, field.required && !optional, without_null(field.schema));
    Some(fields.into_iter().map(|known| Parameter::new(field(known))).collect())
}

/// The fields of a struct, from its schema, else from what serde reports.
fn fields(schema: &Schema, traced: &Traced, components: &Components) -> Option<Vec<Field>> {
    let resolved = components.resolve(schema);
    let object = resolved.as_ref().map(|value| followed(value, components));
    if let Some(properties) = object.and_then(|object| object.get("properties")?.as_object()) {
        let required: Vec<&str> = object
            .and_then(|object| object.get("required")?.as_array())
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let field = |(name, schema): (&String, &Value)| {
            Field::new(name.as_str(), required.contains(&name.as_str()), schema.clone())
        };
        return Some(properties.iter().map(field).collect());
    }
    match traced {
        Traced::Fields(fields) => Some(fields.clone()),
        _ => None,
    }
}

/// The values of a tuple, or a single value.
fn values(taken: &Parameters, components: &Components) -> Vec<Value> {
    if let Some(value) = components.resolve(&taken.schema) {
        let object = followed(&value, components);
        if let Some(Value::Array(values)) = object.get("prefixItems") {
            return values.clone();
        }
        return if object.get("properties").is_some() { Vec::new() } else { vec![value] };
    }
    match &taken.traced {
        Traced::Values(values) => values.clone(),
        _ => Vec::new(),
    }
}

/// Follows a reference to its schema.
fn followed<'a>(value: &'a Value, components: &'a Components) -> &'a Value {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|reference| components.get(reference));
    target.unwrap_or(value)
}

/// A parameter that is present is never null: a field that may be null in a struct may be missing in a
/// request.
fn without_null(mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        if let Some(Value::Array(types)) = members.get("type").cloned()
            && let [one, other] = types.as_slice()
            && (one == "null" || other == "null")
        {
            let kept = if one == "null" { other } else { one };
            members.insert("type".to_owned(), kept.clone());
        }
        if let Some(Value::Array(any)) = members.get("anyOf").cloned() {
            let others: Vec<_> =
                any.iter().filter(|schema| **schema != json!({ "type": "null" })).cloned().collect();
            if let ([only], true) = (others.as_slice(), any.len() == 2) {
                members.remove("anyOf");
                if let Some(only) = only.as_object() {
                    members.extend(only.clone());
                }
            }
        }
        if members.get("default") == Some(&Value::Null) {
            members.remove("default");
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use routegen_spec::contract::Place;

    use super::*;

    fn schema(value: Value) -> Schema {
        Schema::new("a::T", value, std::collections::BTreeMap::new(), true)
    }

    #[test]
    fn a_path_has_a_text_for_each_parameter_unless_a_type_says_more() {
        let path: PathPattern = "/a/{b}/{c}".parse().unwrap();
        let shown = |taken: Option<&Parameters>| {
            let parameters = of_path(&path, taken, &Components::default()).into_iter();
            parameters
                .map(|parameter| format!("{} {}", parameter.name, parameter.schema))
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(shown(None), r#"b {"type":"string"}, c {"type":"string"}"#);
        let traced = Traced::Values(vec![json!({ "type": "integer" }), json!({})]);
        let taken = Parameters::new(Place::Path, Schema::unknown("a::T"), traced);
        assert_eq!(shown(Some(&taken)), r#"b {"type":"integer"}, c {"type":"string"}"#);
        let typed = json!({ "type": "object", "properties": { "c": { "type": "boolean" } } });
        let taken = Parameters::new(Place::Path, schema(typed), Traced::Unknown);
        assert_eq!(shown(Some(&taken)), r#"b {"type":"string"}, c {"type":"boolean"}"#);
        let typed = json!({ "type": "array", "prefixItems": [{ "type": "integer" }, { "type": "string", "format": "uuid" }] });
        let taken = Parameters::new(Place::Path, schema(typed), Traced::Unknown);
        assert_eq!(shown(Some(&taken)), r#"b {"type":"integer"}, c {"format":"uuid","type":"string"}"#);
    }

    #[test]
    fn a_query_has_the_fields_and_what_may_be_null_may_be_missing() {
        let typed = json!({
            "type": "object",
            "required": ["from"],
            "properties": {
                "from": { "type": "integer", "description": "The first" },
                "limit": { "type": ["integer", "null"], "default": null },
                "order": { "anyOf": [{ "$ref": "#/components/schemas/Order" }, { "type": "null" }] },
            },
        });
        let query =
            of_query(&schema(typed.clone()), &Traced::Unknown, false, &Components::default()).unwrap();
        let shown: Vec<_> =
            query.iter().map(|it| format!("{} {} {}", it.name, it.required, it.schema)).collect();
        let expected = [
            r#"from true {"type":"integer"}"#,
            r#"limit false {"type":"integer"}"#,
            r##"order false {"$ref":"#/components/schemas/Order"}"##,
        ];
        assert_eq!(shown, expected);
        assert_eq!(query[0].description, "The first");
        let optional = of_query(&schema(typed), &Traced::Unknown, true, &Components::default()).unwrap();
        assert!(optional.iter().all(|parameter| !parameter.required));
        assert_eq!(of_query(&Schema::unknown("a::T"), &Traced::Unknown, false, &Components::default()), None);
    }
}

//! The reference of routegen.toml: its keys, from the JSON Schema, which is generated from the types that
//! parse the file.

use std::{env, fs};

use serde_json::Value;

use super::repository;

/// A row for each key of a table and of the tables below it.
fn rows(table: &Value, way: &str, schema: &Value, rows: &mut String) {
    let required: Vec<_> = table["required"].as_array().into_iter().flatten().collect();
    for (name, key) in table["properties"].as_object().unwrap() {
        let way = if way.is_empty() { name.clone() } else { format!("{way}.{name}") };
        let kind = resolved(key, schema);
        let described = [key, kind].into_iter().find_map(|value| value["description"].as_str());
        let description = described.unwrap_or_default();
        let (below, way_below) = match kind {
            map if map["additionalProperties"].is_object() => {
                (resolved(&map["additionalProperties"], schema), format!("{way}.NAME"))
            }
            list if list["type"] == "array" => (resolved(&list["items"], schema), way.clone()),
            table => (table, way.clone()),
        };
        let value = match value(kind, below) {
            value if required.iter().any(|required| *required == name) => format!("{value}, required"),
            value => value,
        };
        rows.extend(["| `", &way, "` | ", &value, " | ", description, " |\n"]);
        if below["properties"].is_object() {
            self::rows(below, &way_below, schema, rows);
        }
    }
}

/// Resolves a value whose type is a reference.
fn resolved<'a>(value: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = value["$ref"].as_str().or_else(|| value["allOf"][0]["$ref"].as_str());
    reference.map_or(value, |name| &schema["definitions"][name.trim_start_matches("#/definitions/")])
}

/// The type of a value, in words; `below` is the type of its items.
fn value(kind: &Value, below: &Value) -> String {
    let choices = |values: Vec<&Value>| {
        values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" or ")
    };
    if let Some(values) = kind["enum"].as_array() {
        return choices(values.iter().collect());
    }
    if let Some(kinds) = kind["oneOf"].as_array() {
        return choices(kinds.iter().map(|kind| &kind["const"]).collect());
    }
    match kind["type"].as_str().unwrap() {
        _ if !kind["const"].is_null() => choices(vec![&kind["const"]]),
        "array" if below["type"] == "object" => "tables".to_owned(),
        "array" => "texts".to_owned(),
        "object" if kind["additionalProperties"].is_object() => "a table for each name".to_owned(),
        "object" => "a table".to_owned(),
        "string" if kind["format"] == "date" => "a date".to_owned(),
        "string" => "a text".to_owned(),
        "integer" => match (&kind["minimum"], &kind["maximum"]) {
            (least, Value::Null) => format!("an integer, {least} or more"),
            (least, most) => format!("an integer, {least} to {most}"),
        },
        "boolean" => "`true` or `false`".to_owned(),
        other => panic!("{other}"),
    }
}

/// `just bless` writes them.
#[test]
fn the_reference_of_routegen_toml_has_its_keys() {
    let schema = fs::read_to_string(repository().join("cli/routegen.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut table = "| key | value | what it is |\n|---|---|---|\n".to_owned();
    rows(&schema, "", &schema, &mut table);
    let path = repository().join("docs/configuration.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- from routegen.schema.json -->\n", "<!-- end of routegen.schema.json -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let expected = format!("{before}{begin}{table}{end}{after}");
    if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(&path, &expected).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap();
    assert!(page == expected, "docs/configuration.md is not that of the schema: run `just bless`");
}

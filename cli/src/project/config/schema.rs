//! The JSON Schema of `routegen.toml`, `cli/routegen.schema.json`, with which editors complete and check it.
//! It is generated from the types.

use std::{collections::BTreeSet, env, fs, path::Path, sync::LazyLock};

use schemars::{Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value;

use super::{Config, mistake::TOP};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let settings = SchemaSettings::draft07().with_transform(RecursiveTransform(without_null));
    let mut schema = settings.into_generator().into_root_schema_for::<Config>();
    schema.insert("title".to_owned(), "routegen.toml".into());
    schema.to_value()
});

/// TOML has no null: an optional key is one that is not required.
fn without_null(schema: &mut Schema) {
    let is_null = |schema: &Value| schema == "null" || schema["type"] == "null";
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|word| !is_null(word));
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| !is_null(choice));
        if let [only] = choices.as_slice() {
            let only = vec![only.clone()];
            schema.remove("anyOf");
            schema.insert("allOf".to_owned(), only.into());
        }
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}

/// `just bless` writes it.
#[test]
fn the_schema_in_the_repository_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("routegen.schema.json");
    let text = serde_json::to_string_pretty(&*SCHEMA).unwrap() + "\n";
    if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(&path, &text).unwrap();
    }
    let committed: Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap_or_default()).unwrap_or_default();
    assert_eq!(committed, *SCHEMA, "run `just bless`");
}

/// A step on the path from the root of the file to a table.
#[derive(Clone)]
enum Step {
    Key(String),
    Item,
}

/// Collects each table in the schema, with its path and its valid keys.
fn tables(schema: &Value, way: &[Step], found: &mut Vec<(Vec<Step>, BTreeSet<String>)>) {
    let step = |step: Step| [way, &[step]].concat();
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/definitions/"))
    {
        tables(&SCHEMA["definitions"][name], way, found);
    }
    for choice in schema["allOf"].as_array().into_iter().flatten() {
        tables(choice, way, found);
    }
    if schema["items"].is_object() {
        tables(&schema["items"], &step(Step::Item), found);
    }
    if schema["additionalProperties"].is_object() {
        // The key is a name that the user chooses.
        tables(&schema["additionalProperties"], &step(Step::Key("name".to_owned())), found);
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    assert_eq!(schema["additionalProperties"], false, "an unknown key passes: {schema}");
    found.push((way.to_vec(), properties.keys().cloned().collect()));
    for (key, property) in properties {
        tables(property, &step(Step::Key(key.clone())), found);
    }
}

#[test]
fn the_schema_has_in_each_table_the_keys_that_the_reader_takes_and_no_others() {
    let mut found = Vec::new();
    tables(&SCHEMA, &[], &mut found);
    assert!(found.len() >= 8, "{}", found.len());
    for (way, keys) in found {
        let mut table = toml::Value::from(toml::Table::from_iter([("unknown".to_owned(), true.into())]));
        for step in way.iter().rev() {
            table = match step {
                Step::Key(key) => toml::Table::from_iter([(key.clone(), table)]).into(),
                Step::Item => vec![table].into(),
            };
        }
        let text = toml::to_string(&table).unwrap();
        let error = toml::from_str::<Config>(&text).unwrap_err();
        let known = error.message().strip_prefix("unknown field `unknown`, expected ");
        let known = known.unwrap_or_else(|| panic!("{text}: {error}"));
        let known: BTreeSet<String> = known.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(keys, known, "{text}");
    }
}

#[test]
fn every_key_is_a_table_or_is_known_to_belong_above_them() {
    let tables = ["accepted", "authorizers", "defaults", "functions", "openapi", "quotas"];
    let keys: BTreeSet<_> = SCHEMA["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, tables.iter().chain(TOP).copied().collect());
}

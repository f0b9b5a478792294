//! The module against a provider release that is not run: `cli/tests/terraform/provider/schema.json` contains
//! the arguments and attributes of provider 6.25.0, and `extract.py` beside it documents how it was made. All
//! other tests run another release in the module's range, 5.100.

use std::collections::BTreeSet;

use hcl::{Block, Body};
use serde_json::{Map, Value};

use crate::fixture::repository;

/// The arguments of a resource that Terraform itself reads.
const OF_TERRAFORM: [&str; 4] = ["count", "depends_on", "for_each", "provider"];

#[test]
fn every_argument_and_block_is_one_that_provider_6_takes() {
    let schema = schema();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for text in module() {
        let body: Body = hcl::parse(&text).unwrap();
        for block in body.blocks() {
            let kind = block.identifier();
            let [label, name] = block.labels() else { continue };
            let address = format!("{}.{}", label.as_str(), name.as_str());
            if !label.as_str().starts_with("aws_") {
                continue;
            }
            let takes = schema[kind][label.as_str()]["arguments"].as_object();
            let Some(takes) = takes else { panic!("schema.json lacks {address}: make it again") };
            compare(&address, block, takes, &mut wrong);
            seen += 1;
        }
    }
    assert_eq!(wrong, [""; 0]);
    let known = ["resource", "data"].map(|kind| schema[kind].as_object().unwrap().len());
    assert!(seen >= known.iter().sum::<usize>(), "schema.json has more than the module: make it again");
}

/// References are written as `aws_type.name.attribute` or `aws_type.name[key].attribute`.
#[test]
fn every_attribute_that_the_module_reads_is_one_that_provider_6_gives() {
    let schema = schema();
    let mut read = BTreeSet::new();
    for text in module() {
        for (at, _) in text.match_indices("aws_") {
            let is_reference =
                text[..at].ends_with([' ', '(', '[', '{', '!', '-']) || text[..at].ends_with("data.");
            let kind = if text[..at].ends_with("data.") { "data" } else { "resource" };
            if let Some((resource, attribute)) = reference(&text[at..]).filter(|_| is_reference) {
                read.insert((kind, resource, attribute));
            }
        }
    }
    assert!(
        read.contains(&("resource", "aws_lambda_function".to_owned(), "invoke_arn".to_owned())),
        "{read:?}"
    );
    assert!(read.contains(&("data", "aws_partition".to_owned(), "partition".to_owned())), "{read:?}");
    for (kind, resource, attribute) in read {
        let gives = schema[kind][&resource]["attributes"].as_array().unwrap();
        assert!(gives.iter().any(|given| *given == *attribute), "{kind} {resource} has no {attribute}");
    }
}

#[test]
fn what_the_provider_does_not_take_is_found() {
    let schema = schema();
    let takes = schema["resource"]["aws_apigatewayv2_stage"]["arguments"].as_object().unwrap();
    let found = |text: &str| {
        let body: Body = hcl::parse(text).unwrap();
        let mut wrong = Vec::new();
        compare("stage", body.blocks().next().unwrap(), takes, &mut wrong);
        wrong
    };
    let whole = "api_id = 1\nname = 2\n";
    let stage = |more: &str| format!("resource \"aws_apigatewayv2_stage\" \"this\" {{\n{whole}{more}}}\n");
    assert_eq!(found(&stage("for_each = {}\nlifecycle {}\n")), [""; 0]);
    assert_eq!(found(&stage("nme = 3\n")), ["stage: no argument nme"]);
    assert_eq!(found(&stage("route_settings = 3\n")), ["stage: route_settings is a block"]);
    assert_eq!(found(&stage("tags {}\n")), ["stage: tags is no block"]);
    let dynamic = "dynamic \"route_settings\" {\nfor_each = []\ncontent {\nroute_kye = 1\n}\n}\n";
    assert_eq!(
        found(&stage(dynamic)),
        ["stage.route_settings: no argument route_kye", "stage.route_settings: without route_key"]
    );
    let nameless = "resource \"aws_apigatewayv2_stage\" \"this\" {\napi_id = 1\n}\n";
    assert_eq!(found(nameless), ["stage: without name"]);
}

/// What a block contains but the schema does not, and what the schema requires but the block lacks.
fn compare(place: &str, block: &Block, takes: &Map<String, Value>, wrong: &mut Vec<String>) {
    let known = |name: &str| takes.get(name).or_else(|| takes.get(&format!("{name}!")));
    let mut written = BTreeSet::new();
    for attribute in block.body().attributes() {
        let name = attribute.key();
        written.insert(name.to_owned());
        match known(name) {
            _ if OF_TERRAFORM.contains(&name) => {}
            None => wrong.push(format!("{place}: no argument {name}")),
            Some(Value::Null) => {}
            Some(_) => wrong.push(format!("{place}: {name} is a block")),
        }
    }
    for inner in block.body().blocks() {
        let (name, inner) = match inner.identifier() {
            "lifecycle" => continue,
            "dynamic" => (inner.labels()[0].as_str(), inner.body().blocks().next().unwrap()),
            name => (name, inner),
        };
        written.insert(name.to_owned());
        match known(name) {
            Some(Value::Object(takes)) => compare(&format!("{place}.{name}"), inner, takes, wrong),
            Some(_) => wrong.push(format!("{place}: {name} is no block")),
            None => wrong.push(format!("{place}: no block {name}")),
        }
    }
    let demanded = takes.keys().filter_map(|name| name.strip_suffix('!'));
    wrong.extend(
        demanded.filter(|name| !written.contains(*name)).map(|name| format!("{place}: without {name}")),
    );
}

/// The resource type and the attribute, in a text that begins with a reference.
fn reference(text: &str) -> Option<(String, String)> {
    let word = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        text[..end].to_owned()
    };
    let resource = word(text);
    let rest = text[resource.len()..].strip_prefix('.')?;
    let mut rest = &rest[word(rest).len()..];
    if rest.starts_with('[') {
        let mut depth = 0;
        let end = rest.find(|c| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            depth == 0
        })?;
        rest = &rest[end + 1..];
    }
    Some((resource, word(rest.strip_prefix('.')?)))
}

fn schema() -> Value {
    let file = repository().join("cli/tests/terraform/provider/schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(schema["version"], "6.25.0");
    schema
}

/// The files of the module, as they are emitted.
fn module() -> Vec<String> {
    let folder = repository().join("cli/src/terraform/module");
    let files = folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path());
    files.map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

//! Defaults and examples that differ between runs.
//!
//! In: what the types reported in each of two runs. Out: what both runs have in common, without defaults and
//! examples that differ, and where these were. A document with the time of its creation would be out of date
//! at once.

use routegen_spec::contract::Contract;
use serde_json::Value;

/// The keywords whose values come from the user's code.
const MADE: [&str; 3] = ["default", "example", "examples"];

/// What both runs have in common, and the keywords that were left out: their routes' entry points, and the
/// paths to them.
pub(super) fn stable([first, second]: &[Contract; 2]) -> (Contract, Vec<(String, String)>) {
    let mut left_out = Vec::new();
    let mut stable = first.clone();
    for route in &mut stable.routes {
        let Some(other) = second.routes.iter().find(|other| other.entry == route.entry) else { continue };
        let (Ok(mut one), Ok(other)) = (serde_json::to_value(&*route), serde_json::to_value(other)) else {
            continue;
        };
        let mut found = Vec::new();
        keep(&mut one, &other, &mut Vec::new(), &mut found);
        if let (false, Ok(kept)) = (found.is_empty(), serde_json::from_value(one)) {
            *route = kept;
        }
        found.dedup();
        left_out.extend(found.into_iter().map(|way| (route.entry.clone(), way)));
    }
    (stable, left_out)
}

fn keep(one: &mut Value, other: &Value, way: &mut Vec<String>, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.retain(|name, value| {
                let same =
                    !MADE.contains(&name.as_str()) || other.get(name).is_some_and(|other| other == value);
                // A property may have such a name; then its value is a schema and not the keyword's.
                let is_property = way.last().is_some_and(|name| name == "properties");
                if !same && !is_property {
                    found.push(shown(way));
                }
                same || is_property
            });
            for (name, value) in one {
                if let Some(other) = other.get(name) {
                    way.push(name.clone());
                    keep(value, other, way, found);
                    way.pop();
                }
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            one.iter_mut().zip(other).for_each(|(one, other)| keep(one, other, way, found));
        }
        _ => {}
    }
}

/// The type and the property, such as `Item.created`.
fn shown(way: &[String]) -> String {
    let after = |keyword: &str| {
        way.iter().rposition(|name| name == keyword).and_then(|at| way.get(at + 1)).map(String::as_str)
    };
    let names: Vec<_> = [after("definitions"), after("properties")].into_iter().flatten().collect();
    names.join(".")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use routegen_spec::contract::{Answer, Body, RouteTypes, Schema, Status};
    use serde_json::json;

    use super::*;

    fn run(now: u32) -> Contract {
        let item = json!({ "properties": { "at": { "default": now }, "of": { "default": 1 }, "default": { "default": now } } });
        let schema = Schema::new(
            "a::Item",
            json!({ "$ref": "#/$defs/Item" }),
            BTreeMap::from([("Item".to_owned(), item)]),
            false,
        );
        let mut answer = Answer::new(Status::Is(200));
        answer.bodies = vec![Body::new("application/json", schema)];
        let mut route = RouteTypes::new("a", "");
        route.answers = vec![answer];
        Contract::new(vec![route])
    }

    #[test]
    fn a_default_that_changes_is_left_out_and_named() {
        let (contract, left_out) = stable(&[run(1), run(2)]);
        let item = &contract.routes[0].answers[0].bodies[0].schema.definitions["Item"];
        assert_eq!(*item, json!({ "properties": { "at": {}, "of": { "default": 1 }, "default": {} } }));
        let named = ["Item.at", "Item.default"].map(|way| ("a".to_owned(), way.to_owned()));
        assert_eq!(left_out, named);
        assert_eq!(stable(&[run(1), run(1)]), (run(1), Vec::new()));
    }
}

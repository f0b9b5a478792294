//! `routegen routes --grants`: lists what each function may do in AWS.

use std::fmt;

use routegen_spec::Permission;
use serde::Serialize;

use super::{api::Api, table::table};
use crate::{app::error::Error, check::CheckedManifest};

pub(super) fn run(api: &Api<'_>) -> Result<(), Error> {
    let checked = api.checked()?;
    Ok(api.printer.outcome(&Listing::of(&checked))?)
}

/// The functions, by name.
#[derive(Serialize)]
struct Listing<'a> {
    functions: Vec<Allowed<'a>>,
}

/// What a function may do, and the names under which its code finds the resources.
#[derive(Serialize)]
struct Allowed<'a> {
    name: &'a str,
    grants: &'a [Permission],
    resources: Vec<Resource<'a>>,
}

/// A resource and its environment variable.
#[derive(Serialize)]
struct Resource<'a> {
    name: &'a str,
    variable: &'a str,
    value: &'static str,
}

impl<'a> Listing<'a> {
    fn of(checked: &'a CheckedManifest) -> Self {
        let functions = checked.functions.iter().map(|function| {
            let permissions = &function.permissions;
            let named =
                checked.resources.iter().filter(|resource| permissions.resources.contains(&resource.name));
            let resources = named.map(|resource| Resource {
                name: &resource.name,
                variable: resource.variable.as_str(),
                value: resource.value.as_str(),
            });
            Allowed { name: &function.name, grants: &permissions.statements, resources: resources.collect() }
        });
        Self { functions: functions.collect() }
    }
}

impl fmt::Display for Listing<'_> {
    /// One row per statement; a function without permissions has a row that says so.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.functions.iter().flat_map(|function| {
            let variable = |name: &str| {
                let named = function.resources.iter().find(|resource| resource.name == name);
                named.map_or("-", |resource| resource.variable).to_owned()
            };
            let row = |grant: &Permission| {
                let on: Vec<_> = grant.on.iter().map(|suffix| on(&grant.resource, suffix)).collect();
                vec![
                    function.name.to_owned(),
                    grant.actions.join(" "),
                    on.join(" "),
                    variable(&grant.resource),
                ]
            };
            let rows: Vec<_> = function.grants.iter().map(row).collect();
            let nothing =
                || vec![vec![function.name.to_owned(), "-".to_owned(), "-".to_owned(), "-".to_owned()]];
            if rows.is_empty() { nothing() } else { rows }
        });
        f.write_str(&table(&["FUNCTION", "ACTIONS", "ON", "VARIABLE"], rows, &[]))
    }
}

/// A resource and the suffix of its ARN; `*` is any resource.
fn on(resource: &str, suffix: &str) -> String {
    if suffix == resource { suffix.to_owned() } else { format!("{resource}{suffix}") }
}

#[cfg(test)]
mod tests {
    use routegen_spec::{GrantSpec, Manifest};

    use super::*;
    use crate::check::fixture::{authorizer, behind, route, with};

    #[test]
    fn each_statement_has_a_row_and_a_function_without_one_too() {
        let mut query = GrantSpec::new("items_table", ["dynamodb:Query"]);
        query.on = vec![String::new(), "/index/*".to_owned()];
        let mut list = GrantSpec::new("*", ["dynamodb:ListTables"]);
        list.on = vec!["*".to_owned()];
        let get = with(behind("key", "get_items"), |route| route.grants = vec![query.clone(), list]);
        let key =
            with(authorizer("key"), |key| key.grants = vec![GrantSpec::new("keys_topic", ["sns:Publish"])]);
        let manifest = Manifest::new("0.0.0", vec![get, route("health", "/health")], vec![key]);
        let config = crate::project::config::Config::default();
        let checked = crate::check::check("".into(), "items", &manifest, &config).unwrap().manifest;
        let listing = Listing::of(&checked);
        assert_eq!(
            listing.to_string(),
            "FUNCTION   ACTIONS              ON                               VARIABLE\n\
             get-items  dynamodb:ListTables  *                                -\n\
             get-items  dynamodb:Query       items_table items_table/index/*  ITEMS_TABLE\n\
             health     -                    -                                -\n\
             key        sns:Publish          keys_topic                       KEYS_TOPIC\n"
        );
        let json = serde_json::to_value(&listing).unwrap();
        assert_eq!(
            json["functions"][0],
            serde_json::json!({
                "name": "get-items",
                "grants": [
                    { "resource": "*", "actions": ["dynamodb:ListTables"], "on": ["*"] },
                    { "resource": "items_table", "actions": ["dynamodb:Query"], "on": ["", "/index/*"] },
                ],
                "resources": [{ "name": "items_table", "variable": "ITEMS_TABLE", "value": "name" }],
            })
        );
    }
}

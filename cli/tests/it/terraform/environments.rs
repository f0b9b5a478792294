//! Environments that differ only in a file of values: the root stays as it was written, and the real provider
//! plans each.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::tool::{Root, Terraform, terraform_with_provider};
use crate::fixture::{copy, items, repository, scratch};

/// A provider that sends no requests: nothing exists yet, so a plan reads nothing.
const PROVIDER: &str = r#"provider "aws" {
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"#;

/// The default of this variable contains the account's id, which the provider would have to request.
const EVERYWHERE: &str = r#"
cognito_domain_prefix = "items"
resources             = { items_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items", name = "items" } }
"#;

const DEV: &str = r#"
function_name_prefix        = "dev-"
name                        = "items-dev"
tags                        = { stage = "dev" }
log_retention_days          = 7
cognito_deletion_protection = false
"#;

const STAGING: &str = r#"
function_name_prefix = "staging-"
name                 = "items-staging"
cors                 = { allow_origins = ["https://staging.example.com"] }
routes               = { get_items = { throttling_rate_limit = 5 } }
functions = {
  create_item = { timeout = 5, environment = { LEVEL = "debug" } }
  get_items   = { memory_size = 512 }
}
"#;

/// Only what every environment sets: each variable is null, and so has the module's default.
const PRODUCTION: &str = "";

#[test]
fn dev_staging_and_production_differ_by_a_file_of_values() {
    let Some(terraform) = terraform_with_provider() else { return };
    let environments = Environments::of(terraform, "environments", &items().terraform);
    let planned = |name: &str, values: &str| {
        let plan = environments.plan(name, values);
        let [create, get] =
            ["create_item", "get_items"].map(|key| plan.of(&format!("aws_lambda_function.this[{key:?}]")));
        let (api, stage) = (plan.of("aws_apigatewayv2_api.this"), plan.of("aws_apigatewayv2_stage.this"));
        json!({
            "names": [api["name"], create["function_name"], get["function_name"]],
            "tags": api["tags"],
            "create": [create["memory_size"], create["timeout"], create["environment"][0]["variables"]["LEVEL"]],
            "get": [get["memory_size"], get["timeout"]],
            "cors": api["cors_configuration"][0]["allow_origins"],
            "rates": [
                stage["default_route_settings"][0]["throttling_rate_limit"],
                stage["route_settings"][0]["throttling_rate_limit"],
            ],
            "retention": plan.of("aws_cloudwatch_log_group.access")["retention_in_days"],
            "protection": plan.of("aws_cognito_user_pool.this[\"cognito\"]")["deletion_protection"],
        })
    };
    let production = json!({
        "names": ["items", "items-create-item", "items-get-items"],
        "tags": null,
        "create": [128, 10, null],
        "get": [256, 10],
        "cors": null,
        "rates": [1000, null],
        "retention": 365,
        "protection": "ACTIVE",
    });
    let but = |differences: Value| {
        let mut environment = production.clone();
        environment.as_object_mut().unwrap().extend(differences.as_object().unwrap().clone());
        environment
    };
    assert_eq!(planned("production", PRODUCTION), production);
    let dev = json!({
        "names": ["items-dev", "dev-create-item", "dev-get-items"],
        "tags": { "stage": "dev" },
        "retention": 7,
        "protection": "INACTIVE",
    });
    assert_eq!(planned("dev", DEV), but(dev));
    let staging = json!({
        "names": ["items-staging", "staging-create-item", "staging-get-items"],
        "create": [128, 5, "debug"],
        "get": [512, 10],
        "cors": ["https://staging.example.com"],
        "rates": [1000, 5],
    });
    assert_eq!(planned("staging", STAGING), but(staging));
}

/// The environment's file adds to what the example's root sets for a function.
#[test]
fn the_example_has_its_table_and_grants_in_every_environment() {
    let Some(terraform) = terraform_with_provider() else { return };
    let example = repository().join("examples/items/terraform");
    let values = format!("{STAGING}artifacts_dir = \"../lambda\"\n");
    let plan = Environments::of(terraform, "environments-of-items", &example).plan("staging", &values);
    let create = plan.of("aws_lambda_function.this[\"create_item\"]");
    assert_eq!(create["function_name"], "staging-create-item");
    assert_eq!(create["timeout"], 5);
    let variables = json!({ "ITEMS_TABLE": "staging-items", "LEVEL": "debug" });
    assert_eq!(create["environment"][0]["variables"], variables);
    assert_eq!(plan.of("aws_lambda_function.this[\"get_items\"]")["memory_size"], 512);
    for key in ["create_item", "get_items"] {
        assert_eq!(plan.of(&format!("aws_iam_role_policy.function[{key:?}]"))["name"], "routegen");
    }
}

/// For all functions and for one, in the emitted root and in one that adds to the file's values.
#[test]
fn a_plan_prints_the_names_of_environment_variables_and_none_of_their_values() {
    let Some(terraform) = terraform_with_provider() else { return };
    let secrets = r#"
environment   = { API_KEY = "hunter2-of-all" }
functions     = { get_items = { environment = { PASSWORD = "hunter2-of-one" } } }
"#;
    for (name, root, more) in [
        ("secrets", items().terraform.clone(), EVERYWHERE),
        (
            "secrets-of-items",
            repository().join("examples/items/terraform"),
            "artifacts_dir = \"../lambda\"\ncognito_domain_prefix = \"items\"\n",
        ),
    ] {
        let environments = Environments::of(terraform, name, &root);
        std::fs::write(environments.folder.join("terraform.tfvars"), format!("{secrets}{more}")).unwrap();
        let printed = environments.root.run(&["plan"]);
        for variable in ["API_KEY", "PASSWORD"] {
            let shown = printed.lines().find(|line| line.contains(variable));
            assert!(shown.is_some_and(|line| line.contains("(sensitive value)")), "{variable}: {printed}");
        }
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}

#[test]
fn every_variable_of_the_root_goes_to_the_module() {
    let root =
        |file: &str| std::fs::read_to_string(repository().join("cli/src/terraform/root").join(file)).unwrap();
    let (main, variables) = (root("main.tf"), root("variables.tf"));
    let variables: BTreeSet<_> = variables
        .lines()
        .filter_map(|line| line.strip_prefix("variable \"")?.split('"').next())
        .filter(|name| *name != "region")
        .collect();
    let passed: BTreeSet<_> = main
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once(" = var."))
        .map(|(name, variable)| {
            assert_eq!(name.trim(), variable);
            variable
        })
        .filter(|name| *name != "region")
        .collect();
    assert!(variables.len() > 10);
    assert_eq!(variables, passed);
}

/// A root in a folder of its own, beside the example's module.
struct Environments {
    root: Root,
    folder: Utf8PathBuf,
}

impl Environments {
    fn of(terraform: &'static Terraform, name: &str, root: &Utf8Path) -> Self {
        let scratch = scratch(name);
        let folder = scratch.join("terraform");
        copy(&items().terraform, &folder);
        // The emitted root finds them by a relative path; the example's root gets the path as a value.
        copy(&items().artifacts, &scratch.join("lambda"));
        for file in ["main.tf", "variables.tf"] {
            std::fs::copy(root.join(file), folder.join(file)).unwrap();
        }
        std::fs::write(folder.join("credentials_override.tf"), PROVIDER).unwrap();
        Self { root: Root::init(terraform, &folder), folder }
    }

    fn plan(&self, name: &str, values: &str) -> Plan {
        let file = format!("{name}.tfvars");
        std::fs::write(self.folder.join(&file), format!("{EVERYWHERE}{values}")).unwrap();
        self.root.run(&["plan", "-out", "plan", &format!("-var-file={file}")]);
        Plan(serde_json::from_str(&self.root.run(&["show", "-json", "plan"])).unwrap())
    }
}

struct Plan(Value);

impl Plan {
    /// The planned values of a resource in the module.
    fn of(&self, resource: &str) -> &Value {
        let address = format!("module.api.{resource}");
        let changes = self.0["resource_changes"].as_array().unwrap();
        let change = changes.iter().find(|change| change["address"] == *address);
        &change.unwrap_or_else(|| panic!("no {address}"))["change"]["after"]
    }
}

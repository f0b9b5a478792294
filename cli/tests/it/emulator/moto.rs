//! moto: Terraform creates everything, finds nothing to do after that, and removes everything.

use camino::Utf8Path;
use serde_json::{Value, json};

use super::{
    Emulator,
    python::{Python, python},
    set,
};
use crate::{
    fixture::{Project, copy, items, repository, routegen, scratch, succeed},
    terraform::tool::{Root, terraform_with_provider},
};

/// The caller's resources, whose ids and ARNs are only known after the apply.
const BESIDE: &str = r#"
resource "aws_s3_bucket" "artifacts" {
  bucket_prefix = "artifacts-"
}

resource "aws_sqs_queue" "items" {}
"#;

/// The module accepts values that are not known yet, and its zips are uploaded through the bucket.
const SETTINGS: &str = r#"
  artifact_bucket = { name = aws_s3_bucket.artifacts.id }
  alias           = "live"
  environment     = { QUEUE = aws_sqs_queue.items.url }
  functions = {
    create_item = {
      policies = {
        send = jsonencode({
          Version   = "2012-10-17"
          Statement = [{ Effect = "Allow", Action = ["sqs:SendMessage"], Resource = aws_sqs_queue.items.arn }]
        })
      }
    }
  }
"#;

#[test]
fn the_example_is_applied_needs_no_change_and_is_destroyed() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("moto");
    let emulator = start(python, &folder);
    let root = emulator.root(terraform, &folder, SETTINGS);
    std::fs::write(folder.join("terraform/beside.tf"), BESIDE).unwrap();
    root.apply();
    root.assert_nothing_to_do();

    // Under another name, the pool keeps its users and clients; a domain would lead to the new stage before
    // the old one is deleted.
    let renamed = format!("{SETTINGS}  name = \"staging\"\n  stage_name = \"v1\"\n");
    set(&folder.join("terraform"), &renamed);
    let changes = planned(&root);
    for (resource, actions) in [
        ("aws_apigatewayv2_stage.this", json!(["create", "delete"])),
        ("aws_cognito_resource_server.this[\"items\"]", json!(["no-op"])),
        ("aws_cognito_user_pool.this[\"cognito\"]", json!(["no-op"])),
        ("aws_cognito_user_pool_client.this[\"cognito\"]", json!(["update"])),
    ] {
        let address = format!("module.api.{resource}");
        let change = changes.iter().find(|change| change["address"] == *address).unwrap();
        assert_eq!(change["change"]["actions"], actions, "{resource}");
    }
    root.run(&["apply", "plan"]);
    root.assert_nothing_to_do();

    // As the module's variable documents: the protection is removed first, in a separate apply.
    set(&folder.join("terraform"), &format!("{renamed}  cognito_deletion_protection = false\n"));
    assert!(root.apply().contains("0 added, 1 changed, 0 destroyed"));
    destroy(&root);
}

#[test]
fn routes_stay_where_handlers_are_renamed_or_swap_their_paths() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("moto-rename");
    let emulator = start(python, &folder);
    let project = Project::new("renamed", "");
    let root = folder.join("terraform");
    let emit = |routes: &[(&str, &str)]| {
        let route = |(path, handler): &(&str, &str)| {
            format!("#[routegen::route(GET, \"{path}\", auth = \"none\")]\nasync fn {handler}() {{}}\n")
        };
        let lib: String = routes.iter().map(route).collect();
        project.write("src/lib.rs", &lib);
        succeed(&mut project.routegen(&["emit-tf", "--out", root.as_str(), "--artifacts", folder.as_str()]));
        for (_, handler) in routes {
            // moto runs nothing, so any zip is good enough.
            let zip = format!("{}.zip", handler.replace('_', "-"));
            std::fs::copy(items().artifacts.join("get-items.zip"), folder.join(zip)).unwrap();
        }
    };
    emit(&[("/items", "get_items"), ("/items/{id}", "get_item")]);
    std::fs::write(root.join("emulator_override.tf"), emulator.provider()).unwrap();
    let terraform = Root::init(terraform, &root);
    terraform.apply();

    let actions = |changes: &[Value], of: &str| {
        let of_type = changes.iter().filter(|change| change["type"] == of);
        of_type.map(|change| change["change"]["actions"].clone()).collect::<Vec<_>>()
    };

    emit(&[("/items", "list_items"), ("/items/{itemId}", "get_item")]);
    let changes = planned(&terraform);
    let integrations = "aws_apigatewayv2_integration";
    assert_eq!(actions(&changes, integrations), [json!(["no-op"]), json!(["update"])]);
    let moved = changes.iter().filter_map(|change| change["previous_address"].as_str());
    assert_eq!(
        moved.collect::<Vec<_>>(),
        ["module.api.aws_apigatewayv2_integration.this[\"get_items\"]"],
        "{changes:#?}"
    );
    // Another parameter name does not make another route.
    assert_eq!(actions(&changes, "aws_apigatewayv2_route"), [json!(["no-op"]), json!(["update"])]);
    terraform.run(&["apply", "plan"]);
    terraform.assert_nothing_to_do();

    // The handlers swap their paths. API Gateway refuses two routes with the same key, even for a moment.
    emit(&[("/items", "get_item"), ("/items/{itemId}", "list_items")]);
    let changes = planned(&terraform);
    assert_eq!(actions(&changes, integrations), [json!(["no-op"]), json!(["no-op"])]);
    assert_eq!(actions(&changes, "aws_apigatewayv2_route"), [json!(["update"]), json!(["update"])]);
    for change in changes.iter().filter(|change| change["type"] == "aws_apigatewayv2_route") {
        assert_eq!(change["change"]["before"]["route_key"], change["change"]["after"]["route_key"]);
    }
    terraform.run(&["apply", "plan"]);
    terraform.assert_nothing_to_do();
}

/// API Gateway refuses to delete an integration that a route still uses; moto would delete it.
#[test]
fn routes_that_come_to_share_a_function_change_before_what_they_had_goes() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("moto-group");
    let emulator = start(python, &folder);
    let project = Project::new("grouped", "");
    let root = folder.join("terraform");
    let emit = |keys: &str, functions: &[&str]| {
        let route = |path: &str, handler: &str| {
            format!("#[routegen::route(GET, \"{path}\", auth = \"none\"{keys})]\nasync fn {handler}() {{}}\n")
        };
        project.write("src/lib.rs", &(route("/cats", "cats") + &route("/dogs", "dogs")));
        succeed(&mut project.routegen(&["emit-tf", "--out", root.as_str(), "--artifacts", folder.as_str()]));
        for function in functions {
            std::fs::copy(items().artifacts.join("get-items.zip"), folder.join(format!("{function}.zip")))
                .unwrap();
        }
    };
    emit("", &["cats", "dogs"]);
    std::fs::write(root.join("emulator_override.tf"), emulator.provider()).unwrap();
    let terraform = Root::init(terraform, &root);
    terraform.apply();

    emit(", lambda = \"pets\"", &["pets"]);
    let printed = terraform.apply();
    let at = |line: &str| {
        let found = printed.lines().position(|printed| printed.starts_with(&format!("module.api.{line}")));
        found.unwrap_or_else(|| panic!("{line} is not in\n{printed}"))
    };
    // The integration of one of them stays, and leads to the new function as soon as API Gateway may call
    // that.
    let moved = at("aws_apigatewayv2_integration.this[\"pets\"]: Modifying");
    assert!(at("aws_lambda_permission.api[\"pets\"]: Creation complete") < moved);
    assert!(moved < at("aws_lambda_function.this[\"cats\"]: Destroying"));
    let changed = at("aws_apigatewayv2_route.this[\"GET /dogs\"]: Modifications complete");
    assert!(changed < at("aws_apigatewayv2_integration.this[\"dogs\"]: Destroying"));
    assert!(changed < at("aws_lambda_function.this[\"dogs\"]: Destroying"));
    terraform.assert_nothing_to_do();

    emit("", &["cats", "dogs"]);
    terraform.apply();
    terraform.assert_nothing_to_do();
}

#[test]
fn the_locals_alone_fit_resources_in_the_seeds_pattern() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("moto-own-resources");
    let emulator = start(python, &folder);
    let root = folder.join("terraform");
    copy(&repository().join("cli/tests/terraform/own_resources"), &root);
    std::fs::write(root.join("emulator_override.tf"), emulator.provider()).unwrap();
    let variables = format!("region = \"us-east-1\"\nartifacts_dir = {:?}\n", items().artifacts);
    std::fs::write(root.join("terraform.tfvars"), variables).unwrap();
    let emit = |syntax: &str| {
        let args =
            ["emit-tf", "-p", "items", "--layout", "locals", "--syntax", syntax, "--out", root.as_str()];
        succeed(&mut routegen(&args));
    };
    emit("hcl");
    let terraform = Root::init(terraform, &root);
    terraform.apply();
    let routes = &terraform.outputs()["routes"]["value"];
    assert_eq!(
        *routes,
        json!({
            "GET /items": ["get_items_lambda", "get-items", "cognito"],
            "POST /items/create": ["create_item_lambda", "create-item", "cognito"],
        })
    );
    // The other syntax means the same.
    emit("json");
    assert!(root.join("locals.tf.json").exists() && !root.join("locals.tf").exists());
    terraform.assert_nothing_to_do();
    terraform.destroy();
}

/// An existing pool and client.
const THEIRS: &str = r#"
resource "aws_cognito_user_pool" "theirs" {
  name = "theirs"
}

resource "aws_cognito_user_pool_client" "theirs" {
  name         = "theirs"
  user_pool_id = aws_cognito_user_pool.theirs.id
}
"#;

/// That pool for the API, including the scopes of its routes.
const THEIR_POOL: &str = "
  cognito_user_pool = {
    id                      = aws_cognito_user_pool.theirs.id
    client_ids              = [aws_cognito_user_pool_client.theirs.id]
    create_resource_servers = true
  }
";

#[test]
fn an_api_with_a_pool_that_exists_is_applied_needs_no_change_and_is_destroyed() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("moto-pool");
    let emulator = start(python, &folder);
    let root = emulator.root(terraform, &folder, THEIR_POOL);
    std::fs::write(folder.join("terraform/beside.tf"), THEIRS).unwrap();
    root.apply();
    root.assert_nothing_to_do();
    destroy(&root);
}

/// The planned changes, resource by resource; the plan is saved in the file `plan` for an apply.
pub(super) fn planned(root: &Root) -> Vec<Value> {
    root.run(&["plan", "-out", "plan"]);
    let plan: Value = serde_json::from_str(&root.run(&["show", "-json", "plan"])).unwrap();
    plan["resource_changes"].as_array().unwrap().clone()
}

/// Destroys an API with a resource server: moto has no `DeleteResourceServer`, but deletes it with the pool.
pub(super) fn destroy(root: &Root) {
    root.run(&["state", "rm", "module.api.aws_cognito_resource_server.this"]);
    root.destroy();
}

pub(super) fn start(python: &Python, folder: &Utf8Path) -> Emulator {
    Emulator::start(folder, "/moto-api/data.json", |port| {
        let mut command = python.server("moto.server", folder);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command.env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
        command
    })
}

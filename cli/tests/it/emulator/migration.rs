//! States that earlier modules made, taken over by the current one: the plan is what the guide says, and is
//! then applied.

use std::{collections::BTreeMap, fmt::Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use zip::ZipArchive;

use super::{
    faults::make_artifacts,
    moto::{self, planned},
    proxy::Proxy,
    python::python,
};
use crate::{
    fixture::{copy, repository, scratch},
    terraform::tool::{Root, terraform_with_provider},
};

/// For the variant `authorizers`, in modules without a default for the prefix of functions.
const SETTINGS: &str = r#"
  cognito_deletion_protection = false
  cognito_user_client         = { callback_urls = ["https://app.example.com"] }
  functions                   = { api_key = { environment = { KEYS = "a" } } }
  jwt_authorizers             = { partners = { issuer = "https://id.example.com", audience = ["pets"] } }
"#;

/// The locals that an emission writes now but did not write then, for code without resources and event
/// sources.
const LOCALS_SINCE: &str = "locals {
  lambda_grants      = {}
  lambda_resources   = {}
  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
";

/// The modules in `earlier/modules.zip`, and how each is called here: one copies its functions under names
/// without a prefix, the other with the prefix `copy`.
const EARLIER: [(&str, &str, &str); 2] = [
    ("before-authorizer-types", "", "  function_name_prefix = \"\"\n"),
    ("before-prefixes", "  copy = \"staging\"\n", "  function_name_prefix = \"staging-\"\n"),
];

#[test]
fn states_of_earlier_modules_are_taken_on_as_the_guide_says() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let scratch = scratch("migration");
    // It refuses what API Gateway refuses: two authorizers with one name, and deleting what a route uses.
    let proxy = Proxy::start(python, &scratch, moto::start(python, &scratch));
    let folder = scratch.join("terraform");
    let artifacts = scratch.join("artifacts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::create_dir(&artifacts).unwrap();
    extract(&folder);
    make_artifacts(&folder.join(EARLIER[0].0).join("locals.tf"), &artifacts);
    let write = |more: &dyn Fn(&str) -> &'static str| {
        let mut main = proxy.emulator.provider();
        for (name, settings, _) in EARLIER {
            let _ = write!(
                main,
                "\nmodule \"{name}\" {{\n  source = \"./{name}\"\n  artifacts_dir = {artifacts:?}\n{SETTINGS}{settings}{}}}\n",
                more(name)
            );
        }
        std::fs::write(folder.join("main.tf"), main).unwrap();
    };
    write(&|_| "");
    let root = Root::init(terraform, &folder);
    root.apply();
    root.assert_nothing_to_do();

    for (name, ..) in EARLIER {
        copy(&repository().join("cli/src/terraform/module"), &folder.join(name));
        std::fs::write(folder.join(name).join("since.tf"), LOCALS_SINCE).unwrap();
    }
    write(&|name| EARLIER.iter().find(|(other, ..)| *other == name).unwrap().2);
    let expected = |module: &str, resources: &[(&str, Value)]| -> BTreeMap<String, Value> {
        let address = |resource: &str| format!("module.{module}.{resource}");
        resources.iter().map(|(resource, actions)| (address(resource), actions.clone())).collect()
    };
    let (update, create) = (json!(["update"]), json!(["create"]));
    let clients = [
        ("aws_cognito_user_pool_client.this[\"cognito\"]", update.clone()),
        ("aws_cognito_user_pool_client.users[\"cognito\"]", update.clone()),
    ];
    let mut of_both = expected("before-prefixes", &clients);
    of_both.extend(expected("before-authorizer-types", &clients));
    of_both.extend(expected(
        "before-authorizer-types",
        &[
            ("aws_apigatewayv2_authorizer.this[\"api_key\"]", update),
            ("terraform_data.authorizer_type[\"api_key\"]", create.clone()),
            ("terraform_data.authorizer_type[\"cognito\"]", create.clone()),
            ("terraform_data.authorizer_type[\"partners\"]", create),
        ],
    ));
    assert_eq!(changes(&root), of_both);
    root.run(&["apply", "plan"]);
    root.assert_nothing_to_do();

    // A caller who sets no prefix gets the new names: resources with the prefix are created before the ones
    // that they replace are destroyed, and the API, its address, its pool and its clients stay.
    write(&|_| "");
    let changes = changes(&root);
    for key in ["api_key", "health", "pets"] {
        for module in ["before-authorizer-types", "before-prefixes"] {
            let of = |kind: &str| &changes[&format!("module.{module}.{kind}[\"{key}\"]")];
            assert_eq!(of("aws_lambda_function.this"), &json!(["create", "delete"]));
            assert_eq!(of("aws_iam_role.function"), &json!(["create", "delete"]));
            assert_eq!(of("aws_cloudwatch_log_group.function"), &json!(["delete", "create"]));
        }
    }
    let stays =
        ["aws_apigatewayv2_api.", "aws_apigatewayv2_stage.", "aws_apigatewayv2_route.", "aws_cognito_"];
    assert!(!changes.keys().any(|address| stays.iter().any(|stays| address.contains(stays))), "{changes:?}");
    root.run(&["apply", "plan"]);
    root.assert_nothing_to_do();
}

/// What a plan would change, by address; the plan is saved in the file `plan`.
fn changes(root: &Root) -> BTreeMap<String, Value> {
    let changes = planned(root)
        .into_iter()
        .map(|change| (change["address"].as_str().unwrap().to_owned(), change["change"]["actions"].clone()));
    changes.filter(|(_, actions)| *actions != json!(["no-op"]) && *actions != json!(["read"])).collect()
}

/// Extracts the earlier modules, each into a folder with its name. They are in one archive, because nobody
/// reads or changes them.
fn extract(folder: &Utf8Path) {
    let file: Utf8PathBuf = repository().join("cli/tests/terraform/earlier/modules.zip");
    let mut modules = ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    modules.extract(folder).unwrap();
}

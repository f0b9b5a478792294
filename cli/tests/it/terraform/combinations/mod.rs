//! Combinations of kinds of APIs and of settings: the provider validates and plans each.
//!
//! There are millions of combinations. Here any two settings meet in at least one combination, on every kind
//! of API.

mod pairs;

use std::{collections::BTreeMap, fmt::Write as _};

use super::tool::{Root, Terraform, terraform_with_provider};
use crate::fixture::{copy, repository, scratch};

/// Kinds of APIs, by the variant's name in `cli/tests/terraform`, each with the settings that it requires.
/// `FUNCTION` and `ROUTE` are keys of its maps.
const APIS: [Api; 8] = [
    Api { variant: "seed", function: "get_items", route: "create_item", needs: "" },
    Api { variant: "open", function: "get_status", route: "get_status", needs: "" },
    Api { variant: "catch_all", function: "files", route: "fallback", needs: "" },
    Api { variant: "scopeless", function: "get_profile", route: "get_profile", needs: "" },
    Api {
        variant: "authorizers",
        function: "api_key",
        route: "create_pet",
        needs: r#"jwt_authorizers = { partners = { issuer = aws_kms_key.known_later.id, audience = ["pets"] } }"#,
    },
    Api {
        variant: "issuers",
        function: "orders",
        route: "get_stock",
        needs: r#"jwt_authorizers = {
    partners = { issuer = "https://partners.example.com/", audience = ["orders"] }
    staff    = { issuer = aws_kms_key.known_later.id, audience = [aws_kms_key.known_later.id] }
  }"#,
    },
    Api {
        variant: "events",
        function: "on_order",
        route: "create_order",
        needs: r#"resources = {
    items_table   = { arn = aws_kms_key.known_later.arn, name = "items", stream_arn = aws_kms_key.known_later.id, kms_key_arn = aws_kms_key.known_later.id }
    card_payments = { arn = aws_kms_key.known_later.arn }
    shop_bus      = { arn = aws_kms_key.known_later.arn, name = aws_kms_key.known_later.id }
  }"#,
    },
    Api {
        variant: "resources",
        function: "orders",
        route: "get_orders",
        needs: r#"resources = {
    keys_table   = { arn = aws_kms_key.known_later.arn, name = aws_kms_key.known_later.id }
    news_topic   = { arn = "arn:aws:sns:eu-central-1:123456789012:news", kms_key_arn = aws_kms_key.known_later.arn }
    orders_queue = { arn = aws_kms_key.known_later.arn, url = aws_kms_key.known_later.id, kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/k" }
    orders_table = { arn = aws_kms_key.known_later.arn, name = "orders" }
  }"#,
    },
];

struct Api {
    variant: &'static str,
    function: &'static str,
    route: &'static str,
    needs: &'static str,
}

/// The settings, each with its choices; "" sets nothing. Some values are only known after the apply.
const SETTINGS: &[&[&str]] = &[
    &[r#"artifacts_dir = "${path.module}/module/artifacts""#, "artifacts_dir = aws_kms_key.known_later.id"],
    &["", r#"copy = "staging""#],
    &["", r#"name = "staging""#],
    &["", r#"function_name_prefix = "staging-""#],
    &["", "tags = { Team = aws_kms_key.known_later.id }"],
    &["", "artifact_bucket = { name = aws_kms_key.known_later.id, key_prefix = \"api/\" }", SEALED],
    &["", r#"alias = "live""#],
    &["", "code_signing_config_arn = aws_kms_key.known_later.arn"],
    &["", "kms_key_arn = aws_kms_key.known_later.arn"],
    &["", "vpc = { subnet_ids = [aws_kms_key.known_later.id], security_group_ids = [\"sg-1\"] }", DUAL_STACK],
    &["", r#"tracing_mode = "Active""#],
    &["", "logging = {}", r#"logging = { application_level = "DEBUG", system_level = "WARN" }"#],
    &["", r#"access_log_fields = { stage = "$context.stage" }"#],
    &["", r#"role_name_prefix = "eu-""#],
    &["", r#"role_path = "/app/""#],
    &["", r#"role_permissions_boundary = "arn:aws:iam::123456789012:policy/bounds""#],
    &["", r#"layers = ["arn:aws:lambda:eu-central-1:123456789012:layer:common:1"]"#],
    // What an API's code requires must have a value.
    &[
        ENVIRONMENT,
        "environment = { TABLE = aws_kms_key.known_later.id, REGION_NAME = \"x\", KEYS = \"k\", LEVEL = \"l\" }",
    ],
    &[
        "",
        r#"functions = { FUNCTION = {
    environment = { LEVEL = "debug" }, memory_size = 512, timeout = 5, ephemeral_storage = 1024
    layers = ["arn:aws:lambda:eu-central-1:123456789012:layer:own:1"], reserved_concurrent_executions = 5
    policies = { use = aws_kms_key.known_later.policy }, policy_arns = { read = aws_kms_key.known_later.arn }
  } }"#,
        "functions = { FUNCTION = { create_role = false, role_arn = aws_kms_key.known_later.arn } }",
        r#"functions = { FUNCTION = {
    vpc = { subnet_ids = [aws_kms_key.known_later.id], security_group_ids = ["sg-2"] }, tracing_mode = "Active"
    logging = { format = "Text" }, log_retention_days = 7
  } }"#,
    ],
    &["", "routes = { ROUTE = { throttling_rate_limit = 5, detailed_metrics_enabled = true } }"],
    &["", "default_route_settings = { throttling_burst_limit = 10, detailed_metrics_enabled = true }"],
    &[
        "",
        r#"cors = { allow_origins = ["*"] }"#,
        r#"cors = { allow_origins = ["https://app.example.com"], allow_credentials = true, max_age = 60 }"#,
    ],
    &["", "dead_letter_queue = { arn = aws_kms_key.known_later.arn }", FAILURES],
    &["", "scheduler_role = { arn = aws_kms_key.known_later.arn }"],
    &["", r#"description = "What it is for""#],
    &["", r#"ip_address_type = "dualstack""#],
    &["", r#"stage_name = "v1""#],
    &[
        "",
        r#"custom_domain = { name = "api.example.com", certificate_arn = aws_kms_key.known_later.arn, mapping_key = "v1" }"#,
        r#"custom_domain = { name = aws_kms_key.known_later.id, mapping_key = "v1", create = false }
  disable_execute_api_endpoint = true"#,
        r#"custom_domain = {
    name = "api.example.com", certificate_arn = aws_kms_key.known_later.arn, create_records = true, zone_id = "Z1"
    mutual_tls = { truststore_uri = "s3://trust/store.pem", truststore_version = aws_kms_key.known_later.id }, ip_address_type = "dualstack"
  }
  disable_execute_api_endpoint = true"#,
    ],
    &["", "keep_logs = true"],
    &["", "leaving_vpc = true"],
    &["", "log_retention_days = 0"],
    &["", "log_kms_key_arn = aws_kms_key.known_later.arn"],
    &[
        "",
        r#"cognito_user_pool = { id = "eu-central-1_AbCdEfGhI", client_ids = [aws_kms_key.known_later.id], create_resource_servers = true }"#,
        r#"cognito_user_client = { callback_urls = ["https://app.example.com"] }"#,
    ],
    &["", r#"cognito_mfa = "ON""#],
    &["", "cognito_access_token_minutes = 15"],
    &["", "cognito_user_pool_tier = \"PLUS\"\n  cognito_threat_protection = \"ENFORCED\""],
    &["", r#"cognito_domain_prefix = "staging""#],
    &["", r#"cognito_domain_suffix = "auth-fips.eu-central-1.amazoncognito.com""#],
    &["", "cognito_deletion_protection = false"],
    &["", "cognito_additional_audiences = [aws_kms_key.known_later.id]"],
];

const SEALED: &str = r#"artifact_bucket = { name = "zips", server_side_encryption = "aws:kms", kms_key_id = aws_kms_key.known_later.arn }"#;

const DUAL_STACK: &str = r#"vpc = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], ipv6_allowed_for_dual_stack = true }"#;

const FAILURES: &str = r#"dead_letter_queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:failures", kms_key_arn = aws_kms_key.known_later.arn }"#;

const ENVIRONMENT: &str = r#"environment = { TABLE = "items", REGION_NAME = "x", KEYS = "k", LEVEL = "l" }"#;

/// A resource of the caller's, whose attributes are only known after the apply.
const BESIDE: &str = "resource \"aws_kms_key\" \"known_later\" {}\n";

const TEST: &str =
    "mock_provider \"aws\" {\n  source = \"./mocks\"\n}\n\nrun \"plan\" {\n  command = plan\n}\n";

#[test]
fn any_two_settings_go_together_on_every_kind_of_api() {
    let Some(terraform) = terraform_with_provider() else { return };
    let choices: Vec<usize> =
        [APIS.len()].into_iter().chain(SETTINGS.iter().map(|choices| choices.len())).collect();
    let mut by_api: BTreeMap<usize, Vec<Vec<usize>>> = BTreeMap::new();
    for row in pairs::cover(&choices) {
        by_api.entry(row[0]).or_default().push(row);
    }
    assert_eq!(by_api.len(), APIS.len());
    // Terraform uses a core or two, and waits for the provider.
    std::thread::scope(|scope| {
        for (api, rows) in &by_api {
            scope.spawn(|| plan(terraform, &APIS[*api], rows));
        }
    });
}

/// Plans a root that calls the module once for each row.
fn plan(terraform: &'static Terraform, api: &Api, rows: &[Vec<usize>]) {
    let folder = scratch(&format!("combinations-{}", api.variant));
    let tests = repository().join("cli/tests/terraform");
    let module = folder.join("module");
    copy(&repository().join("cli/src/terraform/module"), &module);
    std::fs::copy(tests.join("variants").join(api.variant).join("locals.tf"), module.join("locals.tf"))
        .unwrap();
    copy(&tests.join("mocks"), &folder.join("mocks"));
    super::variants::make_artifacts(&module);
    let mut root = BESIDE.to_owned();
    for (number, row) in rows.iter().enumerate() {
        let _ = write!(root, "\nmodule \"row{number}\" {{\n  source = \"./module\"\n");
        let _ = writeln!(root, "  {}", api.needs);
        for (choices, choice) in SETTINGS.iter().zip(&row[1..]) {
            let setting = choices[*choice].replace("FUNCTION", api.function).replace("ROUTE", api.route);
            let _ = writeln!(root, "  {setting}");
        }
        root += "}\n";
    }
    std::fs::write(folder.join("main.tf"), root).unwrap();
    std::fs::write(folder.join("plan.tftest.hcl"), TEST).unwrap();
    let root = Root::init_mocked(terraform, &folder);
    root.run(&["validate"]);
    assert_eq!(root.test(), 1);
}

#[test]
fn every_variable_is_in_a_combination() {
    let variables =
        std::fs::read_to_string(repository().join("cli/src/terraform/module/variables.tf")).unwrap();
    let set: String =
        SETTINGS.iter().flat_map(|choices| choices.iter()).copied().collect::<Vec<_>>().join("\n");
    let set = format!("{set}\n{}", APIS.map(|api| api.needs).join("\n"));
    let names = variables.lines().filter_map(|line| line.strip_prefix("variable \""));
    let missing: Vec<_> = names
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| !set.lines().any(|line| line.trim().starts_with(&format!("{name} = "))))
        .collect();
    assert_eq!(missing, [""; 0]);
}

//! The provider's calls for every variant of the module, compared with AWS's own API models. moto accepts
//! most requests; the models define the parameters, their lengths and their formats. The supported protocols
//! are listed in `api_models.py`.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{
    agent,
    faults::{edit, make_artifacts},
    moto,
    proxy::{Call, Proxy},
    python::python,
};
use crate::{
    fixture::{copy, repository, scratch},
    terraform::tool::{Root, terraform_with_provider},
};

/// The variants, each with settings that the others do not have, and with changes that are made afterwards.
/// The changes include what moto does not support or keep, because only the requests count.
const VARIANTS: &[(&str, &str, &str)] = &[
    (
        "authorizers",
        r#"
  alias               = "live"
  role_path           = "/teams/app/"
  cognito_user_client = { callback_urls = ["https://app.example.com/back"], logout_urls = ["https://app.example.com"] }
  jwt_authorizers     = { partners = { issuer = "https://id.example.com", audience = ["pets"] } }
  functions = {
    api_key = { environment = { KEYS = "a" } }
    pets = {
      policies = {
        send = jsonencode({
          Version   = "2012-10-17"
          Statement = [{ Effect = "Allow", Action = ["sqs:SendMessage"], Resource = "*" }]
        })
      }
      policy_arns = { read = "arn:aws:iam::aws:policy/ReadOnlyAccess" }
    }
  }
"#,
        "  stage_name = \"v2\"\n  cognito_access_token_minutes = 5\n",
    ),
    (
        "catch_all",
        r#"
  tags              = { team = "a" }
  access_log_fields = { stage = "$context.stage" }
"#,
        r#"
  custom_domain = { name = "api.example.com", mapping_key = "all", create = false }
  description   = "Everything"
  tracing_mode  = "Active"
"#,
    ),
    (
        "issuers",
        r#"
  cors = { allow_origins = ["https://app.example.com"], allow_credentials = true, max_age = 60 }
  jwt_authorizers = {
    partners = { issuer = "https://partners.example.com/", audience = ["orders"] }
    staff    = { issuer = "https://login.example.com/tenant/v2.0", audience = ["a", "b"] }
  }
"#,
        "  default_route_settings = { throttling_rate_limit = 5, throttling_burst_limit = 5, detailed_metrics_enabled = true }\n",
    ),
    (
        "many",
        "  artifact_bucket = { name = \"artifacts\", key_prefix = \"many/\" }\n",
        "  log_retention_days = 0\n",
    ),
    (
        "open",
        r#"
  environment = { REGION_NAME = "here", TABLE = "status" }
  functions   = { get_status = { ephemeral_storage = 1024, reserved_concurrent_executions = 2, memory_size = 512 } }
"#,
        r#"
  log_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1f2e3d4c-0000-0000-0000-000000000000"
  logging         = { application_level = "DEBUG", system_level = "WARN" }
"#,
    ),
    ("protected_default", "", "  tags = { team = \"b\" }\n  ip_address_type = \"dualstack\"\n"),
    (
        "scopeless",
        "  cognito_user_pool_tier = \"PLUS\"\n  cognito_threat_protection = \"AUDIT\"\n",
        "  cognito_mfa = \"ON\"\n",
    ),
    (
        "seed",
        r#"
  alias  = "live"
  copy   = "staging"
  routes = { get_items = { throttling_rate_limit = 5 } }
"#,
        r#"
  cognito_user_client = { callback_urls = ["https://app.example.com"], generate_secret = true, refresh_token_hours = 24 }
  functions           = { get_items = { provisioned_concurrent_executions = 1 } }
"#,
    ),
    (
        "slow",
        "  functions = { get_report = { timeout = 30 } }\n",
        r#"
  custom_domain = {
    name            = "api.example.com"
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1f2e3d4c-0000-0000-0000-000000000000"
    ip_address_type = "dualstack"
  }
"#,
    ),
];

/// Operations that an apply must have made; otherwise the test has not covered its subject: some for each
/// service, and for each supported protocol.
const SEEN: [&str; 16] = [
    "apigatewayv2:CreateApi",
    "apigatewayv2:CreateApiMapping",
    "apigatewayv2:CreateAuthorizer",
    "apigatewayv2:CreateDomainName",
    "apigatewayv2:UpdateStage",
    "cognito-idp:CreateUserPool",
    "cognito-idp:UpdateUserPoolClient",
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "lambda:AddPermission",
    "lambda:CreateFunction",
    "lambda:PutProvisionedConcurrencyConfig",
    "lambda:UpdateFunctionConfiguration",
    "logs:AssociateKmsKey",
    "logs:PutRetentionPolicy",
    "s3:PutObject",
];

/// All of them are in one configuration, as APIs of one account, which also shows that none of their names
/// collide.
#[test]
fn what_is_sent_for_every_variant_is_what_awss_models_allow() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let scratch = scratch("models");
    let proxy = Proxy::start(python, &scratch, moto::start(python, &scratch));
    let folder = scratch.join("terraform");
    let artifacts = scratch.join("artifacts");
    std::fs::create_dir(&artifacts).unwrap();
    let variants = repository().join("cli/tests/terraform/variants");
    for (variant, ..) in VARIANTS {
        let module = folder.join(variant);
        copy(&repository().join("cli/src/terraform/module"), &module);
        std::fs::copy(variants.join(variant).join("locals.tf"), module.join("locals.tf")).unwrap();
        make_artifacts(&module.join("locals.tf"), &artifacts);
    }
    // Four of its functions show as much as thirty.
    edit(&folder.join("many/locals.tf"), &[("in range(30)", "in range(4)")]);
    let write = |is_changed: bool| {
        let mut main = proxy.emulator.provider();
        for (variant, settings, change) in VARIANTS {
            let change = if is_changed { change } else { "" };
            let _ = write!(
                main,
                "\nmodule {variant:?} {{\n  source = \"./{variant}\"\n  artifacts_dir = {artifacts:?}\n  \
                 cognito_deletion_protection = false\n{settings}{change}}}\n"
            );
        }
        std::fs::write(folder.join("main.tf"), main).unwrap();
    };
    write(false);
    agent().put(format!("{}/artifacts", proxy.emulator.address)).send_empty().unwrap();
    let before = proxy.calls().len();
    let root = Root::init(terraform, &folder);
    root.apply();
    root.assert_nothing_to_do();
    write(true);
    root.fail(&["apply", "-auto-approve"]);
    let calls = proxy.calls().split_off(before);
    let modelled: BTreeSet<_> = calls.iter().filter_map(|call| call.model.as_deref()).collect();
    let unseen: Vec<_> = SEEN.iter().filter(|operation| !modelled.contains(*operation)).collect();
    assert_eq!(unseen, [&""; 0], "seen were {modelled:?}");
    let unread: BTreeSet<_> =
        calls.iter().filter(|call| call.model.is_none()).map(|call| &call.operation).collect();
    assert!(unread.is_empty(), "of no model: {unread:?}");
    assert_eq!(wrong(&calls), BTreeSet::new());
}

/// What the models do not allow, in all calls.
pub(super) fn wrong(calls: &[Call]) -> BTreeSet<String> {
    let wrong = calls.iter().flat_map(|call| {
        let operation = call.model.as_deref().unwrap_or(&call.operation);
        call.wrong.iter().map(move |why| format!("{operation}{why}"))
    });
    wrong.collect()
}

/// Requests for each supported protocol, each with its mistakes.
const ASKED: &str = r#"
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import api_models

def asked(method, path, signed_for, body=b"", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return api_models.check(method, path, headers, body, signed_for)

function = {"FunctionName": "a", "Role": "arn:aws:iam::123456789012:role/x", "Code": {"ZipFile": "AAAA"}}
print(json.dumps([
    asked("POST", "/v2/apis", "apigateway", {"name": "a", "protocolType": "HTTP"}),
    asked("POST", "/v2/apis", "apigateway", {"protocolType": "SOAP", "corsConfiguration": {"maxAge": 86401}, "zone": 1}),
    asked("DELETE", "/v2/apis/a/stages/%24default/routesettings/GET%20%2Fx", "apigateway"),
    asked("GET", "/v3/apis", "apigateway"),
    asked("POST", "/2015-03-31/functions", "lambda", function),
    asked("POST", "/2015-03-31/functions", "lambda", {**function, "Timeout": "5", "MemorySize": 64, "FunctionName": "a b"}),
    asked("GET", "/2015-03-31/functions/a/versions?MaxItems=10000&Order=up", "lambda"),
    asked("POST", "/", "logs", {"logGroupName": "a", "retentionInDays": 5}, X_Amz_Target="Logs_20140328.PutRetentionPolicy"),
    asked("POST", "/", "logs", {"logGroupName": ""}, X_Amz_Target="Logs_20140328.PutRetentionPolicy"),
    asked("POST", "/", "iam", b"Action=CreateRole&Version=2010-05-08&RoleName=a&AssumeRolePolicyDocument=%7B%7D&Tags.member.1.Key=b&Tags.member.1.Value=c"),
    asked("POST", "/", "iam", b"Action=CreateRole&Version=2010-05-08&RoleName=a%2Fb&Tags.member.1.Key=b&Color=d"),
    asked("PUT", "/bucket/key/of.zip?x-id=PutObject", "s3", b"zip"),
    asked("POST", "/", "dynamodb", {}, X_Amz_Target="DynamoDB_20120810.Scan"),
]))
"#;

#[test]
fn what_a_model_does_not_allow_is_found() {
    let Some(python) = python() else { return };
    let folder = repository().join("cli/tests/it/emulator");
    let answers: Vec<(Option<String>, Vec<String>)> =
        serde_json::from_str(&python.run(ASKED, &[folder.as_str()])).unwrap();
    let answers: Vec<_> = answers
        .iter()
        // Without the pattern that a text does not match, because it comes from the model.
        .map(|(operation, wrong)| {
            let wrong = wrong.iter().map(|wrong| wrong.split(" match ").next().unwrap());
            (operation.as_deref().unwrap_or("none"), wrong.collect::<Vec<_>>().join("; "))
        })
        .collect();
    let expected = [
        ("apigatewayv2:CreateApi", ""),
        (
            "apigatewayv2:CreateApi",
            ".Name: is required; .CorsConfiguration.MaxAge: 86401 is more than 86400; .ProtocolType: 'SOAP' is none of WEBSOCKET, HTTP; .zone: is not known",
        ),
        ("apigatewayv2:DeleteRouteSettings", ""),
        ("apigatewayv2:?", ": no operation is GET /v3/apis"),
        ("lambda:CreateFunction", ""),
        (
            "lambda:CreateFunction",
            ".FunctionName: 'a b' does not; .Timeout: '5' is no integer; .MemorySize: 64 is less than 128",
        ),
        ("lambda:ListVersionsByFunction", ".Order: is of no parameter"),
        ("logs:PutRetentionPolicy", ""),
        (
            "logs:PutRetentionPolicy",
            ".retentionInDays: is required; .logGroupName: 0 is less than 1; .logGroupName: '' does not",
        ),
        ("iam:CreateRole", ""),
        (
            "iam:CreateRole",
            ".Color: is of no parameter; .AssumeRolePolicyDocument: is required; .RoleName: 'a/b' does not; .Tags[].Value: is required",
        ),
        ("s3:PutObject", ""),
        ("none", ""),
    ];
    assert_eq!(answers, expected.map(|(operation, wrong)| (operation, wrong.to_owned())));
}

//! Applies that stop half-way, and are repeated. moto alone never fails; the proxy in front of it does, once, where it is told to.

use std::{collections::BTreeSet, fmt::Write as _, io::Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    agent, deployer, moto,
    proxy::Proxy,
    python::{Python, python},
    set,
};
use crate::{
    fixture::{copy, items, repository, scratch},
    terraform::tool::{Root, Terraform, terraform_with_provider},
};

/// For each type of resource, the call that makes it and the one that the provider makes next, in an order in which one is made
/// after the other: what is below a failure is not made.
const STEPS: &[&[(&str, &str)]] = &[
    &[
        ("^POST /v2/apis$", "^GET /v2/apis/ID$"),
        ("^cognito-idp:CreateUserPool$", "^cognito-idp:GetUserPoolMfaConfig$"),
        // Of the function whose role has grants.
        ("^logs:CreateLogGroup$", "^logs:PutRetentionPolicy$ | /aws/lambda/pets"),
        ("^s3 PUT OBJECT$", "^s3 HEAD OBJECT$"),
    ],
    &[
        ("^POST /v2/apis/ID/integrations$", "^GET /v2/apis/ID/integrations/ID$"),
        ("^POST /v2/apis/ID/authorizers$", "^GET /v2/apis/ID/authorizers/ID$"),
        ("^cognito-idp:CreateUserPoolDomain$", "^cognito-idp:DescribeUserPoolDomain$"),
        ("^iam:CreateRole$", "^iam:GetRole$"),
    ],
    &[
        ("^iam:PutRolePolicy$", "^iam:GetRolePolicy$"),
        ("^iam:AttachRolePolicy$", "^iam:ListAttachedRolePolicies$"),
    ],
    &[("^POST /2015-03-31/functions$", "^GET /2015-03-31/functions/NAME$")],
    &[("^POST /2015-03-31/functions/NAME/aliases$", "^GET /2015-03-31/functions/NAME/aliases/ID$")],
    &[("^POST /2015-03-31/functions/NAME/policy$", "^GET /2015-03-31/functions/NAME/policy$")],
    &[("^POST /v2/apis/ID/routes$", "^GET /v2/apis/ID/routes/ID$")],
    &[("^POST /v2/apis/ID/stages$", "^GET /v2/apis/ID/stages/ID$")],
];

/// Everything that moto can make, with the keys of the variant `authorizers`.
const SETTINGS: &str = r#"
  alias                       = "live"
  artifact_bucket             = { name = "artifacts" }
  cognito_deletion_protection = false
  cognito_user_client         = { callback_urls = ["https://app.example.com"] }
  jwt_authorizers             = { partners = { issuer = "https://id.example.com", audience = ["pets"] } }
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
"#;

#[test]
fn whatever_fails_after_it_was_made_is_made_again_by_the_next_apply_or_by_replace() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let lab = Lab::new(terraform, python, "faults", "authorizers", SETTINGS);
    for step in STEPS {
        lab.proxy.fail_after(step);
        lab.root.fail(&["apply", "-auto-approve"]);
        assert_eq!(lab.proxy.not_failed(), [""; 0], "of {step:?}");
    }
    lab.proxy.fail_after(&[]);
    lab.root.apply();
    lab.root.assert_nothing_to_do();

    // The other way to what is broken: what goes with it in AWS is made again too.
    let replaced = [
        "aws_apigatewayv2_authorizer.this[\"partners\"]",
        "aws_apigatewayv2_integration.this[\"health\"]",
        "aws_apigatewayv2_route.this[\"GET /health\"]",
        "aws_apigatewayv2_stage.this",
        "aws_cloudwatch_log_group.function[\"health\"]",
        "aws_iam_role.function[\"pets\"]",
        "aws_lambda_function.this[\"api_key\"]",
        "aws_lambda_function.this[\"health\"]",
    ];
    let replaced = replaced.map(|resource| format!("-replace=module.api.{resource}"));
    let mut args = vec!["apply", "-auto-approve"];
    args.extend(replaced.iter().map(String::as_str));
    lab.root.run(&args);
    lab.root.assert_nothing_to_do();

    moto::destroy(&lab.root);
    assert_eq!(deployer::not_allowed(&lab.proxy.calls()), BTreeSet::new());
}

/// From 5.51 on, the provider keeps the hash of code that it could not upload, and never reads the real one again.
#[test]
fn code_that_was_not_updated_is_not_forgotten() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let environment = "environment = { REGION_NAME = \"x\", TABLE = \"y\" }\n";
    let lab = Lab::new(terraform, python, "faults-code", "open", environment);
    lab.root.apply();
    let zip = lab.folder.with_file_name("artifacts").join("get-status.zip");
    let build = |text: &str| {
        let mut zip = ZipWriter::new(std::fs::File::create(&zip).unwrap());
        zip.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
        zip.finish().unwrap();
    };
    build("the second");
    lab.proxy.fail("^PUT /2015-03-31/functions/NAME/code$");
    lab.root.fail(&["apply", "-auto-approve"]);
    assert_eq!(lab.proxy.not_failed(), [""; 0]);
    let printed = lab.root.fail(&["plan"]);
    let printed: Vec<_> = printed.split_whitespace().filter(|word| *word != "│").collect();
    let printed = printed.join(" ");
    assert!(printed.contains("The function get-status runs other code than"), "{printed}");
    assert!(printed.contains("aws lambda update-function-code --function-name get-status"), "{printed}");

    // The ways out: another zip, and the function made anew.
    build("the third");
    lab.root.apply();
    lab.root.assert_nothing_to_do();
    build("the fourth");
    lab.proxy.fail("^PUT /2015-03-31/functions/NAME/code$");
    lab.root.fail(&["apply", "-auto-approve"]);
    lab.root.run(&["apply", "-auto-approve", "-replace=module.api.aws_lambda_function.this[\"get_status\"]"]);
    lab.root.assert_nothing_to_do();
}

/// What an earlier routegen has emitted and somebody has applied, with all that has another address or another order now.
#[test]
fn what_an_earlier_module_made_stays_in_place() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let lab = Lab::new(terraform, python, "faults-earlier", "authorizers", SETTINGS);
    let module = lab.folder.join("module");
    let now = lab.folder.with_file_name("now");
    copy(&module, &now);
    copy(&repository().join("cli/tests/terraform/earlier"), &module);
    lab.root.run(&["init", "-backend=false"]);
    lab.root.apply();

    copy(&now, &module);
    lab.root.run(&["init", "-backend=false"]);
    let printed = lab.root.apply();
    let done = printed.lines().find(|line| line.starts_with("Apply complete!"));
    // What is added tells the kinds of two authorizers, and is nothing in AWS.
    assert!(done.is_some_and(|done| done.contains(" 2 added") && done.contains(" 0 destroyed")), "{printed}");
    assert!(printed.contains("terraform_data.authorizer_kind[\"partners\"]: Creation complete"), "{printed}");
    lab.root.assert_nothing_to_do();
}

/// A pool with its scopes. moto cannot delete a resource server, so that the plan has to do for that.
#[test]
fn a_pool_and_its_scopes_are_not_made_a_second_time_before_the_first_is_gone() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let lab = Lab::new(terraform, python, "faults-pool", "seed", "");
    lab.root.apply();
    for kind in ["aws_cognito_user_pool", "aws_cognito_resource_server", "aws_cognito_user_pool_domain"] {
        let key = if kind == "aws_cognito_resource_server" { "items" } else { "cognito" };
        let address = format!("module.api.{kind}.this[{key:?}]");
        lab.root.run(&["taint", &address]);
        let planned = lab.root.run(&["plan"]);
        assert!(planned.contains(&format!("# {address} is tainted, so must be replaced")), "{planned}");
        assert!(planned.contains("-/+ destroy and then create replacement"), "{planned}");
        assert!(!planned.contains("+/- create replacement and then destroy"), "{planned}");
        lab.root.run(&["untaint", &address]);
    }
}

/// The earlier module made everything before it destroyed what was broken, under names that were taken.
#[test]
fn who_was_stuck_with_an_earlier_module_is_not_any_more() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let environment = "environment = { REGION_NAME = \"x\", TABLE = \"y\" }\n";
    let lab = Lab::new(terraform, python, "faults-stuck", "open", environment);
    let module = lab.folder.join("module");
    let now = lab.folder.with_file_name("now");
    copy(&module, &now);
    copy(&repository().join("cli/tests/terraform/earlier"), &module);
    lab.root.run(&["init", "-backend=false"]);
    lab.proxy.fail_after(&[
        ("^iam:CreateRole$", "^iam:GetRole$"),
        ("^logs:CreateLogGroup$", "^logs:PutRetentionPolicy$"),
    ]);
    lab.root.fail(&["apply", "-auto-approve"]);
    let printed = lab.root.fail(&["apply", "-auto-approve"]);
    assert!(
        printed.contains("EntityAlreadyExists") || printed.contains("ResourceAlreadyExists"),
        "{printed}"
    );

    copy(&now, &module);
    lab.root.run(&["init", "-backend=false"]);
    lab.root.apply();
    lab.root.assert_nothing_to_do();
}

/// A root with the module and the locals of a variant, in front of moto.
pub(super) struct Lab {
    pub(super) proxy: Proxy,
    pub(super) root: Root,
    pub(super) folder: Utf8PathBuf,
}

impl Lab {
    pub(super) fn new(
        terraform: &'static Terraform,
        python: &Python,
        name: &str,
        variant: &str,
        settings: &str,
    ) -> Self {
        let scratch = scratch(name);
        let proxy = Proxy::start(python, &scratch, moto::start(python, &scratch));
        let folder = scratch.join("terraform");
        let module = folder.join("module");
        copy(&repository().join("cli/src/terraform/module"), &module);
        let locals = repository().join("cli/tests/terraform/variants").join(variant).join("locals.tf");
        std::fs::copy(locals, module.join("locals.tf")).unwrap();
        let artifacts = scratch.join("artifacts");
        artifacts_of(&module.join("locals.tf"), &artifacts);
        let mut main = proxy.emulator.provider();
        main = main.replacen('{', "{\n  region = \"us-east-1\"", 1);
        let _ = write!(
            main,
            "\nmodule \"api\" {{\n  source        = \"./module\"\n  artifacts_dir = {artifacts:?}\n}}\n"
        );
        std::fs::write(folder.join("main.tf"), main).unwrap();
        set(&folder, settings);
        agent().put(format!("{}/artifacts", proxy.emulator.address)).send_empty().unwrap();
        Self { proxy, root: Root::init(terraform, &folder), folder }
    }
}

/// A zip for each function of these locals; moto runs nothing, so that any will do.
fn artifacts_of(locals: &Utf8Path, folder: &Utf8Path) {
    std::fs::create_dir(folder).unwrap();
    let locals = std::fs::read_to_string(locals).unwrap();
    for (key, value) in locals.lines().filter_map(|line| line.split_once('=')) {
        if key.trim() == "artifact" {
            let zip = folder.join(value.trim().trim_matches('"'));
            std::fs::copy(items().artifacts.join("get-items.zip"), zip).unwrap();
        }
    }
}

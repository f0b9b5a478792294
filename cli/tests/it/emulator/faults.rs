//! Applies that stop half-way. moto itself never fails; the proxy in front of it fails calls on request.

use std::{collections::BTreeSet, fmt::Write as _, io::Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    Emulator, agent, deployer, models, moto,
    proxy::Proxy,
    python::{Python, python},
    set,
};
use crate::{
    fixture::{copy, repository, scratch},
    terraform::tool::{Root, Terraform, terraform_with_provider},
};

/// For each type of resource, the call that creates it and a later call of the provider, in an order in which
/// each resource is created after those above, because nothing that depends on a failed resource is created.
const STEPS: &[&[(&str, &str)]] = &[
    &[
        ("^POST /v2/apis$", "^GET /v2/apis/ID$"),
        ("^cognito-idp:CreateUserPool$", "^cognito-idp:GetUserPoolMfaConfig$"),
        ("^logs:CreateLogGroup$", "^logs:PutRetentionPolicy$ | /aws/vendedlogs"),
    ],
    &[
        // The functions' settings depend on the API, whose ARN provides the account of the queues' ARNs.
        ("^logs:CreateLogGroup$", "^logs:PutRetentionPolicy$ | /aws/lambda/app-pets"),
        ("^s3 PUT OBJECT$", "^s3 HEAD OBJECT$"),
        ("^cognito-idp:CreateUserPoolDomain$", "^cognito-idp:DescribeUserPoolDomain$"),
        ("^cognito-idp:CreateResourceServer$", "^cognito-idp:DescribeResourceServer$"),
        ("^iam:CreateRole$", "^iam:GetRole$"),
    ],
    &[
        ("^iam:PutRolePolicy$", "^iam:GetRolePolicy$ | PolicyName=routegen"),
        ("^iam:PutRolePolicy$", "^iam:GetRolePolicy$ | PolicyName=send"),
        ("^iam:AttachRolePolicy$", "^iam:ListAttachedRolePolicies$"),
        // After creating a client, the provider makes no further call, so the call itself fails.
        ("", "^cognito-idp:CreateUserPoolClient$"),
    ],
    &[("^POST /2015-03-31/functions$", "^GET /2015-03-31/functions/NAME$")],
    &[("^POST /2015-03-31/functions/NAME/aliases$", "^GET /2015-03-31/functions/NAME/aliases/ID$")],
    &[
        ("^POST /2015-03-31/functions/NAME/policy$", "^GET /2015-03-31/functions/NAME/policy$"),
        ("^POST /v2/apis/ID/authorizers$", "^GET /v2/apis/ID/authorizers/ID$"),
    ],
    &[
        ("^POST /v2/apis/ID/integrations$", "^GET /v2/apis/ID/integrations/ID$"),
        // The authorizer's permission, which is created later.
        ("^POST /2015-03-31/functions/NAME/policy$", "^GET /2015-03-31/functions/NAME/policy$ @ app-api-key"),
    ],
    &[("^POST /v2/apis/ID/routes$", "^GET /v2/apis/ID/routes/ID$")],
    &[("^POST /v2/apis/ID/stages$", "^GET /v2/apis/ID/stages/ID$")],
];

/// What the next apply replaces without problems: nothing that is created before it is destroyed refers to
/// it. Everything else keeps its name until it is destroyed, which happens last, so the name is taken.
const MADE_AGAIN: &str = "module.api.aws_cloudwatch_log_group.function[";

/// Everything that moto supports, for the variant `authorizers`.
const SETTINGS: &str = r#"
  alias                       = "live"
  artifact_bucket             = { name = "artifacts" }
  cognito_deletion_protection = false
  function_name_prefix        = "app-"
  role_name_prefix            = "app-eu-"
  role_path                   = "/teams/app/"
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

/// What the guide says to do when an apply has stopped half-way, for each type of resource. Replacements keep
/// their order. And the guide's permissions are enough for all of it.
#[test]
fn whatever_fails_after_it_was_made_is_made_again_or_kept_by_untaint_and_completed() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let lab = Lab::new(terraform, python, "faults", "authorizers", SETTINGS);
    for step in STEPS {
        lab.proxy.fail_after(step);
        let printed = lab.root.fail(&["apply", "-auto-approve"]);
        assert_eq!(lab.proxy.not_failed(), [""; 0], "of {step:?}: {printed}");
        let tainted = lab.tainted();
        // If a type has several resources, more than one may have failed.
        let types: BTreeSet<_> = tainted.iter().filter_map(|address| address.split('.').nth(2)).collect();
        let made: BTreeSet<_> =
            step.iter().map(|(create, _)| create).filter(|create| !create.is_empty()).collect();
        assert_eq!(types.len(), made.len(), "{tainted:?} after {printed}");
        for address in tainted {
            if address.starts_with(MADE_AGAIN) {
                continue;
            }
            lab.root.run(&["untaint", &address]);
        }
    }
    lab.proxy.fail_after(&[]);
    lab.root.apply();
    lab.root.assert_nothing_to_do();

    // An authorizer of another type is created before its routes change. After that the old one is deleted,
    // with the permission to call it.
    edit(
        &lab.folder.join("module/locals.tf"),
        &[
            ("\"lambda\"\n      function         = \"api_key\"\n", "\"jwt\"\n"),
            ("      ttl              = 300\n", ""),
            ("\"CUSTOM\"", "\"JWT\""),
        ],
    );
    let issuer = "jwt_authorizers             = { api_key = { issuer = \"https://key.example.com\", audience = [\"pets\"] }, ";
    set(&lab.folder, &SETTINGS.replace("jwt_authorizers             = { ", issuer));
    // A function that is broken itself is replaced on its own, and the next apply restores what was deleted
    // with it.
    let function = "module.api.aws_lambda_function.this[\"health\"]";
    let [replace, target] = [format!("-replace={function}"), format!("-target={function}")];
    lab.root.run(&["apply", "-auto-approve", &replace, &target]);
    let before = lab.proxy.calls().len();
    lab.root.apply();
    let calls = lab.proxy.calls();
    let at = |operation: &str| calls[before..].iter().position(|call| call.operation == operation).unwrap();
    let route = at("PATCH /v2/apis/ID/routes/ID");
    assert!(at("POST /v2/apis/ID/authorizers") < route);
    assert!(route < at("DELETE /v2/apis/ID/authorizers/ID"));
    assert!(route < at("DELETE /2015-03-31/functions/NAME/policy/ID"));
    lab.root.assert_nothing_to_do();

    moto::destroy(&lab.root);
    let calls = lab.proxy.calls();
    assert_eq!(deployer::not_allowed(&calls), BTreeSet::new());
    assert_eq!(models::wrong(&calls), BTreeSet::new());
}

/// The provider stores the hash of code that it failed to upload, and never reads the real one again: on its
/// own, it would find nothing to do from then on.
#[test]
fn code_that_was_not_updated_is_not_forgotten() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let settings = |region: &str, more: &str| {
        format!("environment = {{ REGION_NAME = {region:?}, TABLE = \"y\" }}\n{more}")
    };
    let lab = Lab::new(terraform, python, "faults-code", "open", &settings("x", ""));
    lab.root.apply();

    lab.zip("get-status.zip", "the second");
    lab.proxy.fail("^PUT /2015-03-31/functions/NAME/code$");
    lab.root.fail(&["apply", "-auto-approve"]);
    lab.proxy.fail_nothing();
    let printed = words(&lab.root.fail(&["plan"]));
    assert!(printed.contains("The function status-get-status runs other code than"), "{printed}");
    assert!(
        printed.contains(
            "aws lambda update-function-code --function-name status-get-status --zip-file fileb://"
        ),
        "{printed}"
    );

    // One way out is another zip. With a bucket, it is lost if the configuration is updated first and that
    // fails.
    let bucket = "artifact_bucket = { name = \"artifacts\" }\n";
    lab.zip("get-status.zip", "the third");
    set(&lab.folder, &settings("z", bucket));
    lab.proxy.fail("^PUT /2015-03-31/functions/NAME/configuration$");
    lab.root.fail(&["apply", "-auto-approve"]);
    lab.proxy.fail_nothing();
    let printed = words(&lab.root.fail(&["apply", "-auto-approve"]));
    assert!(printed.contains("The function status-get-status runs other code than"), "{printed}");
    // The other way out is in the message.
    let (_, key) = printed.split_once("--s3-bucket artifacts --s3-key ").unwrap();
    lab.update_code(key.split('`').next().unwrap());
    lab.root.apply();

    // A code change by someone else is detected too.
    let other = format!("{}/artifacts/other.zip", lab.proxy.emulator.address);
    agent().put(other).send(archive("somebody's").as_slice()).unwrap();
    lab.update_code("other.zip");
    let printed = words(&lab.root.fail(&["plan"]));
    assert!(printed.contains("The function status-get-status runs other code than"), "{printed}");
}

/// Terraform's output, without the frames and line breaks of its messages.
fn words(printed: &str) -> String {
    let words: Vec<_> = printed.split_whitespace().filter(|word| *word != "│").collect();
    words.join(" ")
}

/// A zip of the minimal size, because moto runs nothing.
fn archive(text: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
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
        Self::with(terraform, python, name, variant, settings, |folder| moto::start(python, folder))
    }

    /// The same in front of another emulator.
    pub(super) fn with(
        terraform: &'static Terraform,
        python: &Python,
        name: &str,
        variant: &str,
        settings: &str,
        start: impl FnOnce(&Utf8Path) -> Emulator,
    ) -> Self {
        let scratch = scratch(name);
        let proxy = Proxy::start(python, &scratch, start(&scratch));
        let folder = scratch.join("terraform");
        let module = folder.join("module");
        copy(&repository().join("cli/src/terraform/module"), &module);
        let locals = repository().join("cli/tests/terraform/variants").join(variant).join("locals.tf");
        std::fs::copy(locals, module.join("locals.tf")).unwrap();
        let artifacts = scratch.join("artifacts");
        std::fs::create_dir(&artifacts).unwrap();
        make_artifacts(&module.join("locals.tf"), &artifacts);
        let mut main = proxy.emulator.provider();
        main = main.replacen('{', "{\n  region = \"us-east-1\"", 1);
        let _ = write!(
            main,
            "\nmodule \"api\" {{\n  source        = \"./module\"\n  artifacts_dir = {artifacts:?}\n}}\n\n\
             output \"api\" {{\n  value = module.api.api_id\n}}\n"
        );
        std::fs::write(folder.join("main.tf"), main).unwrap();
        set(&folder, settings);
        agent().put(format!("{}/artifacts", proxy.emulator.address)).send_empty().unwrap();
        Self { proxy, root: Root::init(terraform, &folder), folder }
    }

    /// The addresses of resources that were created and are marked for replacement.
    fn tainted(&self) -> Vec<String> {
        let state: Value = serde_json::from_str(&self.root.run(&["state", "pull"])).unwrap();
        let resources = state["resources"].as_array().unwrap().iter();
        let instances = resources.flat_map(|resource| {
            let text = |key: &str| resource[key].as_str().unwrap();
            let address = format!("module.api.{}.{}", text("type"), text("name"));
            resource["instances"].as_array().unwrap().iter().map(move |instance| (address.clone(), instance))
        });
        let current = instances.filter(|(_, instance)| instance["deposed"].is_null());
        let tainted = current.filter(|(_, instance)| instance["status"] == "tainted");
        tainted
            .map(|(address, instance)| match &instance["index_key"] {
                Value::Null => address,
                key => format!("{address}[{key}]"),
            })
            .collect()
    }

    /// Sets the code of the function in the variant `open` to an object in the bucket, as the AWS command
    /// line does.
    fn update_code(&self, key: &str) {
        let url = format!("{}/2015-03-31/functions/status-get-status/code", self.proxy.emulator.address);
        let body = json!({ "S3Bucket": "artifacts", "S3Key": key }).to_string();
        // From this header, moto determines which service the call is for.
        let signed = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(agent().put(url).header("Authorization", signed).send(body).unwrap().status(), 200);
    }

    /// Replaces a zip.
    fn zip(&self, name: &str, text: &str) {
        std::fs::write(self.folder.with_file_name("artifacts").join(name), archive(text)).unwrap();
    }
}

/// Replaces texts that occur once in a file.
pub(super) fn edit(file: &Utf8Path, changes: &[(&str, &str)]) {
    let mut text = std::fs::read_to_string(file).unwrap();
    for (old, new) in changes {
        assert_eq!(text.matches(old).count(), 1, "{old} in {text}");
        text = text.replace(old, new);
    }
    std::fs::write(file, text).unwrap();
}

/// Makes a zip for each function of these locals.
pub(super) fn make_artifacts(locals: &Utf8Path, folder: &Utf8Path) {
    let locals = std::fs::read_to_string(locals).unwrap();
    for (key, value) in locals.lines().filter_map(|line| line.split_once('=')) {
        if key.trim() == "artifact" {
            let name = value.trim().trim_matches('"');
            std::fs::write(folder.join(name), archive(name)).unwrap();
        }
    }
}

//! The APIs of the table as Terraform: a root with a module for each, as emitted for a package with these
//! routes.

use std::{fmt::Write as _, fs::File, io::Write as _};

use camino::Utf8Path;
use routegen_gateway_tests::conformance::setup::{
    ASKED, ECHO, OPEN, PARROT, QUERY_PARAMETER, Route, Setup, TOKENS, TOKENS_IN_QUERY,
};
use serde_json::{Map, Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    emulator::{Emulator, python::Python},
    fixture::{Project, succeed},
};

/// Writes a root in which each API has an output with its name and id.
pub(super) fn write_root(root: &Utf8Path, apis: &[&Setup], emulator: &Emulator, issuer: &str) {
    let (mut modules, mut outputs) = (Map::new(), Map::new());
    for setup in apis {
        emit(setup, &root.join(setup.name));
        modules.insert(setup.name.to_owned(), module(setup));
        outputs
            .insert(setup.name.to_owned(), json!({ "value": format!("${{module.{}.api_id}}", setup.name) }));
        if has_authorizers(setup) {
            let path = root.join(setup.name).join("routegen/issuer_override.tf.json");
            std::fs::write(path, with_issuer(issuer).to_string()).unwrap();
        }
    }
    let main = json!({
        "provider": { "aws": { "region": "us-east-1" } },
        // Without a bucket, the provider uploads the zips one after another, which would take half of the
        // time.
        "resource": { "aws_s3_bucket": { "artifacts": { "bucket": "artifacts" } } },
        "module": modules,
        "output": outputs,
    });
    std::fs::write(root.join("main.tf.json"), main.to_string()).unwrap();
    std::fs::write(root.join("emulator_override.tf"), emulator.provider()).unwrap();
}

/// Writes the artifacts: awslambdaric, with a handler.
pub(super) fn write_artifacts(folder: &Utf8Path, python: &Python) {
    std::fs::create_dir(folder).unwrap();
    for function in [ECHO, PARROT] {
        let mut zip = ZipWriter::new(File::create(folder.join(format!("{function}.zip"))).unwrap());
        zip.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
        writeln!(zip, "#!/bin/sh\ncd \"$LAMBDA_TASK_ROOT\"").unwrap();
        writeln!(zip, "exec {} -m awslambdaric handlers.{function}", python.path()).unwrap();
        zip.start_file("handlers.py", SimpleFileOptions::default()).unwrap();
        zip.write_all(include_bytes!("handlers.py")).unwrap();
        zip.finish().unwrap();
    }
}

/// Emits the module for a package with these routes.
fn emit(setup: &Setup, out: &Utf8Path) {
    let project = Project::new(&format!("conformance-{}", setup.name), &handlers(setup));
    if has_authorizers(setup) {
        let authorizers = format!(
            "[authorizers.{TOKENS}]\nkind = \"jwt\"\n\n[authorizers.{TOKENS_IN_QUERY}]\nkind = \"jwt\"\n\
             identity_source = \"$request.querystring.{QUERY_PARAMETER}\"\n"
        );
        project.write("routegen.toml", &authorizers);
    }
    succeed(&mut project.routegen(&["emit-tf", "--out", out.as_str()]));
}

fn handlers(setup: &Setup) -> String {
    let mut lib = String::new();
    for function in [ECHO, PARROT] {
        let routes: Vec<_> = routes(setup).filter(|route| route.function == function).collect();
        for (number, route) in routes.iter().enumerate() {
            let (method, path) = route.key.split_once(' ').unwrap_or(("ANY", route.key));
            let (auth, scopes) = (route.auth, route.scopes);
            let name = format!("{function}_{number}");
            write!(lib, "#[routegen::route({method}, {path:?}, auth = {auth:?}, name = {name:?}").unwrap();
            writeln!(lib, ", timeout = 29, lambda = {function:?}, scopes = {scopes:?})]").unwrap();
        }
        if !routes.is_empty() {
            writeln!(lib, "async fn {function}() {{}}\n").unwrap();
        }
    }
    lib
}

/// The block that calls the module.
fn module(setup: &Setup) -> Value {
    let mut module = json!({
        "source": format!("./{}/routegen", setup.name),
        "artifacts_dir": "../lambda",
        "artifact_bucket": { "name": "${aws_s3_bucket.artifacts.id}", "key_prefix": format!("{}/", setup.name) },
        "name": setup.name,
        "function_name_prefix": format!("{}-", setup.name),
    });
    if let Some(stage) = setup.stage {
        module["stage_name"] = stage.into();
    }
    if let Some(cors) = setup.cors {
        module["cors"] = json!({
            "allow_origins": [cors.origin],
            "allow_methods": cors.methods,
            "allow_headers": [cors.header],
            "expose_headers": [cors.expose],
            "allow_credentials": true,
            "max_age": cors.max_age,
        });
    }
    if has_authorizers(setup) {
        let overridden = json!({ "issuer": "https://overridden.test", "audience": ["overridden"] });
        module["jwt_authorizers"] = json!({ TOKENS: overridden, TOKENS_IN_QUERY: overridden });
    }
    module
}

/// The module only accepts issuers with TLS, as API Gateway does, but the local one has no TLS.
fn with_issuer(issuer: &str) -> Value {
    let configuration = json!({ "issuer": issuer, "audience": ["local-client"] });
    json!({ "resource": { "aws_apigatewayv2_authorizer": { "this": { "jwt_configuration": configuration } } } })
}

fn has_authorizers(setup: &Setup) -> bool {
    routes(setup).any(|route| route.auth != OPEN)
}

/// The routes that the emitted module supports: a Lambda authorizer would have to be a function of the
/// package.
fn routes(setup: &Setup) -> impl Iterator<Item = &Route> {
    setup.routes.iter().filter(|route| route.auth != ASKED)
}

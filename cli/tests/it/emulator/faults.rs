//! Applies that stop half-way. moto alone never fails; the proxy in front of it does, once, where it is told to.

use std::{fmt::Write as _, io::Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    agent, moto,
    proxy::Proxy,
    python::{Python, python},
    set,
};
use crate::{
    fixture::{copy, repository, scratch},
    terraform::tool::{Root, Terraform, terraform_with_provider},
};

/// The provider keeps the hash of code that it could not update, and never reads the real one again: by itself it would find
/// nothing to do from then on.
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
    assert_eq!(lab.proxy.not_failed(), [""; 0]);
    let printed = words(&lab.root.fail(&["plan"]));
    assert!(printed.contains("The function get-status runs other code than"), "{printed}");
    assert!(
        printed.contains("aws lambda update-function-code --function-name get-status --zip-file fileb://"),
        "{printed}"
    );

    // One way out is another zip. By a bucket, that is lost where the configuration is updated before it, and that fails.
    let bucket = "artifact_bucket = { name = \"artifacts\" }\n";
    lab.zip("get-status.zip", "the third");
    set(&lab.folder, &settings("z", bucket));
    lab.proxy.fail("^PUT /2015-03-31/functions/NAME/configuration$");
    lab.root.fail(&["apply", "-auto-approve"]);
    assert_eq!(lab.proxy.not_failed(), [""; 0]);
    let printed = words(&lab.root.fail(&["apply", "-auto-approve"]));
    assert!(printed.contains("The function get-status runs other code than"), "{printed}");
    // The other way out is what the message says.
    let (_, key) = printed.split_once("--s3-bucket artifacts --s3-key ").unwrap();
    lab.update_code(key.split('`').next().unwrap());
    lab.root.apply();

    // Nor does it go unnoticed where somebody else changes the code.
    let other = format!("{}/artifacts/other.zip", lab.proxy.emulator.address);
    agent().put(other).send(archive("somebody's").as_slice()).unwrap();
    lab.update_code("other.zip");
    let printed = words(&lab.root.fail(&["plan"]));
    assert!(printed.contains("The function get-status runs other code than"), "{printed}");
}

/// What Terraform printed, without the frame and line breaks of its messages.
fn words(printed: &str) -> String {
    let words: Vec<_> = printed.split_whitespace().filter(|word| *word != "│").collect();
    words.join(" ")
}

/// A zip, as large as it has to be: moto runs nothing.
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
        let scratch = scratch(name);
        let proxy = Proxy::start(python, &scratch, moto::start(python, &scratch));
        let folder = scratch.join("terraform");
        let module = folder.join("module");
        copy(&repository().join("cli/src/terraform/module"), &module);
        let locals = repository().join("cli/tests/terraform/variants").join(variant).join("locals.tf");
        std::fs::copy(locals, module.join("locals.tf")).unwrap();
        let artifacts = scratch.join("artifacts");
        make_artifacts(&module.join("locals.tf"), &artifacts);
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

    /// Gives the function of the variant `open` the code of an object, as the command line of AWS does.
    fn update_code(&self, key: &str) {
        let url = format!("{}/2015-03-31/functions/get-status/code", self.proxy.emulator.address);
        let body = json!({ "S3Bucket": "artifacts", "S3Key": key }).to_string();
        // By this header, moto knows whose call it is.
        let signed = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(agent().put(url).header("Authorization", signed).send(body).unwrap().status(), 200);
    }

    /// Puts another zip in the place of one.
    fn zip(&self, name: &str, text: &str) {
        std::fs::write(self.folder.with_file_name("artifacts").join(name), archive(text)).unwrap();
    }
}

/// A zip for each function of these locals.
fn make_artifacts(locals: &Utf8Path, folder: &Utf8Path) {
    std::fs::create_dir(folder).unwrap();
    let locals = std::fs::read_to_string(locals).unwrap();
    for (key, value) in locals.lines().filter_map(|line| line.split_once('=')) {
        if key.trim() == "artifact" {
            let name = value.trim().trim_matches('"');
            std::fs::write(folder.join(name), archive(name)).unwrap();
        }
    }
}

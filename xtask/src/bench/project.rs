//! The packages to build: any number of hello handlers, which call one shared function.
//!
//! routegen's package is a library with a module for each handler; cargo-lambda's has a binary for each. Both
//! give the same responses, and use the same versions of their dependencies.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::Command,
};

use zip::ZipArchive;

use super::{
    files::{lock_file, write},
    report::Sizes,
};
use crate::{environment::repository, step::Failed};

/// The scope that the handlers of [`Kind::RoutegenClosed`] require.
pub(super) const SCOPE: &str = "hello/read";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Routegen,
    /// The same, with a profile in which a panic aborts the process.
    RoutegenAborting,
    /// The same, with handlers that require a JWT with [`SCOPE`].
    RoutegenClosed,
    CargoLambda,
}

/// An edit that does not move lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Edit {
    OneHandler,
    Shared,
}

#[derive(Debug)]
pub(super) struct Project {
    pub(super) folder: PathBuf,
    pub(super) functions: usize,
    kind: Kind,
}

/// A number for the contents of each zip, by path.
pub(super) type Artifacts = BTreeMap<PathBuf, u64>;

impl Project {
    /// Writes the package into `parent`, in place of an earlier one and its build output.
    pub(super) fn generate(parent: &Path, kind: Kind, functions: usize) -> Result<Self, Failed> {
        let name = match kind {
            Kind::Routegen => "routegen",
            Kind::RoutegenAborting => "routegen-abort",
            Kind::RoutegenClosed => "routegen-closed",
            Kind::CargoLambda => "cargo-lambda",
        };
        let project = Self { folder: parent.join(format!("{name}-{functions}")), functions, kind };
        if project.folder.exists() {
            fs::remove_dir_all(&project.folder).map_err(|error| project.failed(&error))?;
        }
        let handlers = project.handlers(0);
        fs::create_dir_all(handlers.parent().unwrap_or(&handlers)).map_err(|error| project.failed(&error))?;
        write(&project.folder.join("Cargo.toml"), &manifest(kind))?;
        write(&project.folder.join("Cargo.lock"), &lock_file()?)?;
        write(&project.shared(), &shared("hello"))?;
        if kind != Kind::CargoLambda {
            let modules = (0..functions).fold("mod shared;\n".to_owned(), |mut text, number| {
                let _ = writeln!(text, "mod hello_{number};");
                text
            });
            write(&project.folder.join("src/lib.rs"), &modules)?;
        }
        for number in 0..functions {
            write(&project.handlers(number), &handler(kind, number, number))?;
        }
        Ok(project)
    }

    pub(super) fn edit(&self, edit: Edit) -> Result<(), Failed> {
        match edit {
            Edit::OneHandler => write(&self.handlers(0), &handler(self.kind, 0, 1_000_000)),
            Edit::Shared => write(&self.shared(), &shared("hallo")),
        }
    }

    /// The command that builds all zips of a package with routegen.
    pub(super) fn routegen(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(["build", "--out"]).arg(self.zips()).current_dir(&self.folder);
        command.env("CARGO_TARGET_DIR", self.folder.join("target"));
        command
    }

    pub(super) fn artifacts(&self) -> Result<Artifacts, Failed> {
        let mut artifacts = Artifacts::new();
        for path in self.zip_files()? {
            let mut hasher = DefaultHasher::new();
            self.content(&path)?.hash(&mut hasher);
            artifacts.insert(path, hasher.finish());
        }
        if artifacts.len() == self.functions {
            return Ok(artifacts);
        }
        Err(Failed(format!(
            "{} zips for {} functions in {}",
            artifacts.len(),
            self.functions,
            self.zips().display()
        )))
    }

    /// Fails unless exactly this number of artifacts differ from `before`.
    pub(super) fn expect_changed(&self, before: &Artifacts, expected: usize) -> Result<(), Failed> {
        let changed = changed(before, &self.artifacts()?);
        if changed == expected {
            return Ok(());
        }
        let folder = self.folder.display();
        Err(Failed(format!("{folder}: {changed} artifacts changed, and {expected} had to")))
    }

    /// The program of the first artifact, unpacked.
    pub(super) fn program(&self) -> Result<PathBuf, Failed> {
        let zip = self.zip_files()?.into_iter().next();
        let zip = zip.ok_or_else(|| Failed(format!("no zip in {}", self.zips().display())))?;
        let program = self.folder.join("bootstrap");
        fs::write(&program, self.content(&zip)?).map_err(|error| self.failed(&error))?;
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&program, executable).map_err(|error| self.failed(&error))?;
        Ok(program)
    }

    /// The sizes of the first artifact.
    pub(super) fn sizes(&self) -> Result<Sizes, Failed> {
        let path = self.zip_files()?.into_iter().next();
        let path = path.ok_or_else(|| Failed(format!("no zip in {}", self.zips().display())))?;
        let zip = fs::metadata(&path).map_err(|error| self.failed(&error))?.len();
        Ok(Sizes { bootstrap: self.content(&path)?.len() as u64, zip })
    }

    /// The program in a zip. cargo-lambda's zips also contain the time, and so always differ.
    fn content(&self, zip: &Path) -> Result<Vec<u8>, Failed> {
        let mut archive = ZipArchive::new(File::open(zip).map_err(|error| self.failed(&error))?)
            .map_err(|error| self.failed(&error))?;
        let mut file = archive.by_name("bootstrap").map_err(|error| self.failed(&error))?;
        let mut content = Vec::new();
        std::io::copy(&mut file, &mut content).map_err(|error| self.failed(&error))?;
        Ok(content)
    }

    fn zip_files(&self) -> Result<Vec<PathBuf>, Failed> {
        let entries = fs::read_dir(self.zips()).map_err(|error| self.failed(&error))?;
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<_> = match self.kind {
            Kind::CargoLambda => paths.map(|folder| folder.join("bootstrap.zip")).collect(),
            _ => paths.filter(|path| path.extension().is_some_and(|extension| extension == "zip")).collect(),
        };
        paths.sort();
        Ok(paths)
    }

    fn zips(&self) -> PathBuf {
        self.folder.join(if self.kind == Kind::CargoLambda { "target/lambda" } else { "target/zips" })
    }

    fn handlers(&self, number: usize) -> PathBuf {
        let folder = if self.kind == Kind::CargoLambda { "src/bin" } else { "src" };
        self.folder.join(folder).join(format!("hello_{number}.rs"))
    }

    fn shared(&self) -> PathBuf {
        self.folder.join(if self.kind == Kind::CargoLambda { "src/lib.rs" } else { "src/shared.rs" })
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failed {
        Failed(format!("{}: {error}", self.folder.display()))
    }
}

fn changed(before: &Artifacts, after: &Artifacts) -> usize {
    after.iter().filter(|(path, content)| before.get(*path) != Some(content)).count()
}

fn manifest(kind: Kind) -> String {
    let dependencies = match kind {
        Kind::Routegen | Kind::RoutegenAborting | Kind::RoutegenClosed => {
            format!(
                "routegen = {{ path = '{}', default-features = false }}\n",
                repository().join("runtime").display()
            )
        }
        Kind::CargoLambda => {
            "lambda_http = { version = \"1\", default-features = false, features = [\"apigw_http\"] }\n\
             tokio = { version = \"1\", features = [\"macros\"] }\n"
                .to_owned()
        }
    };
    let profile =
        if kind == Kind::RoutegenAborting { "\n[profile.release]\npanic = \"abort\"\n" } else { "" };
    format!(
        "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n{dependencies}serde_json = \"1\"\n{profile}\n[workspace]\n"
    )
}

/// The function that all handlers call.
fn shared(word: &str) -> String {
    format!(
        "/// What the handlers say.\npub fn greeting(number: u32) -> String {{\n    format!(\"{word} {{number}}\")\n}}\n"
    )
}

/// A handler that returns `greeting`.
fn handler(kind: Kind, number: usize, greeting: usize) -> String {
    let auth = match kind {
        Kind::RoutegenClosed => format!("\"cognito\", scopes = [\"{SCOPE}\"]"),
        _ => "\"none\"".to_owned(),
    };
    match kind {
        Kind::Routegen | Kind::RoutegenAborting | Kind::RoutegenClosed => format!(
            "use routegen::{{Json, route}};
use serde_json::{{Value, json}};

/// Says hello
#[route(GET, \"/hello/{number}\", auth = {auth})]
async fn hello_{number}() -> Json<Value> {{
    Json(json!({{ \"message\": crate::shared::greeting({greeting}) }}))
}}
"
        ),
        Kind::CargoLambda => format!(
            "use lambda_http::{{Body, Error, Request, Response, run, service_fn}};
use serde_json::json;

async fn hello(_: Request) -> Result<Response<Body>, Error> {{
    let body = json!({{ \"message\": hello::greeting({greeting}) }}).to_string();
    Ok(Response::builder().header(\"content-type\", \"application/json\").body(body.into())?)
}}

#[tokio::main]
async fn main() -> Result<(), Error> {{
    run(service_fn(hello)).await
}}
"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_a_file_for_each_handler_and_an_edit_moves_no_line() {
        let parent = std::env::temp_dir().join(format!("bench-{}", std::process::id()));
        for (kind, source) in [(Kind::Routegen, "src/hello_2.rs"), (Kind::CargoLambda, "src/bin/hello_2.rs")]
        {
            let Ok(project) = Project::generate(&parent, kind, 3) else { panic!("{kind:?}") };
            assert!(project.folder.join(source).exists());
            assert!(!project.handlers(3).exists());
            for (edit, file) in [(Edit::OneHandler, project.handlers(0)), (Edit::Shared, project.shared())] {
                let before = fs::read_to_string(&file).unwrap();
                assert!(project.edit(edit).is_ok());
                let after = fs::read_to_string(&file).unwrap();
                assert_ne!(before, after);
                assert_eq!(before.lines().count(), after.lines().count());
            }
            let other = fs::read_to_string(project.handlers(1)).unwrap();
            assert_eq!(other, handler(kind, 1, 1));
        }
        fs::remove_dir_all(parent).unwrap();
    }

    #[test]
    fn changed_artifacts_are_those_that_differ_or_are_new() {
        let artifacts = |contents: &[(&str, u64)]| -> Artifacts {
            contents.iter().map(|(path, content)| (PathBuf::from(path), *content)).collect()
        };
        let before = artifacts(&[("a", 1), ("b", 2)]);
        assert_eq!(changed(&before, &before), 0);
        assert_eq!(changed(&before, &artifacts(&[("a", 1), ("b", 3), ("c", 1)])), 2);
    }
}

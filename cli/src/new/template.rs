//! The files that a project begins with.
//!
//! In: a template and the values to fill in. Out: each file with its text. A word between two `@` is replaced
//! by its value, once; templates can do nothing else.

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use serde::Serialize;

use super::{Error, PackageName};
use crate::project::target::Architecture;

/// The template of a project.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Template {
    /// An API behind Cognito: two routes with scopes
    #[default]
    Cognito,
    /// An API with a queue and a timer
    Queue,
    /// One route that is open to everyone
    Open,
}

impl Template {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Cognito => "an API behind Cognito",
            Self::Queue => "an API with a queue and a timer",
            Self::Open => "an API with one open route",
        }
    }
}

/// Where the project is, which decides which other files it gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// A member of a workspace, which has its own `.gitignore` and workflows.
    Member,
    /// A folder of a larger repository, where GitHub reads no workflows.
    BelowRepository,
    /// The root of a repository, now or later.
    Root,
}

/// Where the routegen crates come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// crates.io, in the version of this command.
    Registry,
    /// A clone, by a path that is absolute or relative to the package.
    Clone(Utf8PathBuf),
}

impl Source {
    /// The folders of the crates, below the root of a clone.
    pub(crate) const CRATES: [&str; 3] = ["runtime", "gateway", "sqs"];

    fn key(&self, folder: &str) -> String {
        match self {
            Self::Registry => format!("version = \"{VERSION}\""),
            Self::Clone(root) => format!("path = {}", toml_edit::Value::from(root.join(folder).as_str())),
        }
    }

    fn dependency(&self, folder: &str) -> String {
        match self {
            Self::Registry => format!("\"{VERSION}\""),
            Self::Clone(_) => format!("{{ {} }}", self.key(folder)),
        }
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The values to fill in.
pub(crate) struct Values<'a> {
    pub(crate) name: &'a PackageName,
    pub(crate) source: &'a Source,
    /// The functions' architecture, so that this machine and CI emit the same Terraform.
    pub(crate) architecture: Option<Architecture>,
}

impl Values<'_> {
    fn get(&self, word: &str) -> Option<String> {
        let [runtime, gateway, sqs] = Source::CRATES;
        Some(match word {
            "name" => self.name.package.clone(),
            "crate" => self.name.library.clone(),
            "version" => VERSION.to_owned(),
            "runtime" => self.source.key(runtime),
            "gateway" => self.source.dependency(gateway),
            "sqs" => self.source.dependency(sqs),
            "lib" if self.name.names_library() => format!("\n[lib]\nname = \"{}\"\n", self.name.library),
            "arch" => match self.architecture {
                Some(architecture) => {
                    format!("arch = \"{}\" # x86_64 or arm64\n", architecture.as_str())
                }
                None => String::new(),
            },
            "lib" => String::new(),
            _ => return None,
        })
    }
}

macro_rules! files {
    ($template:literal) => {
        [
            ("Cargo.toml", include_str!(concat!("templates/", $template, "/Cargo.toml.in"))),
            ("README.md", include_str!(concat!("templates/", $template, "/README.md"))),
            ("src/lib.rs", include_str!(concat!("templates/", $template, "/lib.rs"))),
            ("tests/api.rs", include_str!(concat!("templates/", $template, "/api.rs"))),
        ]
    };
}

const CONFIG: (&str, &str) = ("routegen.toml", include_str!("templates/routegen.toml"));
const GITIGNORE: (&str, &str) = (".gitignore", include_str!("templates/gitignore"));
const CI: (&str, &str) = (".github/workflows/ci.yml", include_str!("templates/ci.yml"));

/// Renders the files of a project. Refuses a package that has the name of one of its own dependencies.
pub(crate) fn render(
    template: Template,
    place: Place,
    values: &Values<'_>,
) -> Result<Vec<(&'static Utf8Path, String)>, Error> {
    let own = match template {
        Template::Cognito => files!("cognito"),
        Template::Queue => files!("queue"),
        Template::Open => files!("open"),
    };
    let others: &[_] = match place {
        Place::Member => &[CONFIG],
        Place::BelowRepository => &[CONFIG, GITIGNORE],
        Place::Root => &[CONFIG, GITIGNORE, CI],
    };
    let files = own.iter().chain(others).map(|(path, text)| (Utf8Path::new(*path), fill(text, values)));
    let mut files: Vec<_> = files.collect();
    files.sort_unstable_by_key(|(path, _)| *path);
    refuse_dependency(&values.name.package, own[0].1)?;
    Ok(files)
}

/// Replaces what is between two `@`; values are not expanded again.
fn fill(text: &str, values: &Values<'_>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('@') {
        filled += before;
        if let Some((value, after)) =
            after.split_once('@').and_then(|(word, after)| Some((values.get(word)?, after)))
        {
            filled += &value;
            rest = after;
        } else {
            // As in `actions/checkout@…`.
            filled.push('@');
            rest = after;
        }
    }
    filled + rest
}

fn refuse_dependency(name: &str, manifest: &str) -> Result<(), Error> {
    let same = |line: &str| {
        let (key, _) = line.split_once(" = ").unwrap_or_default();
        key.replace('-', "_") == name.replace('-', "_")
    };
    let dependencies = manifest.lines().skip_while(|line| *line != "[dependencies]");
    if dependencies.into_iter().any(same) {
        let reason = "the package depends on a crate of that name".to_owned();
        return Err(Error::Name { name: name.to_owned(), reason });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: [Template; 3] = [Template::Cognito, Template::Queue, Template::Open];

    fn rendered(template: Template, name: &str, source: &Source) -> Vec<(&'static Utf8Path, String)> {
        let name = PackageName::parse(name).unwrap();
        let values = Values { name: &name, source, architecture: Some(Architecture::Arm64) };
        render(template, Place::Root, &values).unwrap()
    }

    fn file(files: &[(&Utf8Path, String)], path: &str) -> String {
        files.iter().find(|(file, _)| *file == path).unwrap().1.clone()
    }

    #[test]
    fn every_word_of_a_template_has_a_value() {
        for template in EVERY {
            for (path, text) in rendered(template, "a-shop", &Source::Registry) {
                // The remaining ones precede commits of actions.
                for (before, _) in text.match_indices('@') {
                    assert!(text[..before].rsplit(' ').next().unwrap().contains('/'), "{path}: {text}");
                }
                assert!(text.ends_with('\n') && !text.contains("\n\n\n"), "{path}");
            }
        }
    }

    #[test]
    fn dependencies_are_of_the_version_of_the_command_or_of_a_clone() {
        for template in EVERY {
            let manifest = file(&rendered(template, "Shop", &Source::Registry), "Cargo.toml");
            let parsed: toml::Table = manifest.parse().unwrap();
            for of in ["dependencies", "dev-dependencies"] {
                assert_eq!(parsed[of]["routegen"]["version"].as_str(), Some(VERSION));
                // What `lambda_http` brings would be a fifth of the first build.
                assert_eq!(parsed[of]["routegen"]["default-features"].as_bool(), Some(false));
            }
            assert_eq!(parsed["lib"]["name"].as_str(), Some("shop"));
            let hostile = "/a \"b\"/@name@/é";
            let manifest = file(&rendered(template, "shop", &Source::Clone(hostile.into())), "Cargo.toml");
            let parsed: toml::Table = manifest.parse().unwrap();
            assert_eq!(parsed["package"]["name"].as_str(), Some("shop"));
            assert!(parsed.get("lib").is_none());
            for (of, krate, folder) in [
                ("dependencies", "routegen", "runtime"),
                ("dev-dependencies", "routegen", "runtime"),
                ("dev-dependencies", "routegen-gateway", "gateway"),
            ] {
                let path = parsed[of][krate]["path"].as_str().unwrap();
                assert_eq!(path, format!("{hostile}/{folder}"));
            }
        }
    }

    #[test]
    fn a_package_cannot_have_the_name_of_its_dependency() {
        for name in ["serde", "serde-json", "serde_json", "routegen", "routegen-gateway", "tokio"] {
            let name = PackageName::parse(name).unwrap();
            let values = Values { name: &name, source: &Source::Registry, architecture: None };
            let error = render(Template::Cognito, Place::Root, &values).unwrap_err();
            assert!(error.to_string().contains("depends on a crate of that name"), "{error}");
        }
        rendered(Template::Open, "serde", &Source::Registry);
    }

    #[test]
    fn only_the_root_of_a_repository_has_a_workflow_and_a_member_has_no_gitignore() {
        let name = PackageName::parse("shop").unwrap();
        let values = Values { name: &name, source: &Source::Registry, architecture: None };
        let has = |place, path: &str| {
            render(Template::Cognito, place, &values).unwrap().iter().any(|(file, _)| *file == path)
        };
        let places = [Place::Member, Place::BelowRepository, Place::Root];
        assert_eq!(places.map(|place| has(place, ".github/workflows/ci.yml")), [false, false, true]);
        assert_eq!(places.map(|place| has(place, ".gitignore")), [false, true, true]);
        assert_eq!(places.map(|place| has(place, "routegen.toml")), [true; 3]);
    }

    #[test]
    fn rustfmt_changes_nothing() {
        for template in EVERY {
            for (path, text) in rendered(template, "shop", &Source::Registry) {
                if path.extension() == Some("rs") {
                    let folder = tempfile::tempdir().unwrap();
                    let file = folder.path().join("file.rs");
                    std::fs::write(&file, &text).unwrap();
                    let mut rustfmt = std::process::Command::new("rustfmt");
                    rustfmt.args(["--check", "--edition", "2024"]).arg(file).current_dir(folder.path());
                    let output = rustfmt.output().unwrap();
                    assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stdout));
                }
            }
        }
    }
}

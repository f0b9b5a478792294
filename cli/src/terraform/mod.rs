//! Emits the Terraform: a fixed module, written by hand, with a rendered file of locals and, if something was
//! renamed, a rendered file of `moved` blocks.
//!
//! In: the checked manifest, and the last emission. Out: the texts of the files; it writes none. The module
//! has variables and outputs, but no provider and no backend. It can come with a root that calls it, for
//! users who have none; users with their own resources get only locals. Each file is also available in
//! Terraform's JSON syntax.

mod error;
mod event_sources;
mod hcl;
mod json;
mod locals;
mod own_resources;
mod previous;
mod renames;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;

pub(crate) use self::{error::Error, previous::Previous};
use crate::{check::CheckedManifest, support::files::Generated};

/// The folder of the module, inside the root's folder.
pub(crate) const MODULE: &str = "routegen";

/// The files of the module that are the same for every API.
const FIXED: [(&str, &str); 14] = [
    ("api.tf", include_str!("module/api.tf")),
    ("authorizers.tf", include_str!("module/authorizers.tf")),
    ("cognito.tf", include_str!("module/cognito.tf")),
    ("domain.tf", include_str!("module/domain.tf")),
    ("event_rules.tf", include_str!("module/event_rules.tf")),
    ("events.tf", include_str!("module/events.tf")),
    ("functions.tf", include_str!("module/functions.tf")),
    ("outputs.tf", include_str!("module/outputs.tf")),
    ("queues.tf", include_str!("module/queues.tf")),
    ("resources.tf", include_str!("module/resources.tf")),
    ("schedules.tf", include_str!("module/schedules.tf")),
    ("streams.tf", include_str!("module/streams.tf")),
    ("variables.tf", include_str!("module/variables.tf")),
    ("versions.tf", include_str!("module/versions.tf")),
];

/// The root, whose first file calls the module.
const ROOT: [(&str, &str); 2] =
    [("main.tf", include_str!("root/main.tf")), ("variables.tf", include_str!("root/variables.tf"))];

/// Keeps the state, and the secrets in it, out of the repository. It is written beside the root if there is
/// none yet.
const GITIGNORE: &str = include_str!("root/gitignore");

/// The rendered files. The next emission of the module reads them to find out what was renamed.
const LOCALS: &str = "locals.tf";
const MOVED: &str = "moved.tf";

/// What is emitted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Layout {
    /// A module with everything
    Module,
    /// Only locals.tf, for your own resources beside it
    Locals,
}

/// How Terraform's files are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Syntax {
    /// .tf
    Hcl,
    /// .tf.json
    Json,
}

impl Layout {
    /// The folder of the generated files, for a root in `root`.
    pub(crate) fn folder(self, root: &Utf8Path) -> Utf8PathBuf {
        match self {
            Self::Module => root.join(MODULE),
            Self::Locals => root.to_owned(),
        }
    }
}

impl Syntax {
    /// The syntax of the last emission into this folder, if there was one.
    pub(crate) fn of(folder: &Utf8Path) -> Option<Self> {
        let syntaxes = [(LOCALS.to_owned(), Self::Hcl), (format!("{LOCALS}.json"), Self::Json)];
        syntaxes.into_iter().find(|(name, _)| folder.join(name).exists()).map(|(_, syntax)| syntax)
    }

    fn file(self, folder: &Utf8Path, name: &str, text: String) -> Generated {
        match self {
            Self::Hcl => Generated { path: folder.join(name), text },
            Self::Json => {
                Generated { path: folder.join(format!("{name}.json")), text: json::from_hcl(&text) }
            }
        }
    }
}

/// The generated files, in `folder`.
pub(crate) fn files(
    manifest: &CheckedManifest,
    previous: &Previous,
    layout: Layout,
    syntax: Syntax,
    folder: &Utf8Path,
) -> Vec<Generated> {
    let mut files = Vec::new();
    match layout {
        Layout::Locals => files.push((LOCALS, own_resources::render(manifest))),
        Layout::Module => {
            files.extend(FIXED.map(|(name, text)| (name, text.to_owned())));
            files.push((LOCALS, locals::render(manifest)));
            files.extend(renames::render(manifest, previous).map(|text| (MOVED, text)));
        }
    }
    files.into_iter().map(|(name, text)| syntax.file(folder, name, text)).collect()
}

/// A root that calls the module, with the zips in `artifacts`, and its `.gitignore`. They have no marker,
/// because they are written once and then belong to the user.
pub(crate) fn root(root: &Utf8Path, artifacts: &Utf8Path, syntax: Syntax) -> [Generated; 3] {
    let relative = pathdiff::diff_utf8_paths(artifacts, root);
    let path = match &relative {
        Some(path) => format!("${{path.module}}/{}", hcl::escape(path.as_str())),
        None => hcl::escape(artifacts.as_str()),
    };
    let [main, variables] = ROOT.map(|(name, text)| {
        syntax.file(root, name, text.replace("${path.module}/ROUTEGEN_ARTIFACTS_DIR", &path))
    });
    [Generated { path: root.join(".gitignore"), text: GITIGNORE.to_owned() }, main, variables]
}

#[cfg(test)]
mod tests {
    use routegen_spec::{Manifest, RouteSpec};

    use super::*;
    use crate::{
        check::{check, fixture},
        project::config::Config,
    };

    fn emitted(routes: Vec<RouteSpec>, layout: Layout, syntax: Syntax) -> Vec<Generated> {
        let manifest = Manifest::new("0.0.0", routes, Vec::new());
        let checked = check("/".into(), "items", &manifest, &Config::default()).unwrap().manifest;
        files(&checked, &Previous::default(), layout, syntax, "".into())
    }

    #[test]
    fn one_route_more_adds_its_own_lines_and_changes_no_other() {
        let named = |name: &str| fixture::route(name, &format!("/{name}"));
        for layout in [Layout::Module, Layout::Locals] {
            for added in ["a_first", "m_between_with_a_longer_name_than_the_others", "z_last"] {
                let before = emitted(vec![named("b"), named("y")], layout, Syntax::Hcl);
                let after = emitted(vec![named("b"), named("y"), named(added)], layout, Syntax::Hcl);
                for (before, after) in before.iter().zip(&after) {
                    let patch = diffy::create_patch(&before.text, &after.text);
                    let lines = patch.hunks().iter().flat_map(diffy::Hunk::lines);
                    let changed: Vec<_> =
                        lines.filter(|line| !matches!(line, diffy::Line::Context(_))).collect();
                    let inserted = |line: &&diffy::Line<'_, str>| match line {
                        diffy::Line::Insert(text) => Some(text.to_string()),
                        _ => None,
                    };
                    let added_lines: Vec<_> = changed.iter().filter_map(inserted).collect();
                    assert_eq!(added_lines.len(), changed.len(), "{changed:?}");
                    // As many entries as the module has for it: the function and its route.
                    let entries = added_lines.iter().filter(|line| line.ends_with("= {\n"));
                    let of_it = entries.clone().filter(|line| line.trim().starts_with(added));
                    assert_eq!(entries.count(), of_it.count(), "{changed:?}");
                    assert_eq!(before.path == LOCALS, !changed.is_empty(), "{}", before.path);
                }
            }
        }
    }

    #[test]
    fn every_file_of_the_module_is_emitted() {
        let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("src/terraform/module");
        let mut found: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| Utf8Path::new(name).extension() == Some("tf"))
            .collect();
        found.sort();
        assert_eq!(found, FIXED.map(|(name, _)| name));
    }

    #[test]
    fn every_file_has_a_form_in_json_with_everything_that_is_in_it() {
        for (_, text) in FIXED.iter().chain(&ROOT) {
            let json: serde_json::Value = serde_json::from_str(&json::from_hcl(text)).unwrap();
            let count = |name: &str| match &json[name] {
                serde_json::Value::Object(labels) => {
                    labels.values().map(|names| names.as_object().unwrap().len()).sum()
                }
                _ => 0,
            };
            assert_eq!(count("resource"), text.lines().filter(|line| line.starts_with("resource ")).count());
            let settings: serde_json::Map<_, _> = json["variable"].as_object().cloned().unwrap_or_default();
            assert_eq!(settings.len(), text.lines().filter(|line| line.starts_with("variable ")).count());
        }
    }

    /// In its own place and with its own text, each condition refuses the same in both syntaxes.
    #[test]
    fn every_condition_is_in_json_in_the_same_block_and_with_the_same_expression() {
        // Spaces and line breaks mean nothing, and a line break between entries may be a comma.
        fn bare(expression: &str) -> String {
            expression.chars().filter(|c| !c.is_whitespace() && *c != ',').collect()
        }
        fn of_text(block: &str) -> Vec<String> {
            let mut conditions: Vec<String> = Vec::new();
            let mut is_open = false;
            for line in block.lines().map(str::trim_start) {
                if line.starts_with("condition ") {
                    conditions.push(String::new());
                    is_open = true;
                }
                is_open &= !line.starts_with("error_message ");
                if is_open {
                    conditions.last_mut().unwrap().push_str(line);
                }
            }
            conditions.iter().map(|condition| bare(condition.split_once('=').unwrap().1)).collect()
        }
        fn of_json(value: &serde_json::Value) -> Vec<String> {
            match value {
                serde_json::Value::Array(items) => items.iter().flat_map(of_json).collect(),
                serde_json::Value::Object(entries) => {
                    let checks = entries.get("condition").filter(|_| entries.contains_key("error_message"));
                    let text = checks.map(|text| text.as_str().unwrap());
                    let own =
                        text.map(|text| bare(text.strip_prefix("${").unwrap().strip_suffix('}').unwrap()));
                    own.into_iter().chain(entries.values().flat_map(of_json)).collect()
                }
                _ => Vec::new(),
            }
        }
        let mut compared = 0;
        for (_, text) in FIXED {
            let json: serde_json::Value = serde_json::from_str(&json::from_hcl(text)).unwrap();
            let before = compared;
            for block in text.split("\n}\n") {
                let (mut conditions, head) = (of_text(block), |line: &&str| line.ends_with("\" {"));
                let Some(head) = block.lines().find(head).filter(|_| !conditions.is_empty()) else {
                    continue;
                };
                let words = head.split([' ', '"', '{']).filter(|word| !word.is_empty());
                let mut in_json = of_json(words.fold(&json, |place, word| &place[word]));
                conditions.sort();
                in_json.sort();
                assert_eq!(in_json, conditions, "{head}");
                compared += conditions.len();
            }
            assert_eq!(of_json(&json).len(), compared - before);
        }
        assert_eq!(
            compared,
            FIXED.iter().map(|(_, text)| text.matches("error_message ").count()).sum::<usize>()
        );
    }

    #[test]
    fn every_expression_in_json_is_one() {
        fn texts(value: &serde_json::Value) -> Vec<&str> {
            match value {
                serde_json::Value::String(text) => vec![text],
                serde_json::Value::Array(items) => items.iter().flat_map(texts).collect(),
                serde_json::Value::Object(entries) => entries.values().flat_map(texts).collect(),
                _ => Vec::new(),
            }
        }
        for (name, text) in FIXED {
            let json: serde_json::Value = serde_json::from_str(&json::from_hcl(text)).unwrap();
            for text in texts(&json) {
                let parsed = text.parse::<::hcl::Template>();
                assert!(parsed.is_ok(), "{name}: {text}: {parsed:?}");
            }
        }
    }

    #[test]
    fn a_root_names_the_artifacts_relative_to_itself() {
        let root = |root: &str, artifacts: &str| {
            let [_, main, _] = super::root(root.into(), artifacts.into(), Syntax::Hcl);
            main.text
        };
        let text = root("/w/api/terraform", "/w/target/routegen/lambda");
        assert!(text.contains("\"${path.module}/../../target/routegen/lambda\""), "{text}");
        assert!(!text.contains("ROUTEGEN_ARTIFACTS_DIR"));
        let hostile = root("/w/t", "/w/${x}\"");
        assert!(hostile.contains("\"${path.module}/../$${x}\\\"\""), "{hostile}");
    }
}

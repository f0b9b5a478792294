//! The workspace that a new package joins.
//!
//! In: the package's folder. Out: the workspace's Cargo.toml with the package among its members, unless a
//! pattern already covers it. Everything else in the file stays as it is, including comments and whitespace.
//! It refuses a file that it cannot read as cargo does.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use cargo_metadata::MetadataCommand;
use globset::GlobBuilder;
use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

use super::Error;
use crate::support::files;

/// A package's membership of a workspace.
#[derive(Debug)]
pub(crate) struct Membership {
    /// The workspace's Cargo.toml.
    pub(crate) manifest: Utf8PathBuf,
    /// Its text before.
    before: String,
    /// Its text after; `None` if it already covers the package.
    pub(crate) text: Option<String>,
}

impl Membership {
    /// Makes the existing package a member, and has cargo read the workspace. If cargo refuses, for example
    /// because two packages have one name, the change is undone.
    pub(crate) fn enter(&self) -> Result<(), Error> {
        let Some(text) = &self.text else { return self.validate() };
        files::write_if_changed(&self.manifest, text.as_bytes())?;
        self.validate().inspect_err(|_| {
            // The first error is the one to report.
            let _ = files::write_if_changed(&self.manifest, self.before.as_bytes());
        })
    }

    fn validate(&self) -> Result<(), Error> {
        let mut cargo = MetadataCommand::new();
        // `--no-deps` avoids the network.
        cargo.manifest_path(&self.manifest).no_deps().other_options(["--offline".to_owned()]);
        match cargo.exec() {
            Err(cargo_metadata::Error::CargoMetadata { stderr }) => {
                let reason = stderr.trim();
                Err(refused(&self.manifest, reason.strip_prefix("error: ").unwrap_or(reason)))
            }
            _ => Ok(()),
        }
    }
}

/// The workspace in which cargo would look for the package, if there is one above it.
pub(crate) fn find(package: &Utf8Path) -> Result<Option<Membership>, Error> {
    for folder in package.ancestors().skip(1) {
        let manifest = folder.join("Cargo.toml");
        let Some(text) = files::read_if_exists(&manifest)? else { continue };
        let document = parse(&manifest, &text)?;
        if document.contains_key("workspace") {
            // A workspace that excludes the package leaves it to those above.
            match join(manifest, &text, package)? {
                Some(membership) => return Ok(Some(membership)),
                None => continue,
            }
        }
        // A package may name the root of its workspace, and this also applies to packages below it.
        let root = document.get("package").and_then(|package| package.get("workspace")?.as_str());
        if let Some(root) = root {
            let manifest = plain(&folder.join(root)).join("Cargo.toml");
            let text = files::read(&manifest)?;
            return join(manifest, &text, package);
        }
    }
    Ok(None)
}

fn parse(manifest: &Utf8Path, text: &str) -> Result<DocumentMut, Error> {
    text.parse().map_err(|error: toml_edit::TomlError| refused(manifest, error.message()))
}

fn refused(manifest: &Utf8Path, reason: &str) -> Error {
    Error::Workspace { manifest: manifest.to_owned(), reason: reason.to_owned() }
}

fn join(manifest: Utf8PathBuf, text: &str, package: &Utf8Path) -> Result<Option<Membership>, Error> {
    let root = manifest.parent().unwrap_or(Utf8Path::new("/"));
    let mut document = parse(&manifest, text)?;
    let workspace = document.get_mut("workspace").and_then(Item::as_table_like_mut);
    let workspace = workspace.ok_or_else(|| refused(&manifest, "`workspace` is not a table"))?;
    let member = pathdiff::diff_utf8_paths(package, root).unwrap_or_else(|| package.to_owned());
    let members = list(workspace, "members").map_err(|reason| refused(&manifest, &reason))?;
    let exclude = list(workspace, "exclude").map_err(|reason| refused(&manifest, &reason))?;
    let is_below = |folder: &String| package.starts_with(plain(&root.join(folder)));
    if exclude.iter().any(is_below) && !members.iter().any(is_below) {
        return Ok(None);
    }
    if members.iter().any(|pattern| covers(pattern, &member)) {
        return Ok(Some(Membership { manifest, before: text.to_owned(), text: None }));
    }
    match workspace.get_mut("members").and_then(Item::as_array_mut) {
        Some(members) => push(members, member.as_str()),
        None => {
            workspace.insert("members", Item::Value(Array::from_iter([member.as_str()]).into()));
        }
    }
    let edited = with_marks_of(text, &document.to_string());
    Ok(Some(Membership { manifest, before: text.to_owned(), text: Some(edited) }))
}

fn list(workspace: &dyn TableLike, key: &str) -> Result<Vec<String>, String> {
    let Some(item) = workspace.get(key) else { return Ok(Vec::new()) };
    let texts = item.as_array().and_then(|array| {
        array.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
    });
    texts.ok_or_else(|| format!("`{key}` of its workspace is not a list of texts"))
}

/// Whether this pattern makes cargo find the package.
fn covers(pattern: &str, member: &Utf8Path) -> bool {
    let pattern = plain(pattern.into());
    let glob = GlobBuilder::new(pattern.as_str()).literal_separator(true).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(member))
}

/// The path without `.` and, as far as they can be resolved, without `..`.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    let mut plain = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            component => plain.push(component),
        }
    }
    plain
}

/// Adds a member after the last one: on a line of its own if the others are, with each comment kept in its
/// place.
fn push(members: &mut Array, member: &str) {
    let mut value = Value::from(member);
    let Some(last) = members.iter().last() else {
        members.push(value);
        return;
    };
    let prefix = last.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
    let suffix = last.decor().suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default().to_owned();
    // Everything after the last member, up to the bracket.
    let end = suffix + members.trailing().as_str().unwrap_or_default();
    let lines = prefix.rsplit_once('\n').zip(end.rsplit_once('\n'));
    if let Some(last) = members.iter_mut().last() {
        last.decor_mut().set_suffix("");
    }
    if let Some(((_, indentation), (comments, before_bracket))) = lines {
        let before_bracket = format!("\n{before_bracket}");
        value.decor_mut().set_prefix(format!("{comments}\n{indentation}"));
        members.push_formatted(value);
        members.set_trailing(before_bracket);
        members.set_trailing_comma(true);
    } else {
        value.decor_mut().set_prefix(" ");
        value.decor_mut().set_suffix(end);
        let has_comma = members.trailing_comma();
        members.push_formatted(value);
        members.set_trailing("");
        members.set_trailing_comma(has_comma);
    }
}

/// Restores what the parser does not keep: line endings and the byte order mark.
fn with_marks_of(text: &str, edited: &str) -> String {
    let order = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let edited = edited.trim_start_matches('\u{feff}');
    if text.contains("\r\n") {
        format!("{order}{}", edited.replace('\n', "\r\n"))
    } else {
        format!("{order}{edited}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The workspace's new Cargo.toml, or `None` if the package is not a member of it.
    fn joined(text: &str, member: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        std::fs::write(root.join("Cargo.toml"), text).unwrap();
        let membership = find(&root.join(member)).unwrap()?;
        assert_eq!(membership.manifest, root.join("Cargo.toml"));
        Some(membership.text.unwrap_or_else(|| text.to_owned()))
    }

    #[test]
    fn a_member_is_added_and_nothing_else_changes() {
        for (before, after) in [
            ("[workspace]\n", "[workspace]\nmembers = [\"shop\"]\n"),
            ("[workspace]\nmembers = []\n", "[workspace]\nmembers = [\"shop\"]\n"),
            ("[workspace]\nmembers = [\"a\"]\n", "[workspace]\nmembers = [\"a\", \"shop\"]\n"),
            ("[workspace]\nmembers = [ \"a\" ]\n", "[workspace]\nmembers = [ \"a\", \"shop\" ]\n"),
            ("[workspace]\nmembers = [\"a\",]\n", "[workspace]\nmembers = [\"a\", \"shop\",]\n"),
            (
                "[workspace]\nmembers = [\n    \"a\", # first\n    \"b\", # second\n] # all\n\n# more\n[profile.dev]\ndebug   = 0\n",
                "[workspace]\nmembers = [\n    \"a\", # first\n    \"b\", # second\n    \"shop\",\n] # all\n\n# more\n[profile.dev]\ndebug   = 0\n",
            ),
            (
                "[workspace]\nmembers = [\n  \"a\",\n  \"b\" # the last\n  ]\n",
                "[workspace]\nmembers = [\n  \"a\",\n  \"b\", # the last\n  \"shop\",\n  ]\n",
            ),
            (
                "[workspace]\nmembers = [\n  \"a\",\n  # \"b\",\n]\n",
                "[workspace]\nmembers = [\n  \"a\",\n  # \"b\",\n  \"shop\",\n]\n",
            ),
            (
                "[workspace]\r\nmembers = [\r\n  \"a\",\r\n]\r\n",
                "[workspace]\r\nmembers = [\r\n  \"a\",\r\n  \"shop\",\r\n]\r\n",
            ),
            ("\u{feff}[workspace]\nmembers = []\n", "\u{feff}[workspace]\nmembers = [\"shop\"]\n"),
            (
                "workspace = { members = [\"a\"], resolver = \"3\" }\n",
                "workspace = { members = [\"a\", \"shop\"], resolver = \"3\" }\n",
            ),
            ("workspace.members = [\"a\"]\n", "workspace.members = [\"a\", \"shop\"]\n"),
            (
                "[package]\nname = \"root\" # it\n\n[workspace]\nresolver = \"3\"\n",
                "[package]\nname = \"root\" # it\n\n[workspace]\nresolver = \"3\"\nmembers = [\"shop\"]\n",
            ),
        ] {
            assert_eq!(joined(before, "shop").as_deref(), Some(after));
            after.trim_start_matches('\u{feff}').parse::<toml::Table>().unwrap();
        }
        let implied = joined("[workspace.package]\nedition = \"2024\"\n", "shop").unwrap();
        let parsed: toml::Table = implied.parse().unwrap();
        assert_eq!(parsed["workspace"]["members"][0].as_str(), Some("shop"), "{implied}");
        assert_eq!(parsed["workspace"]["package"]["edition"].as_str(), Some("2024"), "{implied}");
    }

    #[test]
    fn a_pattern_that_covers_it_is_enough() {
        for (pattern, member) in [
            ("crates/*", "crates/shop"),
            ("./crates/*/", "crates/shop"),
            ("**", "crates/shop"),
            ("shop", "shop"),
            ("sh?p", "shop"),
        ] {
            let text = format!("[workspace]\nmembers = [\"{pattern}\"]\n");
            assert_eq!(joined(&text, member).as_deref(), Some(text.as_str()), "{pattern}");
        }
        for (pattern, member) in [("crates/*", "shop"), ("*", "crates/shop"), ("[", "shop")] {
            let text = format!("[workspace]\nmembers = [\"{pattern}\"]\n");
            let joined = joined(&text, member).unwrap();
            assert_eq!(joined, format!("[workspace]\nmembers = [\"{pattern}\", \"{member}\"]\n"));
        }
    }

    #[test]
    fn what_the_workspace_excludes_is_a_package_of_its_own() {
        let text = "[workspace]\nexclude = [\"apis\"]\nmembers = [\"apis/one\"]\n";
        assert_eq!(joined(text, "apis/shop"), None);
        assert!(joined(text, "apis/one/shop").is_some());
        assert!(joined(text, "apis2").is_some());
        assert_eq!(joined("[package]\nname = \"alone\"\n", "shop"), None);
        // Unless the next one above covers it, as in cargo's own search.
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        std::fs::create_dir(root.join("inner")).unwrap();
        std::fs::write(root.join("Cargo.toml"), "[workspace]\nmembers = [\"inner\"]\n").unwrap();
        std::fs::write(root.join("inner/Cargo.toml"), "[workspace]\nexclude = [\"shop\"]\n").unwrap();
        let membership = find(&root.join("inner/shop")).unwrap().unwrap();
        assert_eq!(membership.text.as_deref(), Some("[workspace]\nmembers = [\"inner\", \"inner/shop\"]\n"));
    }

    #[test]
    fn a_package_above_it_leads_to_its_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        std::fs::create_dir_all(root.join("ws")).unwrap();
        std::fs::create_dir_all(root.join("app")).unwrap();
        std::fs::write(root.join("ws/Cargo.toml"), "[workspace]\nmembers = [\"../app\"]\n").unwrap();
        std::fs::write(root.join("app/Cargo.toml"), "[package]\nname = \"app\"\nworkspace = \"../ws\"\n")
            .unwrap();
        let membership = find(&root.join("app/shop")).unwrap().unwrap();
        assert_eq!(membership.manifest, root.join("ws/Cargo.toml"));
        assert_eq!(
            membership.text.as_deref(),
            Some("[workspace]\nmembers = [\"../app\", \"../app/shop\"]\n")
        );
    }

    #[test]
    fn a_file_that_cargo_could_not_read_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        for (text, reason) in [
            ("[workspace\n", "invalid"),
            ("workspace = 1\n", "not a table"),
            ("[workspace]\nmembers = \"a\"\n", "`members`"),
            ("[workspace]\nmembers = [1]\n", "`members`"),
            ("[workspace]\nexclude = {}\n", "`exclude`"),
        ] {
            std::fs::write(root.join("Cargo.toml"), text).unwrap();
            let error = find(&root.join("shop")).unwrap_err();
            assert!(matches!(error, Error::Workspace { .. }), "{error}");
            assert!(error.to_string().contains(reason) || reason == "invalid", "{error}");
        }
    }
}

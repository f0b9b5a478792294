//! The user's profile settings, from every place where cargo reads them.
//!
//! In: the environment (`CARGO_PROFILE_<NAME>_<KEY>`), the configuration files from the working directory up
//! and the one in cargo's home, and the workspace's Cargo.toml. If two set a key, the earlier one takes
//! precedence. Out: the value of a key, resolved through `inherits`. It does not validate the files: cargo
//! reports what is wrong in them.

use camino::Utf8Path;
use toml::{Table, Value};

use super::configuration;
use crate::{support::files, toolchain::Error};

#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// The variables that may set a key.
    environment: Vec<(String, String)>,
    /// The `[profile]` tables; the first one that sets a key takes precedence.
    tables: Vec<Table>,
}

impl Definitions {
    /// Reads them as cargo does when it is called in `here` for the workspace in `root`.
    pub(super) fn load(root: &Utf8Path, here: &Utf8Path) -> Result<Self, Error> {
        let manifest = root.join("Cargo.toml");
        let manifest: Table = toml::from_str(&files::read(&manifest)?).unwrap_or_default();
        let files = configuration::load(here)?.into_iter().map(|file| file.content);
        let profiles = |mut file: Table| match file.remove("profile") {
            Some(Value::Table(profiles)) => Some(profiles),
            _ => None,
        };
        let tables = files.chain([manifest]).filter_map(profiles).collect();
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with("CARGO_PROFILE_"))?;
            Some((name, value.into_string().ok()?))
        });
        Ok(Self { environment: environment.collect(), tables })
    }

    /// Whether a profile of this name is defined.
    pub(super) fn defines(&self, profile: &str) -> bool {
        self.tables.iter().any(|table| table.contains_key(profile)) || self.own(profile, "inherits").is_some()
    }

    /// Adds a profile with the lowest precedence.
    pub(super) fn add(&mut self, profile: &str, settings: Table) {
        self.tables.push(Table::from_iter([(profile.to_owned(), Value::Table(settings))]));
    }

    /// The value of a key, set in the profile itself or inherited.
    pub(super) fn get(&self, profile: &str, key: &str) -> Option<String> {
        self.line(profile).iter().find_map(|profile| self.own(profile, key))
    }

    /// The built-in profile at the end of the inheritance chain: `release` or `dev`.
    pub(super) fn ancestor(&self, profile: &str) -> String {
        self.line(profile).pop().unwrap_or_default()
    }

    /// The value of a key that the profile itself sets.
    fn own(&self, profile: &str, key: &str) -> Option<String> {
        let upper = |name: &str| name.replace('-', "_").to_uppercase();
        let variable = format!("CARGO_PROFILE_{}_{}", upper(profile), upper(key));
        let from_environment = self.environment.iter().find(|(name, _)| *name == variable);
        from_environment.map(|(_, value)| value.clone()).or_else(|| {
            self.tables.iter().find_map(|table| match table.get(profile)?.get(key)? {
                Value::String(text) => Some(text.clone()),
                value @ (Value::Boolean(_) | Value::Integer(_)) => Some(value.to_string()),
                _ => None,
            })
        })
    }

    /// The profile and those that it inherits from, in order.
    fn line(&self, profile: &str) -> Vec<String> {
        let mut line = vec![profile.to_owned()];
        while let Some(profile) = line.last() {
            let parent = match profile.as_str() {
                "dev" | "release" => None,
                "test" => Some("dev".to_owned()),
                "bench" => Some("release".to_owned()),
                profile => self.own(profile, "inherits"),
            };
            match parent {
                // Cargo refuses a cycle.
                Some(parent) if !line.contains(&parent) => line.push(parent),
                _ => break,
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Utf8PathBuf) {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        for (path, text) in files {
            files::write_if_changed(&root.join(path), text.as_bytes()).unwrap();
        }
        (guard, root)
    }

    #[test]
    fn the_nearest_file_counts_and_the_manifest_comes_last() {
        let (_guard, root) = folder(&[
            ("Cargo.toml", "[profile.release]\nlto = \"off\"\nstrip = true\npanic = \"abort\"\n"),
            (".cargo/config.toml", "[profile.release]\nlto = \"fat\"\nstrip = \"none\"\n"),
            ("member/.cargo/config.toml", "[profile.release]\nlto = \"thin\"\n"),
        ]);
        let definitions = Definitions::load(&root, &root.join("member")).unwrap();
        let get = |key| definitions.get("release", key);
        assert_eq!(get("lto").as_deref(), Some("thin"));
        assert_eq!(get("strip").as_deref(), Some("none"));
        assert_eq!(get("panic").as_deref(), Some("abort"));
        assert_eq!(get("codegen-units"), None);
        let above = Definitions::load(&root, &root).unwrap();
        assert_eq!(above.get("release", "lto").as_deref(), Some("fat"));
    }

    #[test]
    fn an_included_file_counts_less_than_the_one_that_includes_it() {
        let (_guard, root) = folder(&[
            ("Cargo.toml", ""),
            (
                ".cargo/config.toml",
                "include = [\"a.toml\", { path = \"b.toml\", optional = true }, { path = \"absent.toml\", optional = true }]\n\
                 [profile.release]\nlto = \"thin\"\n",
            ),
            (".cargo/a.toml", "[profile.release]\nlto = \"fat\"\nstrip = true\ncodegen-units = 4\n"),
            (".cargo/b.toml", "include = \"config.toml\"\n[profile.release]\ncodegen-units = 8\n"),
        ]);
        let definitions = Definitions::load(&root, &root).unwrap();
        let get = |key| definitions.get("release", key);
        assert_eq!(get("lto").as_deref(), Some("thin"));
        assert_eq!(get("strip").as_deref(), Some("true"));
        assert_eq!(get("codegen-units").as_deref(), Some("8"));
    }

    #[test]
    fn a_profile_inherits_and_the_environment_is_above_all() {
        let (_guard, root) = folder(&[(
            "Cargo.toml",
            "[profile.release]\nlto = \"thin\"\nopt-level = 3\n[profile.lambda]\ninherits = \"base\"\nopt-level = \"s\"\n\
             [profile.base]\ninherits = \"release\"\ncodegen-units = 2\n[profile.round]\ninherits = \"round\"\n",
        )]);
        let mut definitions = Definitions::load(&root, &root).unwrap();
        let keys = ["lto", "opt-level", "codegen-units"];
        let values =
            |definitions: &Definitions| keys.map(|key| definitions.get("lambda", key).unwrap_or_default());
        assert_eq!(values(&definitions), ["thin", "s", "2"]);
        assert_eq!(definitions.ancestor("lambda"), "release");
        assert_eq!(definitions.ancestor("test"), "dev");
        assert!(definitions.defines("base") && !definitions.defines("small"));
        assert_eq!(definitions.get("round", "lto"), None, "a circle ends");

        let set = [("CARGO_PROFILE_LAMBDA_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "9")];
        definitions.environment = set.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(
            values(&definitions),
            ["off", "s", "2"],
            "each profile is completed before it is inherited"
        );
        definitions.environment = vec![("CARGO_PROFILE_SMALL_INHERITS".to_owned(), "release".to_owned())];
        assert!(definitions.defines("small"));
    }
}

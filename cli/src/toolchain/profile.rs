//! Selects the user's profile for a build, and sets what the user has not set in it.
//!
//! In: the requested profile, if any. Out: its name, additional settings for cargo, and what a link must do
//! itself. The user's own settings take precedence, wherever cargo finds them. The defaults are:
//!
//! - the profile is `lambda` if it is defined, otherwise `release`;
//! - an optimised crate is compiled in one codegen unit, which gives smaller artifacts;
//! - `small` is release with link-time optimisation of the whole program.

use toml::{Table, Value};

use super::{configuration::here, definitions::Definitions, mode::Mode};
use crate::{
    project::workspace::{RUNTIME, SPEC, Workspace},
    toolchain::Error,
};

/// The profile for small artifacts, which takes longer to build.
const SMALL: &str = "small";

/// The codegen units for incremental compilation, which is rustc's own default.
const INCREMENTAL_UNITS: u32 = 256;

/// The codegen units of the runtime for the registry. It is compiled under other `cfg` conditions than for
/// artifacts, which cargo does not see. No user sets this number, so it makes cargo keep the two apart in
/// every profile.
const REGISTRY_UNITS: u32 = 17;

/// The codegen units of the vocabulary: as many as it has modules, or more.
const SPEC_UNITS: u32 = 256;

#[derive(Debug, Eq, PartialEq)]
pub(super) struct Profile {
    pub(super) name: String,
    /// Additional settings, in the format of `--config`.
    settings: Vec<String>,
    /// The link-time optimisation for rustc when it links, because cargo does not pass it on for libraries.
    pub(super) lto: Option<&'static str>,
    /// Whether the user's own libraries are compiled incrementally without cargo's knowledge: in a profile that
    /// is incremental, cargo would not share other local packages, such as a runtime that is a path
    /// dependency, with the artifacts.
    pub(super) incremental: bool,
    /// Whether the user wants only debug information stripped, which otherwise is cargo's default.
    pub(super) keeps_symbols: bool,
}

impl Profile {
    /// Reads what cargo will read in the folder where it will be called, which is the current one.
    pub(super) fn load(workspace: &Workspace, mode: Mode) -> Result<Self, Error> {
        let definitions = Definitions::load(&workspace.root, &here()?)?;
        let packages = workspace.linked.iter().map(|package| package.name.as_str());
        Ok(Self::new(workspace.options.profile.as_deref(), definitions, mode, packages))
    }

    fn new<'a>(
        asked: Option<&str>,
        mut definitions: Definitions,
        mode: Mode,
        packages: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut name = asked.unwrap_or(if definitions.defines("lambda") { "lambda" } else { "release" });
        let mut settings = Vec::new();
        if name == SMALL && !definitions.defines(SMALL) {
            if mode == Mode::Registry {
                // It differs from release only in link-time optimisation, so release's dependencies can be
                // reused.
                name = "release";
            } else {
                settings.extend(define_small(&mut definitions));
            }
        }
        if definitions.ancestor(name) == "release" && definitions.get(name, "codegen-units").is_none() {
            settings.push(format!("profile.{name}.codegen-units=1"));
        }
        let mut lto = match definitions.get(name, "lto").as_deref() {
            Some("true" | "fat" | "on" | "yes" | "y") => Some("fat"),
            Some("thin") => Some("thin"),
            _ => None,
        };
        // Only macros and the registry use it. But an artifact takes from it the first copies of some generic
        // code of std, with the whole object that they are in: the smaller its objects, the less comes along.
        for (key, value) in [("opt-level", 0), ("codegen-units", SPEC_UNITS)] {
            settings.push(format!("profile.{name}.package.\"{SPEC}\".{key}={value}"));
        }
        let mut incremental = false;
        if mode == Mode::Registry {
            // The user's own code and the runtime are compiled specially for the registry, and linked only
            // for their constants, so optimising them gains nothing. All other dependencies are shared with
            // the artifacts, unless those use link-time optimisation.
            if lto.take().is_some() {
                settings.push(format!("profile.{name}.lto=false"));
            }
            let set = |package, key, value| format!("profile.{name}.package.\"{package}\".{key}={value}");
            settings.push(set(RUNTIME, "opt-level", 0));
            settings.push(set(RUNTIME, "codegen-units", REGISTRY_UNITS));
            // With a single codegen unit, any edit would compile the whole crate again, even incrementally.
            let own = definitions.get(name, "incremental");
            incremental = own.is_none() && definitions.ancestor(name) != "dev";
            let is_incremental = own.as_deref() != Some("false");
            for package in packages {
                settings.push(set(package, "opt-level", 0));
                settings.extend(is_incremental.then(|| set(package, "codegen-units", INCREMENTAL_UNITS)));
            }
        }
        if mode == Mode::Artifacts
            && definitions.ancestor(name) == "dev"
            && definitions.get(name, "incremental").is_none()
        {
            // The result of incremental compilation depends on earlier compilations.
            settings.push(format!("profile.{name}.incremental=false"));
        }
        let keeps_symbols = definitions.get(name, "strip").as_deref() == Some("debuginfo");
        Self { name: name.to_owned(), settings, lto, incremental, keeps_symbols }
    }

    /// The arguments that make cargo build with this profile.
    pub(super) fn arguments(&self) -> Vec<String> {
        let settings = self.settings.iter().flat_map(|setting| ["--config", setting]);
        ["--profile", &self.name].into_iter().chain(settings).map(str::to_owned).collect()
    }

    /// What a link needs besides the library's own flags and link-time optimisation.
    pub(super) fn link_flags(&self) -> Option<String> {
        self.keeps_symbols.then(|| "-Cstrip=debuginfo".to_owned())
    }
}

/// Adds the built-in profile, and returns the settings for cargo, without those that the environment
/// overrides.
fn define_small(definitions: &mut Definitions) -> Vec<String> {
    let small = [("inherits", "release"), ("lto", "fat")];
    let unset = small.into_iter().filter(|(key, _)| definitions.get(SMALL, key).is_none());
    let settings = unset.map(|(key, value)| format!("profile.{SMALL}.{key}={value:?}")).collect();
    definitions.add(SMALL, Table::from_iter(small.map(|(key, value)| (key.to_owned(), Value::from(value)))));
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(asked: Option<&str>, manifest: &str, mode: Mode) -> Profile {
        let manifest: Table = toml::from_str(manifest).unwrap();
        let mut definitions = Definitions::default();
        for (name, settings) in manifest {
            definitions.add(&name, settings.as_table().unwrap().clone());
        }
        Profile::new(asked, definitions, mode, ["app"].into_iter())
    }

    fn arguments(asked: Option<&str>, manifest: &str, mode: Mode) -> String {
        let all = profile(asked, manifest, mode).arguments().join(" ").replace("--config ", "");
        // These are the same in every profile.
        let name = all.split(' ').nth(1).unwrap();
        let of_spec = ["opt-level=0", "codegen-units=256"]
            .map(|setting| format!(" profile.{name}.package.\"routegen-spec\".{setting}"));
        assert!(all.contains(&of_spec.concat()), "{all}");
        all.replace(&of_spec.concat(), "")
    }

    #[test]
    fn without_a_word_of_the_users_it_is_release_in_one_codegen_unit() {
        assert_eq!(arguments(None, "", Mode::Artifacts), "--profile release profile.release.codegen-units=1");
        assert_eq!(
            arguments(None, "", Mode::Registry),
            "--profile release profile.release.codegen-units=1 profile.release.package.\"routegen\".opt-level=0 \
             profile.release.package.\"routegen\".codegen-units=17 profile.release.package.\"app\".opt-level=0 \
             profile.release.package.\"app\".codegen-units=256"
        );
    }

    #[test]
    fn a_profile_named_lambda_is_the_default_and_what_it_says_stands() {
        let manifest = "lambda = { inherits = \"base\", lto = \"thin\" }\n\
            base = { inherits = \"release\", codegen-units = 4, strip = \"debuginfo\" }\n";
        let lambda = profile(None, manifest, Mode::Artifacts);
        assert_eq!(arguments(None, manifest, Mode::Artifacts), "--profile lambda");
        assert_eq!((lambda.lto, lambda.link_flags().as_deref()), (Some("thin"), Some("-Cstrip=debuginfo")));
        assert_eq!(profile(None, manifest, Mode::Registry).lto, None);
        assert_eq!(
            arguments(None, manifest, Mode::Registry),
            "--profile lambda profile.lambda.lto=false profile.lambda.package.\"routegen\".opt-level=0 \
             profile.lambda.package.\"routegen\".codegen-units=17 profile.lambda.package.\"app\".opt-level=0 \
             profile.lambda.package.\"app\".codegen-units=256"
        );
        assert_eq!(
            arguments(Some("release"), manifest, Mode::Artifacts),
            "--profile release profile.release.codegen-units=1"
        );
    }

    #[test]
    fn the_registry_is_compiled_incrementally_unless_the_user_says_so() {
        let no = "release = { incremental = false }";
        assert_eq!(
            arguments(None, no, Mode::Registry),
            "--profile release profile.release.codegen-units=1 profile.release.package.\"routegen\".opt-level=0 \
             profile.release.package.\"routegen\".codegen-units=17 profile.release.package.\"app\".opt-level=0"
        );
        assert!(!profile(None, no, Mode::Registry).incremental);
        let yes = "release = { incremental = true }";
        assert!(arguments(None, yes, Mode::Registry).ends_with("\"app\".codegen-units=256"));
        assert!(!profile(None, yes, Mode::Registry).incremental, "cargo does it");
        assert!(profile(None, "", Mode::Registry).incremental);
        assert!(!profile(None, "", Mode::Artifacts).incremental, "it makes larger artifacts");
        assert!(!profile(Some("dev"), "", Mode::Registry).incremental, "cargo does it");
    }

    #[test]
    fn small_is_built_in_unless_the_user_defines_it() {
        assert_eq!(
            arguments(Some("small"), "", Mode::Artifacts),
            "--profile small profile.small.inherits=\"release\" profile.small.lto=\"fat\" profile.small.codegen-units=1"
        );
        assert_eq!(profile(Some("small"), "", Mode::Artifacts).lto, Some("fat"));
        assert_eq!(profile(Some("small"), "", Mode::Registry), profile(Some("release"), "", Mode::Registry));
        let own = "small = { inherits = \"release\", opt-level = \"z\", codegen-units = 2 }";
        assert_eq!(arguments(Some("small"), own, Mode::Artifacts), "--profile small");
        assert_eq!(profile(Some("small"), own, Mode::Artifacts).lto, None);
    }

    #[test]
    fn a_debug_build_keeps_its_codegen_units() {
        assert!(!arguments(Some("dev"), "", Mode::Artifacts).contains("codegen-units"));
    }

    #[test]
    fn what_is_deployed_is_not_compiled_incrementally_unless_the_user_says_so() {
        assert_eq!(
            arguments(Some("dev"), "", Mode::Artifacts),
            "--profile dev profile.dev.incremental=false"
        );
        let quick = arguments(Some("quick"), "quick = { inherits = \"dev\" }", Mode::Artifacts);
        assert_eq!(quick, "--profile quick profile.quick.incremental=false");
        let own = "dev = { incremental = true }";
        assert_eq!(arguments(Some("dev"), own, Mode::Artifacts), "--profile dev");
    }
}

//! `routegen.toml`, beside the package's Cargo.toml: what belongs to the code but is not part of an
//! attribute.
//!
//! In: the file, if there is one, because everything has a default. It refuses keys that differ between
//! environments, which are variables of the Terraform module, and keys that an HTTP API does not support,
//! with the reason.

mod accepted;
mod authorizers;
mod document;
mod key_span;
mod mistake;
mod rest_only;
#[cfg(test)]
mod schema;

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc};

use camino::{Utf8Component, Utf8Path};
use globset::{GlobBuilder, GlobMatcher};
use miette::NamedSource;
use routegen_spec::{FunctionDefaults, IdentitySource, limits};
use serde::Deserialize;
use toml::Spanned;

pub(crate) use self::{accepted::Accepted, document::Document};
use self::{
    authorizers::OneAuthorizer,
    key_span::KeySpan,
    mistake::{Mistake, spanned},
};
use crate::{
    output::{report, words::nearest},
    project::{
        Error,
        target::{Architecture, Compiler, Linking},
    },
    support::files,
};

/// The name of the file.
const FILE: &str = "routegen.toml";

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Name of the API; by default the package's. Names of AWS resources begin with it.
    #[cfg_attr(test, schemars(with = "Option<String>", extend("pattern" = "^[A-Za-z0-9_-]+$", "maxLength" = limits::FUNCTION_NAME_CHARS)))]
    name: Option<Spanned<String>>,
    /// Architecture of all functions; by default this machine's. `--arch` overrides it.
    arch: Option<Architecture>,
    /// Compiler of the artifacts; by default what is installed on this machine. `--compiler` overrides it.
    compiler: Option<Compiler>,
    /// How functions are linked; by default `direct`. `--backend` overrides it.
    backend: Option<Linking>,
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    quotas: Quotas,
    /// Extra files in every artifact: paths and patterns relative to the package. `*` matches within a folder, `**` across folders.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    include: Vec<Spanned<String>>,
    /// Settings of a function, by its name.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, OneFunction>"))]
    functions: BTreeMap<Spanned<String>, OneFunction>,
    /// Authorizers that are not written in Rust, by the name in the `auth` of routes.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, OneAuthorizer>"))]
    authorizers: BTreeMap<Spanned<String>, OneAuthorizer>,
    /// Parts of the OpenAPI document that the code does not declare.
    #[serde(default)]
    openapi: Document,
    /// Changes of the API that `routegen diff` accepts.
    #[serde(default)]
    accepted: Vec<accepted::Written>,
    /// The file's name and text, for errors that are found later.
    #[serde(skip)]
    source_code: Option<Arc<NamedSource<String>>>,
}

/// Defaults of all functions.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Defaults {
    /// Memory in MB; by default 128.
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = *limits::MEMORY_MB.start(), max = *limits::MEMORY_MB.end())))]
    memory: Option<Spanned<u32>>,
    /// Timeout in seconds; by default 10.
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = *limits::TIMEOUT_S.start(), max = *limits::TIMEOUT_S.end())))]
    timeout: Option<Spanned<u32>>,
    /// Use tokio's multi-threaded runtime, which `block_in_place` requires; by default `false`.
    multi_thread: Option<bool>,
}

/// Quotas that AWS has raised for the account.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Quotas {
    /// Number of routes that an API may have; by default 300.
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = limits::ROUTES_PER_API)))]
    routes: Option<Spanned<u32>>,
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct OneFunction {
    /// Extra files in the function's artifact, in addition to those of every artifact.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    include: Vec<Spanned<String>>,
}

/// A pattern of extra files: relative to the package, `*` within a folder, `**` across folders.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    pub(crate) matcher: GlobMatcher,
    place: KeySpan,
}

impl Config {
    pub(crate) fn load(package_root: &Utf8Path) -> Result<Self, Error> {
        let path = package_root.join(FILE);
        if path.exists() { Self::parse(&path, &files::read(&path)?) } else { Ok(Self::default()) }
    }

    fn parse(path: &Utf8Path, text: &str) -> Result<Self, Error> {
        let parsed = toml::from_str::<Self>(text).map_err(Mistake::from).and_then(Self::validate);
        let source_code = Arc::new(report::source(path.as_str(), text).with_language("TOML"));
        match parsed {
            Ok(config) => Ok(Self { source_code: Some(source_code), ..config }),
            Err(mistake) => Err(mistake.into_error(source_code)),
        }
    }

    fn validate(self) -> Result<Self, Mistake> {
        within(self.defaults.memory.as_ref(), "memory", "MB", limits::MEMORY_MB)?;
        within(self.defaults.timeout.as_ref(), "timeout", "s", limits::TIMEOUT_S)?;
        within(self.quotas.routes.as_ref(), "routes", "for an API", limits::ROUTES_PER_API..=u32::MAX)?;
        let of_functions = self.functions.values().flat_map(|function| &function.include);
        for pattern in self.include.iter().chain(of_functions) {
            glob(pattern)?;
        }
        for (name, authorizer) in &self.authorizers {
            authorizers::validate_name(name)?;
            authorizer.identity_source()?;
        }
        self.openapi.validate()?;
        self.accepted.iter().try_for_each(accepted::Written::validate)?;
        let valid = |name: &str| {
            !name.is_empty()
                && name.len() <= limits::FUNCTION_NAME_CHARS
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        match &self.name {
            Some(name) if !valid(name.as_ref()) => Err(spanned(
                "`name` must be at most 64 letters, digits, `-` and `_`: it prefixes the names of the API's resources",
                name,
            )),
            _ => Ok(self),
        }
    }

    /// The same, with the values of the command line in place of the file's.
    pub(crate) fn overruled(
        self,
        arch: Option<Architecture>,
        compiler: Option<Compiler>,
        backend: Option<Linking>,
    ) -> Self {
        Self {
            arch: arch.or(self.arch),
            compiler: compiler.or(self.compiler),
            backend: backend.or(self.backend),
            ..self
        }
    }

    /// The architecture of all functions.
    pub(crate) fn architecture(&self) -> Architecture {
        self.arch.unwrap_or(Architecture::HOST)
    }

    /// Whether the file or the command line sets it.
    pub(crate) fn says_architecture(&self) -> bool {
        self.arch.is_some()
    }

    /// The largest number of routes of an API.
    pub(crate) fn quota_of_routes(&self) -> usize {
        self.quotas.routes.as_ref().map_or(limits::ROUTES_PER_API, |routes| *routes.as_ref()) as usize
    }

    /// The compiler of the artifacts, if the file or the command line sets it.
    pub(crate) fn compiler(&self) -> Option<Compiler> {
        self.compiler
    }

    /// How the programs are linked.
    pub(crate) fn linking(&self) -> Linking {
        self.backend.unwrap_or_default()
    }

    /// Parts of the OpenAPI document that the code does not declare.
    pub(crate) fn openapi(&self) -> &Document {
        &self.openapi
    }

    /// The changes of the API that are accepted.
    pub(crate) fn accepted(&self) -> Vec<Accepted> {
        self.accepted.iter().map(|written| written.accepted(self.source_code.as_ref())).collect()
    }

    /// The API's name, if the file has one.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|name| name.as_ref().as_str())
    }

    /// The defaults for functions whose attributes set nothing.
    pub(crate) fn defaults(&self) -> FunctionDefaults {
        let said = |value: &Option<Spanned<u32>>| value.as_ref().map(|value| *value.as_ref());
        let Defaults { memory, timeout, multi_thread } = &self.defaults;
        FunctionDefaults::new(
            said(memory).unwrap_or(FunctionDefaults::MEMORY_MB),
            said(timeout).unwrap_or(FunctionDefaults::TIMEOUT_S),
        )
        .with_threads(multi_thread.unwrap_or_default())
    }

    /// The extra files of this function's artifact.
    pub(crate) fn include(&self, function: &str) -> Vec<Pattern> {
        let own = self.functions.get(function).map_or(&[][..], |function| &function.include);
        let patterns = self.include.iter().chain(own);
        let valid = patterns.filter_map(|pattern| {
            let place = KeySpan { span: pattern.span(), source_code: self.source_code.clone() };
            Some(Pattern { text: pattern.as_ref().clone(), matcher: glob(pattern).ok()?, place })
        });
        valid.collect()
    }

    /// The JWT authorizers, each with its identity source.
    pub(crate) fn jwt_authorizers(&self) -> impl Iterator<Item = (&str, IdentitySource)> {
        let valid = self.authorizers.iter();
        valid.filter_map(|(name, authorizer)| {
            Some((name.as_ref().as_str(), authorizer.identity_source().ok()?))
        })
    }

    /// The identity source of the JWT authorizer with this name, if there is one.
    pub(crate) fn jwt_authorizer(&self, name: &str) -> Option<IdentitySource> {
        self.jwt_authorizers().find(|(configured, _)| *configured == name).map(|(_, source)| source)
    }

    /// Refuses an authorizer whose name is in `written`, the names of those in the code.
    pub(crate) fn refuse_authorizers_named_as(&self, written: &[&str]) -> Result<(), Error> {
        let twice = self.authorizers.keys().find(|name| written.contains(&name.as_ref().as_str()));
        twice.map_or(Ok(()), |name| {
            let place = KeySpan { span: name.span(), source_code: self.source_code.clone() };
            let reason = format!("an `#[authorizer]` in the code also has the name `{}`", name.as_ref());
            Err(place.mistake(reason, Some("give one of them another name".to_owned())))
        })
    }

    /// Refuses a table for a function that does not exist; `functions` are the existing ones.
    pub(crate) fn refuse_unknown_functions(&self, functions: &[&str]) -> Result<(), Error> {
        let unknown = self.functions.keys().find(|name| !functions.contains(&name.as_ref().as_str()));
        unknown.map_or(Ok(()), |name| {
            let place = KeySpan { span: name.span(), source_code: self.source_code.clone() };
            let help = nearest(name.as_ref(), functions.iter().copied());
            Err(place.mistake(format!("there is no function named `{}`", name.as_ref()), help))
        })
    }
}

impl Pattern {
    /// An error about the files that the pattern matches.
    pub(crate) fn mistake(&self, reason: String, help: Option<String>) -> Error {
        self.place.mistake(reason, help)
    }
}

/// The pattern as a matcher for paths relative to the package's root.
fn glob(pattern: &Spanned<String>) -> Result<GlobMatcher, Mistake> {
    let path = Utf8Path::new(pattern.as_ref());
    let inside = |component| matches!(component, Utf8Component::Normal(_));
    if path.as_str().is_empty() || !path.components().all(inside) {
        let mistake =
            spanned("`include` accepts only paths and patterns below the package's folder", pattern);
        return Err(Mistake { help: Some("write it as `assets/**/*.json`".to_owned()), ..mistake });
    }
    let glob = GlobBuilder::new(path.as_str()).literal_separator(true).build();
    let glob = glob.map_err(|error| spanned(&format!("invalid pattern: {}", error.kind()), pattern))?;
    Ok(glob.compile_matcher())
}

fn within(
    value: Option<&Spanned<u32>>,
    key: &str,
    unit: &str,
    range: RangeInclusive<u32>,
) -> Result<(), Mistake> {
    match value {
        Some(value) if !range.contains(value.as_ref()) => {
            let (least, most) = range.into_inner();
            Err(spanned(&format!("`{key}` must be {least} to {most} {unit}"), value))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{mistake::VARIABLES, *};

    #[test]
    fn the_variables_of_the_module_are_known() {
        let module = include_str!("../../terraform/module/variables.tf").lines();
        let mut found: Vec<_> =
            module.filter_map(|line| line.strip_prefix("variable \"")?.split('"').next()).collect();
        found.sort_unstable();
        assert_eq!(found, VARIABLES);
    }

    fn mistake(text: &str) -> String {
        let Error::Config { reason, help, span, .. } =
            Config::parse("routegen.toml".into(), text).unwrap_err()
        else {
            panic!("another error");
        };
        let span = span.map(|span| text[span.offset()..span.offset() + span.len()].to_owned());
        format!("{reason} | {} | {}", span.unwrap_or_default(), help.unwrap_or_default())
    }

    #[test]
    fn without_a_file_everything_has_a_default() {
        let config = Config::default();
        assert_eq!((config.name(), config.defaults()), (None, FunctionDefaults::new(128, 10)));
    }

    #[test]
    fn what_the_file_says_stands() {
        let text = "name = \"item-api\"\n[defaults]\nmemory = 512\ntimeout = 5\nmulti_thread = true\n";
        let config = Config::parse("routegen.toml".into(), text).unwrap();
        let defaults = FunctionDefaults::new(512, 5).with_threads(true);
        assert_eq!((config.name(), config.defaults()), (Some("item-api"), defaults));
    }

    #[test]
    fn the_command_line_stands_above_the_file() {
        let text = "arch = \"arm64\"\ncompiler = \"cargo-zigbuild\"\nbackend = \"cargo\"\n";
        let config = || Config::parse("routegen.toml".into(), text).unwrap();
        let said = |config: Config| (config.architecture(), config.compiler(), config.linking());
        let zigbuild = Some(Compiler::CargoZigbuild);
        assert_eq!(said(config()), (Architecture::Arm64, zigbuild, Linking::Cargo));
        let overruled =
            config().overruled(Some(Architecture::X86_64), Some(Compiler::Cargo), Some(Linking::Direct));
        assert_eq!(said(overruled), (Architecture::X86_64, Some(Compiler::Cargo), Linking::Direct));
        assert_eq!(said(config().overruled(None, None, None)), said(config()));
        assert_eq!(said(Config::default()), (Architecture::HOST, None, Linking::Direct));
    }

    #[test]
    fn a_quota_is_what_everyone_has_or_more() {
        let quota = |text: &str| {
            let config = Config::parse("routegen.toml".into(), text);
            config.map(|config| config.quota_of_routes()).map_err(|error| error.to_string())
        };
        assert_eq!(quota(""), Ok(300));
        assert_eq!(quota("quotas = { routes = 450 }"), Ok(450));
        assert!(quota("quotas = { routes = 299 }").unwrap_err().contains("`routes` must be 300"));
    }

    #[test]
    fn extra_files_are_those_of_every_function_and_its_own() {
        let text = "include = [\"a/*\"]\n[functions.one]\ninclude = [\"b/**\"]\n";
        let config = Config::parse("routegen.toml".into(), text).unwrap();
        let patterns =
            |route| config.include(route).into_iter().map(|pattern| pattern.text).collect::<Vec<_>>();
        assert_eq!(patterns("one"), ["a/*", "b/**"]);
        assert_eq!(patterns("two"), ["a/*"]);
        let [star, stars] = <[Pattern; 2]>::try_from(config.include("one")).unwrap();
        assert!(star.matcher.is_match("a/x") && !star.matcher.is_match("a/x/y"));
        assert!(stars.matcher.is_match("b/x/y"));
        assert!(config.refuse_unknown_functions(&["one", "two"]).is_ok());
        let error = config.refuse_unknown_functions(&["on", "two"]).unwrap_err();
        let Error::Config { reason, help, span, .. } = error else { panic!("{error}") };
        assert_eq!(
            (reason.as_str(), help.as_deref()),
            ("there is no function named `one`", Some("did you mean `on`?"))
        );
        assert_eq!(span.map(|span| &text[span.offset()..span.offset() + span.len()]), Some("one"));
    }

    #[test]
    fn an_authorizer_of_any_issuer_takes_its_token_from_where_the_file_says() {
        let text = "[authorizers.partners]\nkind = \"jwt\"\n\
                    [authorizers.staff]\nkind = \"jwt\"\nidentity_source = \"$request.querystring.token\"\n";
        let config = Config::parse("routegen.toml".into(), text).unwrap();
        let authorizers: Vec<_> =
            config.jwt_authorizers().map(|(name, source)| format!("{name} {source}")).collect();
        assert_eq!(
            authorizers,
            ["partners $request.header.Authorization", "staff $request.querystring.token"]
        );
        assert!(config.refuse_authorizers_named_as(&["api_key"]).is_ok());
        let error = config.refuse_authorizers_named_as(&["api_key", "staff"]).unwrap_err();
        let Error::Config { span, .. } = error else { panic!("{error}") };
        assert_eq!(span.map(|span| &text[span.offset()..span.offset() + span.len()]), Some("staff"));
    }

    #[test]
    fn what_only_a_rest_api_has_is_refused_at_its_place_with_the_alternative() {
        for (text, place) in [
            ("name = \"a\"\napi_keys = true\n", "api_keys"),
            ("[waf]\nacl = \"arn\"\n", "waf"),
            ("[defaults]\ncache_ttl = 60\n", "cache_ttl"),
            ("[functions.a]\nrequest-validation = true\n", "request-validation"),
        ] {
            let error = Config::parse("routegen.toml".into(), text).unwrap_err();
            let Error::RestOnly { key, span, .. } = error else { panic!("{error}") };
            assert_eq!(key, place);
            assert_eq!(span.map(|span| &text[span.offset()..span.offset() + span.len()]), Some(place));
        }
    }

    #[test]
    fn mistakes_name_their_place_and_the_nearest_key() {
        insta::assert_snapshot!(
            [
                mistake("[defaults]\nmemroy = 128\n"),
                mistake("[defaults]\nmemory = \"128\"\n"),
                mistake("[defaults]\nmemory = 127\n"),
                mistake("[defaults]\ntimeout = 31\n"),
                mistake("name = \"my api\"\n"),
                mistake("cors = true\n"),
                mistake("arch = \"aarch64\"\n"),
                mistake("compiler = \"zig\"\n"),
                mistake("[defaults]\narch = \"arm64\"\n"),
                mistake("name = \n"),
                mistake("include = [\"assets/*\", \"../secrets\"]\n"),
                mistake("include = [\"/etc/hosts\"]\n"),
                mistake("include = [\"./assets\"]\n"),
                mistake("[functions.a]\ninclude = [\"[\"]\n"),
                mistake("[functions.a]\nmemory = 128\n"),
                mistake("[quotas]\nname = \"api\"\n"),
                mistake("[authorizers.partners]\nkind = \"oidc\"\n"),
                mistake("[authorizers.partners]\n"),
                mistake("[authorizers.partners]\nkind = \"jwt\"\nissuer = \"https://id.example.com\"\n"),
                mistake("[authorizers.partners]\nkind = \"jwt\"\nidentity_source = \"$context.routeKey\"\n"),
                mistake("[authorizers.partners]\nkind = \"jwt\"\nidentity_source = \"Authorization\"\n"),
                mistake("[authorizers.cognito]\nkind = \"jwt\"\n"),
                mistake("[authorizers.Partners]\nkind = \"jwt\"\n"),
            ]
            .join("\n")
        );
    }
}

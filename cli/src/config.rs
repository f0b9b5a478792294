//! `routegen.toml`, beside the package's Cargo.toml: what belongs to the code and is not written on a route.
//!
//! In: the file, or nothing, for everything has a default. What differs between environments does not belong here: it is
//! a variable of the Terraform module.

use std::{
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use camino::Utf8Path;
use miette::{NamedSource, SourceSpan};
use routegen_spec::limits;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    error::Error,
    files,
    target::{Architecture, Compiler},
};

/// The name of the file.
const FILE: &str = "routegen.toml";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The API's name; without one, the package's.
    name: Option<Spanned<String>>,
    /// What the functions run on; without a word, this machine's.
    arch: Option<Architecture>,
    /// What compiles the artifacts; without a word, what is there.
    compiler: Option<Compiler>,
    #[serde(default)]
    defaults: Defaults,
}

/// What holds for every route that does not say otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    memory: Option<Spanned<u32>>,
    timeout: Option<Spanned<u32>>,
}

impl Config {
    pub(crate) fn load(package_root: &Utf8Path) -> Result<Self, Error> {
        let path = package_root.join(FILE);
        if path.exists() { Self::parse(&path, files::read(&path)?) } else { Ok(Self::default()) }
    }

    fn parse(path: &Utf8Path, text: String) -> Result<Self, Error> {
        toml::from_str::<Self>(&text).map_err(Mistake::from).and_then(Self::validate).map_err(|mistake| {
            Error::Config {
                help: nearest(&mistake.message),
                reason: mistake.message,
                span: mistake.span.map(SourceSpan::from),
                source_code: Arc::new(NamedSource::new(path, text).with_language("TOML")),
            }
        })
    }

    fn validate(self) -> Result<Self, Mistake> {
        within(self.defaults.memory.as_ref(), "memory", "MB", limits::MEMORY_MB)?;
        within(self.defaults.timeout.as_ref(), "timeout", "s", limits::TIMEOUT_S)?;
        let valid = |name: &str| {
            !name.is_empty()
                && name.len() <= 64
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        match &self.name {
            Some(name) if !valid(name.as_ref()) => Err(spanned(
                "`name` holds up to 64 letters, digits, `-` and `_`: it begins the names of the API's resources",
                name,
            )),
            _ => Ok(self),
        }
    }

    /// The same, but with what the command line says in the place of what the file says.
    pub(crate) fn overruled(self, arch: Option<Architecture>, compiler: Option<Compiler>) -> Self {
        Self { arch: arch.or(self.arch), compiler: compiler.or(self.compiler), ..self }
    }

    /// What all functions run on.
    pub(crate) fn architecture(&self) -> Architecture {
        self.arch.unwrap_or(Architecture::HOST)
    }

    /// What compiles the artifacts, where somebody has said it.
    pub(crate) fn compiler(&self) -> Option<Compiler> {
        self.compiler
    }

    /// The API's name, where the file has one.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|name| name.as_ref().as_str())
    }

    /// Memory of a function whose route does not say it, in MB: Lambda's own default.
    pub(crate) fn memory(&self) -> u32 {
        self.defaults.memory.as_ref().map_or(128, |memory| *memory.as_ref())
    }

    /// Timeout of a function whose route does not say it, in seconds. Lambda's own default of 3 is less than a cold
    /// start with a slow neighbour may take.
    pub(crate) fn timeout(&self) -> u32 {
        self.defaults.timeout.as_ref().map_or(10, |timeout| *timeout.as_ref())
    }
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
            Err(spanned(&format!("`{key}` is from {least} to {most} {unit}"), value))
        }
        _ => Ok(()),
    }
}

/// What is wrong, and where in the file.
struct Mistake {
    message: String,
    span: Option<Range<usize>>,
}

impl From<toml::de::Error> for Mistake {
    fn from(error: toml::de::Error) -> Self {
        Self { message: error.message().to_owned(), span: error.span() }
    }
}

fn spanned<T>(message: &str, value: &Spanned<T>) -> Mistake {
    Mistake { message: message.to_owned(), span: Some(value.span()) }
}

/// The key that was probably meant. serde's message has the unknown one first and all that are known after it, each in
/// backticks.
fn nearest(message: &str) -> Option<String> {
    let mut words = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
    let unknown = words.next()?;
    let distance = |known: &str| strsim::damerau_levenshtein(unknown, known);
    let known = words.min_by_key(|known| distance(known))?;
    (distance(known) <= 3).then(|| format!("did you mean `{known}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        let Error::Config { reason, help, span, .. } =
            Config::parse("routegen.toml".into(), text.to_owned()).unwrap_err()
        else {
            panic!("another error");
        };
        let span = span.map(|span| text[span.offset()..span.offset() + span.len()].to_owned());
        format!("{reason} | {} | {}", span.unwrap_or_default(), help.unwrap_or_default())
    }

    #[test]
    fn without_a_file_everything_has_a_default() {
        let config = Config::default();
        assert_eq!((config.name(), config.memory(), config.timeout()), (None, 128, 10));
    }

    #[test]
    fn what_the_file_says_stands() {
        let text = "name = \"item-api\"\n[defaults]\nmemory = 512\ntimeout = 5\n";
        let config = Config::parse("routegen.toml".into(), text.to_owned()).unwrap();
        assert_eq!((config.name(), config.memory(), config.timeout()), (Some("item-api"), 512, 5));
    }

    #[test]
    fn the_command_line_stands_above_the_file() {
        let text = "arch = \"arm64\"\ncompiler = \"cargo-zigbuild\"\n";
        let config = || Config::parse("routegen.toml".into(), text.to_owned()).unwrap();
        let said = |config: Config| (config.architecture(), config.compiler());
        assert_eq!(said(config()), (Architecture::Arm64, Some(Compiler::CargoZigbuild)));
        let overruled = config().overruled(Some(Architecture::X86_64), Some(Compiler::Cargo));
        assert_eq!(said(overruled), (Architecture::X86_64, Some(Compiler::Cargo)));
        assert_eq!(said(config().overruled(None, None)), said(config()));
        assert_eq!(said(Config::default()), (Architecture::HOST, None));
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
            ]
            .join("\n")
        );
    }
}

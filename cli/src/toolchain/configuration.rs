//! Finds cargo's configuration files as cargo does.
//!
//! In: the folder in which cargo is called. Out: the files from there up and the one in cargo's home, with
//! the files that they include. It does not validate them: cargo reads the same files, and reports what is
//! wrong in them.

use std::{collections::BTreeSet, env::VarError};

use camino::{Utf8Path, Utf8PathBuf};
use toml::{Table, Value};

use crate::{
    project::workspace::cargo_home,
    support::{Error, files},
};

#[derive(Debug)]
pub(super) struct ConfigurationFile {
    path: Utf8PathBuf,
    pub(super) content: Table,
}

/// The folder in which cargo is called: the user's working directory, as without routegen. The search for
/// configuration starts there.
pub(super) fn here() -> Result<Utf8PathBuf, Error> {
    camino::absolute_utf8(".").map_err(|error| Error::io("find", ".", error))
}

/// The files that cargo reads in `here`. If two set a key, the earlier one takes precedence.
pub(super) fn load(here: &Utf8Path) -> Result<Vec<ConfigurationFile>, Error> {
    let mut folders: Vec<_> = here.ancestors().map(|folder| folder.join(".cargo")).collect();
    folders.extend(cargo_home().filter(|home| !folders.contains(home)));
    let mut found = Vec::new();
    for folder in folders {
        // If both exist, cargo uses the one without an extension, and warns.
        let files = ["config", "config.toml"].map(|name| folder.join(name));
        if let Some(file) = files.into_iter().find(|file| file.is_file()) {
            read(&file, &mut BTreeSet::new(), &mut found)?;
        }
    }
    Ok(found)
}

/// Reads a file, and then the files that it includes.
fn read(
    path: &Utf8Path,
    seen: &mut BTreeSet<Utf8PathBuf>,
    found: &mut Vec<ConfigurationFile>,
) -> Result<(), Error> {
    if !seen.insert(path.to_owned()) {
        return Ok(());
    }
    let content: Table = toml::from_str(&files::read(path)?).unwrap_or_default();
    let included = match content.get("include").cloned() {
        Some(Value::Array(files)) => files,
        Some(file) => vec![file],
        None => Vec::new(),
    };
    found.push(ConfigurationFile { path: path.to_owned(), content });
    // If two included files set a key, the later one takes precedence.
    for included in included.iter().rev() {
        let name = included.as_str().or_else(|| included.get("path")?.as_str());
        let file = name.map(|name| path.with_file_name("").join(name)).filter(|file| file.is_file());
        if let Some(file) = file {
            read(&file, seen, found)?;
        }
    }
    Ok(())
}

/// Whether the user has decided for all profiles whether cargo compiles incrementally.
pub(super) fn decides_on_incremental(here: &Utf8Path) -> Result<bool, Error> {
    let by_environment = ["CARGO_INCREMENTAL", "CARGO_BUILD_INCREMENTAL"].map(std::env::var_os);
    let in_file = |file: &ConfigurationFile| file.content.get("build")?.get("incremental").cloned();
    Ok(by_environment.iter().any(Option::is_some) || load(here)?.iter().any(|file| in_file(file).is_some()))
}

/// The program that the user's cargo calls in place of rustc, if any.
pub(super) fn rustc_wrapper(here: &Utf8Path) -> Result<Option<String>, Error> {
    for variable in ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"] {
        match std::env::var(variable) {
            // A variable that is set but empty overrides the files too.
            Ok(program) => return Ok(Some(program).filter(|it| !it.is_empty()).map(|it| located(&it, here))),
            Err(VarError::NotPresent | VarError::NotUnicode(_)) => {}
        }
    }
    Ok(wrapper_in(&load(here)?))
}

fn wrapper_in(files: &[ConfigurationFile]) -> Option<String> {
    files.iter().find_map(|file| {
        let program = file.content.get("build")?.get("rustc-wrapper")?.as_str()?;
        // A path in a file is relative to the folder that contains `.cargo`.
        let base = file.path.parent().and_then(Utf8Path::parent);
        Some(located(program, base.unwrap_or(&file.path))).filter(|program| !program.is_empty())
    })
}

/// The program as it can be called from any folder. Without a folder of its own, it is looked up on `PATH`.
fn located(program: &str, base: &Utf8Path) -> String {
    if program.contains('/') { base.join(program).into_string() } else { program.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_of_the_configuration_is_found_where_the_file_says() {
        let wrapper = |program: &str| {
            let content = toml::from_str(&format!("build.rustc-wrapper = {program:?}")).unwrap();
            wrapper_in(&[ConfigurationFile { path: "/home/.cargo/config.toml".into(), content }])
        };
        assert_eq!(wrapper("sccache").as_deref(), Some("sccache"));
        assert_eq!(wrapper("tools/wrapper").as_deref(), Some("/home/tools/wrapper"));
        assert_eq!(wrapper("/usr/bin/wrapper").as_deref(), Some("/usr/bin/wrapper"));
        assert_eq!(wrapper(""), None);
        assert_eq!(wrapper_in(&[]), None);
    }
}

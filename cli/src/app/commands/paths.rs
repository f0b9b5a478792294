//! Paths, as commands accept and print them.

use std::borrow::Cow;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use routegen_spec::printable;

use crate::{app::error::Error, support};

/// Makes `path` absolute, without `.` and `..`, because paths in the Terraform are relative to it.
pub(super) fn absolute(path: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    let path = camino::absolute_utf8(path).map_err(|error| support::Error::io("find", path, error))?;
    let mut absolute = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::ParentDir => {
                absolute.pop();
            }
            component => absolute.push(component),
        }
    }
    Ok(absolute)
}

/// `path` as a reader would look for it: relative to the working directory, if it is below it.
pub(super) fn shown(path: &Utf8Path) -> Cow<'_, str> {
    let here = std::env::current_dir().ok().and_then(|here| Utf8PathBuf::from_path_buf(here).ok());
    printable(here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_from_the_root_on_and_without_detours() {
        let here = Utf8PathBuf::from_path_buf(std::env::current_dir().unwrap()).unwrap();
        assert_eq!(absolute("a/../b/./c".into()).unwrap(), here.join("b/c"));
        assert_eq!(absolute("/../a".into()).unwrap(), "/a");
    }
}

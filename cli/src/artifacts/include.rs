//! The extra files of artifacts, from `include` in `routegen.toml`.
//!
//! In: the patterns of the functions. Out: files with their contents, sorted by name. It refuses a pattern
//! that matches nothing, a link that leads out of the package, and a file that would replace the program.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::{DirEntry, WalkDir};

use crate::{
    artifacts::Error,
    check::{CheckedManifest, Function},
    project::workspace::Workspace,
    support,
    support::{files, hash},
};

/// Refuses the values of `include` that a build would refuse.
pub(crate) fn check(workspace: &Workspace, manifest: &CheckedManifest) -> Result<(), Error> {
    Extras::read(workspace, &manifest.functions.iter().collect::<Vec<_>>()).map(|_| ())
}

/// A file in an artifact besides its program.
#[derive(Debug)]
pub(super) struct Extra {
    /// Its path in the zip, which is also its path relative to the package.
    pub(super) name: Utf8PathBuf,
    /// Whether the owner may execute it. The file's other mode bits are ignored, so that the umask has no
    /// effect.
    pub(super) executable: bool,
    pub(super) bytes: Vec<u8>,
    pub(super) sha256: String,
}

impl Extra {
    pub(super) fn new(name: Utf8PathBuf, executable: bool, bytes: Vec<u8>) -> Self {
        Self { name, executable, sha256: hash::sha256(&bytes), bytes }
    }

    fn read(root: &Utf8Path, name: &Utf8Path) -> Result<Self, Error> {
        let path = root.join(name);
        let executable = files::is_executable(&path)?;
        Ok(Self::new(name.to_owned(), executable, files::read_bytes(&path)?))
    }
}

/// All extra files of a build, each read once.
#[derive(Debug, Default)]
pub(super) struct Extras {
    files: BTreeMap<Utf8PathBuf, Extra>,
    by_pattern: BTreeMap<String, Vec<Utf8PathBuf>>,
}

impl Extras {
    pub(super) fn read(workspace: &Workspace, functions: &[&Function]) -> Result<Self, Error> {
        let mut extras = Self::default();
        let root = &workspace.package_root;
        for pattern in functions.iter().flat_map(|function| &function.include) {
            if extras.by_pattern.contains_key(&pattern.text) {
                continue;
            }
            let search = Search {
                root,
                real_root: root
                    .canonicalize_utf8()
                    .map_err(|error| support::Error::io("find", root, error))?,
                target: &workspace.target,
            };
            let found = search.find(&pattern.text, |name| pattern.matcher.is_match(name));
            let names = found.map_err(|failure| match failure {
                Failure::Pattern { reason, help } => Error::from(pattern.mistake(reason, help)),
                Failure::Disk(error) => error.into(),
            })?;
            for name in &names {
                if !extras.files.contains_key(name) {
                    extras.files.insert(name.clone(), Extra::read(root, name)?);
                }
            }
            extras.by_pattern.insert(pattern.text.clone(), names);
        }
        Ok(extras)
    }

    /// The extra files of a function, sorted by name.
    pub(super) fn of(&self, function: &Function) -> Vec<&Extra> {
        let patterns = function.include.iter().filter_map(|pattern| self.by_pattern.get(&pattern.text));
        let mut names: Vec<_> = patterns.flatten().collect();
        // Sorted as strings, not folder by folder: the order in a zip must only depend on the names.
        names.sort_by_key(|name| name.as_str());
        names.dedup();
        names.into_iter().filter_map(|name| self.files.get(name)).collect()
    }
}

struct Search<'a> {
    root: &'a Utf8Path,
    real_root: Utf8PathBuf,
    /// The target directory, which is not part of the package even if it is inside it.
    target: &'a Utf8Path,
}

#[derive(Debug)]
enum Failure {
    /// The pattern, or a file that it matches, is not valid.
    Pattern {
        reason: String,
        help: Option<String>,
    },
    Disk(support::Error),
}

impl Search<'_> {
    /// The names of the files below the root that match `pattern`.
    fn find(&self, pattern: &str, matches: impl Fn(&Utf8Path) -> bool) -> Result<Vec<Utf8PathBuf>, Failure> {
        let mut found = Vec::new();
        let begin = self.root.join(literal(pattern));
        if begin.exists() {
            let walk = WalkDir::new(&begin).follow_links(true).sort_by_file_name().into_iter();
            for entry in walk.filter_entry(|entry| entry.depth() == 0 || !self.skips(entry)) {
                let entry =
                    entry.map_err(|error| Failure::Disk(support::Error::io("read", &begin, error)))?;
                found.extend(self.named(&entry, &matches)?);
            }
        }
        if found.is_empty() {
            let help = begin.is_dir().then(|| format!("`{}/**` takes all of a folder", literal(pattern)));
            let help = help.filter(|_| literal(pattern) == pattern);
            return Err(Failure::Pattern {
                reason: format!("`{pattern}` matches no file of the package"),
                help,
            });
        }
        Ok(found)
    }

    fn skips(&self, entry: &DirEntry) -> bool {
        entry.path() == self.target || entry.file_name() == ".git"
    }

    /// The name of an entry, if it is a matching file.
    fn named(
        &self,
        entry: &DirEntry,
        matches: impl Fn(&Utf8Path) -> bool,
    ) -> Result<Option<Utf8PathBuf>, Failure> {
        let Some(path) = Utf8Path::from_path(entry.path()) else {
            let lossy = entry.path().to_string_lossy().into_owned();
            return Err(Failure::Disk(support::Error::io("include", lossy, "its name is not UTF-8")));
        };
        let name = path.strip_prefix(self.root).unwrap_or(path);
        let is_dir = entry.file_type().is_dir();
        let wanted = !is_dir && matches(name);
        // A folder behind a link is refused when it is met, whether or not a file in it would match.
        if wanted || (is_dir && entry.path_is_symlink()) {
            let real = path
                .canonicalize_utf8()
                .map_err(|error| Failure::Disk(support::Error::io("find", path, error)))?;
            if !real.starts_with(&self.real_root) {
                return Err(Failure::Pattern {
                    reason: format!("`{name}` is a link to a file outside the package"),
                    help: Some("copy its target into the package, or write a narrower pattern".to_owned()),
                });
            }
        }
        if wanted && name == "bootstrap" {
            return Err(Failure::Pattern {
                reason: "`bootstrap` is reserved for the function's program in the zip".to_owned(),
                help: Some("put the file into a folder".to_owned()),
            });
        }
        Ok(wanted.then(|| name.to_owned()))
    }
}

/// The folders, or the file, at the beginning of a pattern: the search can be limited to them.
fn literal(pattern: &str) -> &str {
    match pattern.find(['*', '?', '[', ']', '{', '}', '\\']) {
        Some(special) => pattern[..special].rfind('/').map_or("", |end| &pattern[..end]),
        None => pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Package {
        _folder: tempfile::TempDir,
        root: Utf8PathBuf,
    }

    impl Package {
        fn new(files: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = Utf8Path::from_path(folder.path()).unwrap().join("package");
            for file in files {
                let path = root.join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, file).unwrap();
            }
            Self { _folder: folder, root }
        }

        fn find(&self, pattern: &str) -> Result<Vec<String>, String> {
            let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build().unwrap();
            let matcher = glob.compile_matcher();
            let real_root = self.root.canonicalize_utf8().unwrap();
            let search = Search { root: &self.root, real_root, target: &self.root.join("target") };
            match search.find(pattern, |name| matcher.is_match(name)) {
                Ok(names) => Ok(names.into_iter().map(Utf8PathBuf::into_string).collect()),
                Err(Failure::Pattern { reason, help }) => {
                    Err(format!("{reason} | {}", help.unwrap_or_default()))
                }
                Err(Failure::Disk(error)) => Err(error.to_string()),
            }
        }
    }

    #[test]
    fn patterns_find_files_and_nothing_of_cargo_or_git() {
        let package =
            Package::new(&["a.json", "assets/b.json", "assets/deep/c.json", "target/d.json", ".git/e.json"]);
        assert_eq!(package.find("*.json").unwrap(), ["a.json"]);
        assert_eq!(package.find("assets/*").unwrap(), ["assets/b.json"]);
        assert_eq!(package.find("assets/**").unwrap(), ["assets/b.json", "assets/deep/c.json"]);
        assert_eq!(package.find("**/*.json").unwrap(), ["a.json", "assets/b.json", "assets/deep/c.json"]);
        assert_eq!(package.find("assets/{b,x}.json").unwrap(), ["assets/b.json"]);
    }

    #[test]
    fn what_matches_nothing_or_is_the_program_is_refused() {
        let package = Package::new(&["assets/a.json", "bootstrap", "tools/bootstrap"]);
        assert_eq!(package.find("tools/*").unwrap(), ["tools/bootstrap"]);
        insta::assert_snapshot!(
            ["data/*.json", "assets", "bootstrap", "*"]
                .map(|pattern| package.find(pattern).unwrap_err())
                .join("\n")
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_within_the_package_and_refused_out_of_it() {
        use std::os::unix::fs::symlink;
        let package = Package::new(&["assets/a.json", "other/b.json"]);
        symlink("../other", package.root.join("assets/inside")).unwrap();
        assert_eq!(package.find("assets/**").unwrap(), ["assets/a.json", "assets/inside/b.json"]);
        let outside = package.root.parent().unwrap().join("outside");
        std::fs::create_dir(&outside).unwrap();
        std::fs::write(outside.join("secret.json"), "").unwrap();
        symlink("../../outside/secret.json", package.root.join("assets/file.json")).unwrap();
        let file = package.find("assets/*.json").unwrap_err();
        std::fs::remove_file(package.root.join("assets/file.json")).unwrap();
        symlink("../../outside", package.root.join("assets/folder")).unwrap();
        insta::assert_snapshot!([file, package.find("assets/**/a.json").unwrap_err()].join("\n"));
    }

    #[test]
    fn a_search_begins_where_a_pattern_stops_being_a_path() {
        let cases =
            [("a/b*/c", "a"), ("*", ""), ("a/b/c.json", "a/b/c.json"), ("a/b/{c,d}", "a/b"), ("ab*", "")];
        for (pattern, begin) in cases {
            assert_eq!(literal(pattern), begin, "{pattern}");
        }
    }
}

//! Which files git ignores.
//!
//! In: the `.gitignore` of each folder above or in a package, from the root of the repository down, and git's
//! other ignore files. Out: whether a path is ignored. Files that cargo reads regardless of git are not:
//! manifests, the lock file, `routegen.toml`, and a package inside an ignored folder.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};
use walkdir::WalkDir;

/// Folders with many files and no sources, which are skipped even if git does not ignore them.
pub(super) const OTHERS: [&str; 2] = ["node_modules", "target"];

/// Files that are read whether or not they are ignored.
const READ: [&str; 3] = ["Cargo.toml", "Cargo.lock", "routegen.toml"];

#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// The rules by folder.
    by_folder: BTreeMap<Utf8PathBuf, Gitignore>,
    /// The rules that belong to no folder: the repository's, then the user's.
    others: Vec<Gitignore>,
    packages: Vec<Utf8PathBuf>,
}

impl Ignored {
    /// Reads the rules for the packages of a workspace. Skips invalid rules, as git does.
    pub(super) fn read(packages: &[Utf8PathBuf], root: &Utf8Path) -> Self {
        let mut this = Self { packages: packages.to_vec(), ..Self::default() };
        let repository = root.ancestors().find(|folder| folder.join(".git").exists());
        if let Some(repository) = repository {
            let mut exclude = GitignoreBuilder::new(repository);
            exclude.add(repository.join(".git/info/exclude"));
            this.others.extend(exclude.build());
            this.others.push(GitignoreBuilder::new(repository).build_global().0);
        }
        for package in packages {
            let leading = package.ancestors().skip(1);
            let top = repository.unwrap_or(root);
            for folder in leading.take_while(|folder| folder.starts_with(top)) {
                this.add(folder);
            }
            this.add_below(package);
        }
        this
    }

    /// Adds the rules of folders from the top down, except below ignored folders.
    fn add_below(&mut self, package: &Utf8Path) {
        let mut folders = WalkDir::new(package).into_iter();
        while let Some(entry) = folders.next() {
            let Ok(entry) = entry else { continue };
            let Some(path) = Utf8Path::from_path(entry.path()) else { continue };
            if !entry.file_type().is_dir() {
                continue;
            }
            let is_hidden = path.file_name().is_some_and(|name| name.starts_with('.'));
            if entry.depth() > 0 && (is_hidden || self.has(path, true)) {
                folders.skip_current_dir();
            } else {
                self.add(path);
            }
        }
    }

    fn add(&mut self, folder: &Utf8Path) {
        let file = folder.join(".gitignore");
        if !self.by_folder.contains_key(folder) && file.is_file() {
            self.by_folder.insert(folder.to_owned(), Gitignore::new(file).0);
        }
    }

    /// Whether a path is ignored, or a folder that contains it, up to its package.
    pub(super) fn has(&self, path: &Utf8Path, is_folder: bool) -> bool {
        if path.file_name().is_some_and(|name| READ.contains(&name)) {
            return false;
        }
        let package = self.packages.iter().filter(|package| path.starts_with(package));
        let Some(package) = package.max_by_key(|package| package.as_str().len()) else { return false };
        let below = |folder: &&Utf8Path| *folder != *package;
        // A package that is ignored as a whole still belongs to the workspace, so rules from above do not
        // count.
        let is_ignored = package.ancestors().any(|folder| self.decide(folder, true, None));
        let top = is_ignored.then_some(package.as_path());
        let mut folders = path.ancestors().take_while(below);
        let is_ignored = |path: &Utf8Path, is_folder| {
            is_folder && path.file_name().is_some_and(|name| OTHERS.contains(&name))
                || self.decide(path, is_folder, top)
        };
        let own = folders.next().is_some_and(|path| is_ignored(path, is_folder));
        own || folders.any(|folder| is_ignored(folder, true))
    }

    /// Applies the rules of the nearest folder that decides. Folders above `top` are skipped.
    fn decide(&self, path: &Utf8Path, is_folder: bool, top: Option<&Utf8Path>) -> bool {
        let within = |folder: &&Utf8Path| top.is_none_or(|top| folder.starts_with(top));
        let of_folders = path.ancestors().skip(1).take_while(within).filter_map(|it| self.by_folder.get(it));
        let others = self.others.iter().filter(|_| top.is_none());
        for rules in of_folders.chain(others) {
            match rules.matched(path, is_folder) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Makes a repository with a workspace in one of its folders; returns whether each path of the package is
    /// ignored.
    fn ignored(rules: &[(&str, &str)], paths: &[&str]) -> Vec<bool> {
        let guard = tempfile::tempdir().unwrap();
        let repository = Utf8PathBuf::from_path_buf(guard.path().canonicalize().unwrap()).unwrap();
        let package = repository.join("service/api");
        fs::create_dir_all(package.join("src/generated")).unwrap();
        fs::create_dir_all(repository.join(".git/info")).unwrap();
        for (file, rules) in rules {
            fs::write(repository.join(file), rules).unwrap();
        }
        let ignored = Ignored::read(std::slice::from_ref(&package), &repository.join("service"));
        let is_ignored =
            |path: &&str| ignored.has(&package.join(path.trim_end_matches('/')), path.ends_with('/'));
        paths.iter().map(is_ignored).collect()
    }

    #[test]
    fn rules_of_every_folder_count_and_the_nearest_decides() {
        let rules = [
            (".gitignore", "*.db\n/service/api/logs/\n"),
            (".git/info/exclude", "scratch\n"),
            ("service/.gitignore", "data/\n*.txt\n"),
            ("service/api/.gitignore", "!kept.txt\n"),
            ("service/api/src/.gitignore", "generated/\n"),
        ];
        let paths = [
            "store.db",
            "logs/",
            "logs/today",
            "scratch",
            "data/",
            "data/deep/file",
            "a.txt",
            "src/generated/mod.rs",
            "kept.txt",
            "src/lib.rs",
            "src/data",
            "assets/",
        ];
        let expected = [true, true, true, true, true, true, true, true, false, false, false, false];
        assert_eq!(ignored(&rules, &paths), expected);
    }

    #[test]
    fn what_cargo_reads_is_not_ignored() {
        let rules = [("service/api/.gitignore", "Cargo.lock\n*.toml\n")];
        assert_eq!(
            ignored(&rules, &["Cargo.lock", "Cargo.toml", "routegen.toml", "other.toml"]),
            [false, false, false, true]
        );
    }

    #[test]
    fn a_package_in_an_ignored_folder_has_its_own_rules() {
        let rules = [(".gitignore", "service/\n*.rs\n"), ("service/api/.gitignore", "data/\n")];
        assert_eq!(ignored(&rules, &["src/lib.rs", "data/"]), [false, true]);
    }

    #[test]
    fn target_directories_and_packages_of_node_are_ignored_without_a_word() {
        assert_eq!(
            ignored(&[], &["target/", "web/node_modules/x", "src/target", "src"]),
            [true, true, false, false]
        );
    }

    #[test]
    fn without_a_repository_the_rules_of_the_workspace_count() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().canonicalize().unwrap()).unwrap();
        fs::write(root.join(".gitignore"), "data/\n").unwrap();
        let ignored = Ignored::read(std::slice::from_ref(&root), &root);
        assert!(ignored.has(&root.join("data/file"), false));
        assert!(!ignored.has(&root.join("src"), true));
    }
}

//! What a package was made from, according to the compiler and the build scripts.
//!
//! In: cargo's build folders: rustc's dep-info, which exists even for a library that does not compile, and
//! the output of build scripts. Out: [`Sources`], which decides whether a change of a path could change a
//! build's result. It builds nothing and refuses nothing: what cannot be read is skipped.

use std::{collections::BTreeSet, time::SystemTime};

use camino::{Utf8Path, Utf8PathBuf};

use crate::project::workspace::{Workspace, cargo_home};

/// Files that cargo, rustup and routegen read, wherever they are.
const READ: [&str; 5] =
    ["Cargo.toml", "Cargo.lock", "routegen.toml", "rust-toolchain", "rust-toolchain.toml"];

/// The folder of cargo's configuration, and the file names in it.
const CONFIGURATION: (&str, [&str; 2]) = (".cargo", ["config", "config.toml"]);

/// Folders of a package whose Rust files are not part of its library, unless dep-info lists them.
const OTHER_TARGETS: [&str; 3] = ["tests", "benches", "examples"];

/// The deepest level of a build's folders below the target directory: the build's name, the target triple,
/// the profile.
const DEPTH: usize = 4;

/// What a path means to a build.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// It is read.
    Source,
    /// It may be read: if a build script names no inputs, cargo runs it again after any change in its
    /// package.
    Perhaps,
    None,
}

#[derive(Debug, Default)]
pub(super) struct Sources {
    packages: Vec<Utf8PathBuf>,
    /// What rustc has read, and the files that build scripts name.
    files: BTreeSet<Utf8PathBuf>,
    /// The folders that build scripts name.
    folders: BTreeSet<Utf8PathBuf>,
    /// The packages whose build script names no inputs.
    unnamed: BTreeSet<Utf8PathBuf>,
    /// When the build scripts last ran, from start to end.
    runs: Vec<(SystemTime, SystemTime)>,
}

impl Sources {
    /// Reads what the last builds of a workspace were made from. Leaves out registries and the compiler
    /// itself, which do not change.
    pub(super) fn read(workspace: &Workspace) -> Self {
        let mut this = Self { packages: workspace.local_folders.clone(), ..Self::default() };
        let elsewhere: Vec<Utf8PathBuf> = cargo_home().into_iter().chain([workspace.own_target()]).collect();
        let folders = walkdir::WalkDir::new(workspace.own_target()).max_depth(DEPTH).into_iter();
        let folders = folders.filter_entry(|entry| entry.file_type().is_dir()).filter_map(Result::ok);
        let mut units = Vec::new();
        for folder in folders.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.into_path()).ok()) {
            match folder.file_name() {
                Some("deps") => this.libraries(&folder, &workspace.root, &elsewhere),
                Some("build") => units.extend(entries(&folder).flat_map(|it| Unit::all(&it))),
                _ => {}
            }
        }
        for unit in units.iter().filter(|unit| unit.is_of_any_kind) {
            this.libraries(&unit.compiled, &workspace.root, &elsewhere);
        }
        this.scripts(&units, &workspace.root, &elsewhere);
        this
    }

    /// Adds the files that libraries of the packages, or of packages that patch them, were compiled from.
    fn libraries(&mut self, folder: &Utf8Path, root: &Utf8Path, elsewhere: &[Utf8PathBuf]) {
        for file in entries(folder).filter(|file| file.extension() == Some("d")) {
            let read = dep_info(&file, root);
            if read.iter().any(|file| self.package_of(file).is_some()) {
                let is_here = |file: &Utf8PathBuf| !elsewhere.iter().any(|folder| file.starts_with(folder));
                self.files.extend(read.into_iter().filter(is_here));
            }
        }
    }

    /// Adds the build scripts of the packages: their own files, what they name, and when they ran. A script
    /// is compiled for this machine but runs for the target, so its folders may be in two places.
    fn scripts(&mut self, units: &[Unit], root: &Utf8Path, elsewhere: &[Utf8PathBuf]) {
        let mut names = BTreeSet::new();
        for unit in units {
            for file in entries(&unit.compiled).filter(|file| file.extension() == Some("d")) {
                let read = dep_info(&file, root);
                if let Some(package) = read.iter().find_map(|file| self.package_of(file)) {
                    names.extend(Some((unit.name.clone(), package.to_owned())));
                    let is_here = |file: &Utf8PathBuf| !elsewhere.iter().any(|it| file.starts_with(it));
                    self.files.extend(read.into_iter().filter(is_here));
                }
            }
        }
        for unit in units {
            for (_, package) in names.iter().filter(|(name, _)| *name == unit.name) {
                self.script(&unit.run, package);
            }
        }
    }

    fn script(&mut self, run: &Utf8Path, package: &Utf8Path) {
        let modified = |name: &str| run.join(name).metadata().and_then(|it| it.modified()).ok();
        // Cargo writes the first file before the script starts, and the script's output after it ends.
        let Some(begin) = modified("invoked.timestamp") else { return };
        let ends = ["stderr", "root-output"].into_iter().filter_map(modified);
        self.runs.push((begin, ends.max().unwrap_or(begin)));
        let output = ["output", "stdout"]
            .map(|name| std::fs::read_to_string(run.join(name)).unwrap_or_default())
            .concat();
        let Some(named) = names(&output) else {
            self.unnamed.insert(package.to_owned());
            return;
        };
        for path in named {
            let path = lexical(&package.join(path));
            if path.is_dir() {
                self.folders.insert(path)
            } else {
                self.files.insert(path)
            };
        }
    }

    fn package_of(&self, path: &Utf8Path) -> Option<&Utf8Path> {
        let own = self.packages.iter().filter(|package| path.starts_with(package));
        own.max_by_key(|package| package.as_str().len()).map(Utf8PathBuf::as_path)
    }

    pub(super) fn part(&self, path: &Utf8Path) -> Part {
        let parent = path.parent().and_then(Utf8Path::file_name);
        let name = path.file_name().unwrap_or_default();
        if READ.contains(&name) || parent == Some(CONFIGURATION.0) && CONFIGURATION.1.contains(&name) {
            return Part::Source;
        }
        if self.files.contains(path) || self.folders.iter().any(|folder| path.starts_with(folder)) {
            return Part::Source;
        }
        let Some(package) = self.package_of(path) else { return Part::None };
        let inside = path.strip_prefix(package).ok().and_then(|inside| inside.components().next());
        let is_other = inside.is_some_and(|first| OTHER_TARGETS.contains(&first.as_str()));
        // A file that is not compiled is still searched for routes.
        if path.extension() == Some("rs") && !is_other {
            return Part::Source;
        }
        if self.unnamed.contains(package) { Part::Perhaps } else { Part::None }
    }

    /// The files that are known by name.
    pub(super) fn files(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.files.iter()
    }

    /// The files outside of the packages' folders.
    pub(super) fn outside(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.files.iter().filter(|file| self.package_of(file).is_none())
    }

    /// Whether a build script ran at that time, after `since`.
    pub(super) fn ran(&self, at: SystemTime, since: SystemTime) -> bool {
        self.runs.iter().any(|(begin, end)| since <= *begin && *begin <= at && at <= *end)
    }
}

fn entries(folder: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> {
    folder.read_dir_utf8().into_iter().flatten().filter_map(Result::ok).map(camino::Utf8DirEntry::into_path)
}

/// A folder of cargo's for a build script, or, in the layout of `-Zbuild-dir-new-layout`, for anything that
/// it compiles or runs.
struct Unit {
    /// The name of the package.
    name: String,
    /// The folder of the compiled files, with their dep-info.
    compiled: Utf8PathBuf,
    /// The folder of a build script's output.
    run: Utf8PathBuf,
    /// Whether libraries have such folders too.
    is_of_any_kind: bool,
}

impl Unit {
    /// The units of a folder in `build`: `NAME-HASH` is a unit, and `NAME` contains one folder for each unit.
    fn all(folder: &Utf8Path) -> Vec<Self> {
        let name = folder.file_name().unwrap_or_default();
        let units = entries(folder).filter(|unit| unit.join("fingerprint").is_dir());
        let units: Vec<_> = units
            .map(|unit| Self {
                name: name.to_owned(),
                compiled: unit.join("out"),
                run: unit.join("run"),
                is_of_any_kind: true,
            })
            .collect();
        if !units.is_empty() {
            return units;
        }
        let name = name.rsplit_once('-').map_or(name, |(name, _)| name).to_owned();
        vec![Self { name, compiled: folder.to_owned(), run: folder.to_owned(), is_of_any_kind: false }]
    }
}

/// The files in a dep-info file, which is in make's format. They may be relative to the workspace's root.
fn dep_info(file: &Utf8Path, root: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    // Each file also has a rule of its own, without prerequisites.
    let files = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.strip_suffix(':'));
    files.map(|file| lexical(&root.join(file.replace("\\ ", " ")))).collect()
}

/// The files that a build script names with `rerun-if-changed`; `None` if it names neither files nor
/// variables.
fn names(output: &str) -> Option<Vec<&str>> {
    let words = output.lines().filter_map(|line| line.trim().strip_prefix("cargo:"));
    let words = words.map(|word| word.strip_prefix(':').unwrap_or(word));
    let mut named = None;
    for (key, value) in words.filter_map(|word| word.split_once('=')) {
        match key {
            "rerun-if-changed" => named.get_or_insert_with(Vec::new).push(value),
            "rerun-if-env-changed" => drop(named.get_or_insert_with(Vec::new)),
            _ => {}
        }
    }
    named
}

/// A path without `.` and `..`.
pub(super) fn lexical(path: &Utf8Path) -> Utf8PathBuf {
    let mut clean = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            camino::Utf8Component::CurDir => {}
            camino::Utf8Component::ParentDir => drop(clean.pop()),
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
impl Sources {
    /// The sources of a package, from the files that are read.
    pub(super) fn of(package: &Utf8Path, files: &[&str], unnamed: bool) -> Self {
        Self {
            packages: vec![package.to_owned()],
            files: files.iter().map(|file| lexical(&package.join(file))).collect(),
            unnamed: unnamed.then(|| package.to_owned()).into_iter().collect(),
            ..Self::default()
        }
    }

    /// Records a run of a build script.
    pub(super) fn script_ran(&mut self, begin: SystemTime, end: SystemTime) {
        self.runs.push((begin, end));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Package {
        _folder: tempfile::TempDir,
        root: Utf8PathBuf,
    }

    impl Package {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
            for (file, text) in files {
                let path = root.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self { _folder: folder, root }
        }

        fn sources(&self) -> Sources {
            let mut sources = Sources { packages: vec![self.root.join("app")], ..Sources::default() };
            sources.libraries(&self.root.join("deps"), &self.root, &[self.root.join("home")]);
            let folders = ["build", "triple/build"].map(|folder| self.root.join(folder));
            let folders: Vec<_> = folders.iter().flat_map(|folder| entries(folder)).collect();
            let units: Vec<_> = folders.iter().flat_map(|folder| Unit::all(folder)).collect();
            for unit in units.iter().filter(|unit| unit.is_of_any_kind) {
                sources.libraries(&unit.compiled, &self.root, &[self.root.join("home")]);
            }
            sources.scripts(&units, &self.root, &[self.root.join("home")]);
            sources
        }
    }

    #[test]
    fn what_the_compiler_has_read_is_a_source_and_so_is_what_cargo_reads() {
        let dep = "deps/libapp.rlib: app/src/lib.rs app/my\\ page.html\n\napp/src/lib.rs:\napp/my\\ page.html:\n\
                   shared/../shared/word.txt:\nhome/registry/x.rs:\n# env-dep:CARGO\n";
        let other = "other/src/lib.rs:\nother/data.txt:\n";
        let package = Package::new(&[("deps/app-1.d", dep), ("deps/other-1.d", other)]);
        let sources = package.sources();
        for (path, part) in [
            ("app/src/lib.rs", Part::Source),
            ("app/my page.html", Part::Source),
            ("shared/word.txt", Part::Source),
            ("app/src/not/compiled.rs", Part::Source),
            ("app/Cargo.toml", Part::Source),
            ("Cargo.lock", Part::Source),
            ("rust-toolchain.toml", Part::Source),
            (".cargo/config.toml", Part::Source),
            ("app/dev.log", Part::None),
            ("app/items.db", Part::None),
            ("app/README.md", Part::None),
            ("app/config.toml", Part::None),
            ("app/tests/it.rs", Part::None),
            ("home/registry/x.rs", Part::None),
            ("other/data.txt", Part::None),
        ] {
            assert_eq!(sources.part(&package.root.join(path)), part, "{path}");
        }
        assert_eq!(sources.outside().collect::<Vec<_>>(), [&package.root.join("shared/word.txt")]);
    }

    #[test]
    fn the_layout_with_a_folder_for_each_unit_says_the_same() {
        let package = Package::new(&[
            ("triple/build/app/1/fingerprint/lib-app", ""),
            ("triple/build/app/1/out/app-1.d", "app/src/lib.rs:\napp/page.html:\n"),
            ("build/app/2/fingerprint/build-script", ""),
            ("build/app/2/out/build_script_build.d", "app/build.rs:\n"),
            ("triple/build/app/3/fingerprint/run-build-script", ""),
            ("triple/build/app/3/run/invoked.timestamp", ""),
            ("triple/build/app/3/run/stdout", "cargo::rerun-if-changed=words.txt\n"),
        ]);
        let sources = package.sources();
        for (path, part) in [
            ("app/page.html", Part::Source),
            ("app/build.rs", Part::Source),
            ("app/words.txt", Part::Source),
            ("app/other.txt", Part::None),
        ] {
            assert_eq!(sources.part(&package.root.join(path)), part, "{path}");
        }
        assert_eq!(sources.runs.len(), 1);
    }

    #[test]
    fn a_build_script_names_files_and_folders_or_may_read_the_whole_package() {
        let script = ("build/app-1/build_script_build-1.d", "app/build.rs:\n");
        let ran = ("triple/build/app-2/invoked.timestamp", "");
        let parts = |output: Option<&str>| {
            let mut files = vec![script, ran, ("app/protos/a.proto", "")];
            files.extend(output.map(|output| ("triple/build/app-2/output", output)));
            let package = Package::new(&files);
            let sources = package.sources();
            let paths = ["app/protos/a.proto", "app/words.txt", "app/other.txt", "app/build.rs"];
            paths.map(|path| sources.part(&package.root.join(path)))
        };
        let named = "warning\ncargo::rerun-if-changed=protos\ncargo:rerun-if-changed=./words.txt\n";
        assert_eq!(parts(Some(named)), [Part::Source, Part::Source, Part::None, Part::Source]);
        assert_eq!(
            parts(Some("cargo:rerun-if-env-changed=A\n")),
            [Part::None, Part::None, Part::None, Part::Source]
        );
        assert_eq!(
            parts(Some("cargo:rustc-cfg=a\n")),
            [Part::Perhaps, Part::Perhaps, Part::Perhaps, Part::Source]
        );
        // A script that failed has named nothing.
        assert_eq!(parts(None), [Part::Perhaps, Part::Perhaps, Part::Perhaps, Part::Source]);
    }
}

//! Decides which changes are news: those for which a build could have a different result.
//!
//! In: paths that changed, what builds were made from ([`Sources`]), and how they ended. Out: the paths whose
//! contents differ from those of the last build. They exclude what this command writes itself, what another
//! program holds open for writing, and what a build script writes in each build: a build must not trigger the
//! next one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::Metadata,
    time::{Duration, SystemTime},
};

use camino::{Utf8Path, Utf8PathBuf};

use super::{
    changes::Changes,
    ignored::OTHERS,
    sources::{Part, Sources},
};
use crate::{project::workspace::Workspace, support::hash};

/// How far a file's time may lag behind the clock: the kernel uses the time of its last tick.
const TICK: Duration = Duration::from_millis(20);

/// A possible source that changes within this time after a build, and for which the build gave nothing new,
/// is assumed to have been written by that build.
const AFTER: Duration = Duration::from_secs(1);

/// How many builds in a row may be for files that changed during the build before. After that, the builds are
/// assumed to write them.
const IN_A_ROW: u32 = 3;

/// Extensions of files that programs write and people do not.
const WRITTEN: [&str; 16] = [
    "log",
    "pid",
    "lock",
    "tmp",
    "db",
    "db3",
    "mdb",
    "redb",
    "sqlite",
    "sqlite3",
    "db-journal",
    "db-wal",
    "db-shm",
    "sqlite-journal",
    "sqlite-wal",
    "sqlite-shm",
];

/// What is known about the last build.
#[derive(Debug, Default)]
pub(crate) struct News {
    sources: Sources,
    /// The contents that the last build was made from; `None` if there was no file.
    seen: BTreeMap<Utf8PathBuf, Option<String>>,
    last: Option<Build>,
    /// The files that were in the packages when the last build began.
    present: BTreeSet<Utf8PathBuf>,
    /// How many builds in a row were for changes during the build before.
    in_a_row: u32,
    /// What the next build is for.
    wanted: BTreeSet<Utf8PathBuf>,
    /// Possible sources that were the only reason for the last build.
    tried: BTreeSet<Utf8PathBuf>,
}

#[derive(Clone, Copy, Debug)]
struct Build {
    begin: SystemTime,
    end: SystemTime,
    failed: bool,
}

/// The outcome of examining changes.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The changes to build for.
    pub(crate) changes: Changes,
    /// A file that every build writes, to report that it no longer triggers builds.
    pub(crate) restless: Option<Utf8PathBuf>,
}

impl News {
    /// The files outside of packages that builds were made from.
    pub(crate) fn outside(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.sources.outside()
    }

    /// Records that a build begins now.
    pub(crate) fn begins(&mut self, workspace: &Workspace) -> SystemTime {
        self.present = workspace.local_folders.iter().flat_map(|folder| files_below(folder)).collect();
        SystemTime::now()
    }

    /// A build that began at `begin` has ended. `failed`: it gave no programs. `is_same`: it gave the same as
    /// the build before.
    pub(crate) fn built(&mut self, workspace: &Workspace, begin: SystemTime, failed: bool, is_same: bool) {
        self.end(Sources::read(workspace), begin, SystemTime::now(), failed, is_same);
    }

    /// There was no build: the workspace could not be read.
    pub(crate) fn failed(&mut self) {
        if let Some(last) = &mut self.last {
            (last.failed, last.end) = (true, SystemTime::now());
        }
    }

    fn end(&mut self, sources: Sources, begin: SystemTime, end: SystemTime, failed: bool, is_same: bool) {
        let was_failed = self.last.is_some_and(|last| last.failed);
        let perhaps = |path: &Utf8PathBuf| self.sources.part(path) != Part::Source;
        let in_vain = is_same || failed && was_failed;
        let wanted = std::mem::take(&mut self.wanted);
        self.tried = if in_vain && wanted.iter().all(perhaps) { wanted } else { BTreeSet::new() };
        self.sources = sources;
        self.last = Some(Build { begin, end, failed });
        let new: Vec<_> =
            self.sources.files().filter(|file| !self.seen.contains_key(*file)).cloned().collect();
        for file in new {
            // A change during the build has its own event.
            let changed = file.metadata().and_then(|metadata| metadata.modified());
            if changed.is_ok_and(|changed| changed < begin.checked_sub(TICK).unwrap_or(begin)) {
                let contents = contents(&file);
                self.seen.insert(file, contents);
            }
        }
    }

    /// Which of these changes are news. `is_included` returns whether a file is served beside the programs.
    pub(crate) fn of(&mut self, changes: &Changes, is_included: impl Fn(&Utf8Path) -> bool) -> Found {
        let mut found = Found::default();
        let mut during = true;
        for path in self.below(changes) {
            if let Some(at) = self.is_news(&path, &is_included) {
                during &= self.last.is_some_and(|last| {
                    at.is_some_and(|at| {
                        last.begin.checked_sub(TICK).is_some_and(|it| it <= at) && at <= last.end
                    })
                });
                found.changes.add_path(path);
            }
        }
        if changes.may_be_any() {
            found.changes.add_anything();
            during = false;
        }
        if found.changes.is_empty() {
            return found;
        }
        self.in_a_row = if during { self.in_a_row + 1 } else { 0 };
        if self.in_a_row > IN_A_ROW {
            let first_time = self.in_a_row == IN_A_ROW + 1;
            let restless = found.changes.paths().next().cloned();
            return Found { changes: Changes::default(), restless: restless.filter(|_| first_time) };
        }
        self.wanted = found.changes.paths().cloned().collect();
        found
    }

    /// The files that may have changed: for a folder, everything in it, and everything that was known to be
    /// in it.
    fn below(&self, changes: &Changes) -> BTreeSet<Utf8PathBuf> {
        let mut files = BTreeSet::new();
        for path in changes.paths() {
            if path.is_dir() {
                files.extend(files_below(path));
            } else {
                files.insert(path.clone());
            }
            let known = self.seen.range(path.clone()..).map(|(known, _)| known);
            files.extend(
                known
                    .take_while(|known| known.as_str().starts_with(path.as_str()))
                    .filter(|known| known.starts_with(path))
                    .cloned(),
            );
        }
        files
    }

    /// Whether to build for this file, and the time of its last change.
    #[expect(clippy::option_option, reason = "a file that is gone has no time, and is news all the same")]
    fn is_news(
        &mut self,
        path: &Utf8Path,
        is_included: impl Fn(&Utf8Path) -> bool,
    ) -> Option<Option<SystemTime>> {
        let metadata = path.metadata().ok().filter(Metadata::is_file);
        let at = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
        let part = match self.sources.part(path) {
            Part::None if is_included(path) => Part::Source,
            part => part,
        };
        if metadata.as_ref().is_some_and(is_own_output) {
            return None;
        }
        if part != Part::Source {
            // A file that the compiler did not find may be the reason why it failed.
            let is_new = self.last.is_none_or(|last| last.failed) && !self.present.contains(path);
            let written = path.extension().is_some_and(|ending| WRITTEN.contains(&ending));
            if part == Part::None && !is_new || written || is_held_open(path) {
                return None;
            }
        }
        let now = contents(path);
        let before = self.seen.insert(path.to_owned(), now.clone());
        let Some(last) = self.last else { return Some(at) };
        if part != Part::Source && self.tried.contains(path) && at.is_some_and(|at| at <= last.end + AFTER) {
            return None;
        }
        // The compiler runs after the script, and has read what the script wrote.
        if at.is_some_and(|at| self.sources.ran(at, last.begin.checked_sub(TICK).unwrap_or(last.begin))) {
            return None;
        }
        if before.is_some_and(|before| before == now) {
            // Saved without changes after a failed build: another try, because the cause may be elsewhere.
            let tried_again =
                part == Part::Source && last.failed && at.is_some_and(|at| at > last.end + TICK);
            return tried_again.then_some(at);
        }
        Some(at)
    }
}

/// The hash of a file's contents.
fn contents(path: &Utf8Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| hash::sha256(&bytes))
}

/// The files in a folder, without hidden files and folders that contain no sources.
fn files_below(folder: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> {
    let is_of_people = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !name.starts_with('.') && !OTHERS.contains(&&*name)
    };
    let below = walkdir::WalkDir::new(folder).into_iter().filter_entry(is_of_people);
    let files = below.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    files.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.into_path()).ok())
}

/// Whether this command prints to the file.
#[cfg(unix)]
fn is_own_output(file: &Metadata) -> bool {
    use std::os::{fd::AsFd, unix::fs::MetadataExt as _};
    fn is(output: &impl AsFd, file: &Metadata) -> bool {
        let own = output.as_fd().try_clone_to_owned().map(std::fs::File::from).and_then(|own| own.metadata());
        own.is_ok_and(|own| (own.dev(), own.ino()) == (file.dev(), file.ino()))
    }
    is(&std::io::stdout(), file) || is(&std::io::stderr(), file)
}

#[cfg(not(unix))]
fn is_own_output(_: &Metadata) -> bool {
    false
}

/// Whether a process of this user holds the file open for writing, as with logs and databases, if the system
/// can say.
fn is_held_open(path: &Utf8Path) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let processes = Utf8Path::new("/proc").read_dir_utf8().into_iter().flatten().filter_map(Result::ok);
    let processes = processes.filter(|it| it.file_name().bytes().all(|byte| byte.is_ascii_digit()));
    processes.into_iter().any(|process| {
        let open = process.path().join("fd").read_dir_utf8().into_iter().flatten().filter_map(Result::ok);
        open.into_iter().any(|open| {
            open.path().read_link_utf8().is_ok_and(|target| target == *path) && {
                let about = process.path().join("fdinfo").join(open.file_name());
                let about = std::fs::read_to_string(about).unwrap_or_default();
                let flags = about.lines().find_map(|line| line.strip_prefix("flags:"));
                let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
                // `O_ACCMODE`: anything but `O_RDONLY`.
                flags.is_some_and(|flags| flags & 0o3 != 0)
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A package in a temporary folder, and what is known about its builds.
    struct Built {
        _folder: tempfile::TempDir,
        root: Utf8PathBuf,
        news: News,
        /// Whether its build script names no inputs.
        unnamed: bool,
        begin: SystemTime,
        end: SystemTime,
    }

    const FILES: [&str; 4] = ["src/lib.rs", "src/gen.rs", "page.html", "../shared.txt"];

    impl Built {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap().join("app");
            fs::create_dir_all(root.join("src")).unwrap();
            let begin = SystemTime::now() - Duration::from_hours(1);
            let end = begin + Duration::from_secs(10);
            let mut this = Self { _folder: folder, root, news: News::default(), unnamed: false, begin, end };
            for file in FILES.into_iter().chain(["dev.log", "items.db", "data/x.csv"]) {
                this.write_at(file, "first", begin - Duration::from_hours(1));
            }
            this.built(false, false);
            this
        }

        fn sources(&self) -> Sources {
            Sources::of(&self.root, &FILES, self.unnamed)
        }

        fn built(&mut self, failed: bool, is_same: bool) {
            self.news.end(self.sources(), self.begin, self.end, failed, is_same);
        }

        /// Runs a later build.
        fn build(&mut self, failed: bool, is_same: bool) {
            self.news.present = files_below(&self.root).collect();
            (self.begin, self.end) = (self.end + Duration::from_mins(1), self.end + Duration::from_mins(2));
            self.built(failed, is_same);
        }

        fn write_at(&self, file: &str, text: &str, at: SystemTime) {
            let path = self.root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::File::options().append(true).open(&path).unwrap().set_modified(at).unwrap();
        }

        /// Saves a file long after the last build.
        fn save(&mut self, file: &str, text: &str) -> Vec<String> {
            self.write_at(file, text, self.end + Duration::from_secs(30));
            self.found(&[file])
        }

        /// Saves a file while the last build ran.
        fn during(&mut self, file: &str, text: &str) -> Vec<String> {
            self.write_at(file, text, self.end - Duration::from_secs(1));
            self.found(&[file])
        }

        fn found(&mut self, paths: &[&str]) -> Vec<String> {
            let mut changes = Changes::default();
            for path in paths {
                changes.add_path(super::super::sources::lexical(&self.root.join(path)));
            }
            let found = self.news.of(&changes, |path| path.extension() == Some("csv"));
            let name = |path: &Utf8PathBuf| path.file_name().unwrap().to_owned();
            found.changes.paths().map(name).collect()
        }
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn one_save_is_one_build_and_what_is_no_source_is_none() {
        let mut built = Built::new();
        for file in ["src/lib.rs", "page.html", "../shared.txt", "src/not_yet.rs", "Cargo.toml", "data/x.csv"]
        {
            let name = file.rsplit('/').next().unwrap();
            assert_eq!(built.save(file, "second"), [name], "{file}");
            assert_eq!(built.found(&[file]), NONE, "{file}: the same save again");
            assert_eq!(built.save(file, "second"), NONE, "{file}: saved as it was");
        }
        for file in ["dev.log", "items.db", "items.db-journal", "README.md", "tests/it.rs"] {
            assert_eq!(built.save(file, "second"), NONE, "{file}");
        }
    }

    #[test]
    fn a_build_that_fails_is_not_made_again_for_what_is_written_because_of_it() {
        let mut built = Built::new();
        assert_eq!(built.save("src/lib.rs", "mistake"), ["lib.rs"]);
        built.build(true, false);
        for file in ["dev.log", "items.db"] {
            assert_eq!(built.save(file, "the error"), NONE, "{file}");
        }
        assert_eq!(built.during("src/gen.rs", "first"), NONE, "a build script has written what was there");
        // It may need a file that does not exist, or something outside of the package.
        assert_eq!(built.save("page.txt", "came after it"), ["page.txt"]);
        assert_eq!(built.save("src/lib.rs", "mistake"), ["lib.rs"], "another try");
        assert_eq!(built.save("src/lib.rs", "mended"), ["lib.rs"]);
    }

    #[test]
    fn what_a_build_script_writes_into_the_package_comes_to_rest() {
        let mut built = Built::new();
        // Its text differs in each build.
        for text in ["second", "third"] {
            built.build(false, false);
            let (begin, end) = (built.begin, built.end);
            built.news.sources.script_ran(begin + Duration::from_secs(1), begin + Duration::from_secs(2));
            built.write_at("src/gen.rs", text, begin + Duration::from_secs(2));
            assert_eq!(built.found(&["src/gen.rs"]), NONE);
            // A file saved after it, while the compiler runs, is built.
            built.write_at("src/lib.rs", text, end - Duration::from_secs(2));
            assert_eq!(built.found(&["src/lib.rs"]), ["lib.rs"]);
        }
    }

    #[test]
    fn what_every_build_writes_otherwise_comes_to_rest_and_is_told_once() {
        let mut built = Built::new();
        for turn in 0..IN_A_ROW {
            assert_eq!(built.during("src/gen.rs", &format!("text {turn}")), ["gen.rs"], "{turn}");
            built.build(false, false);
        }
        for told in [true, false] {
            built.write_at("src/gen.rs", &format!("told {told}"), built.end - Duration::from_secs(1));
            let mut changes = Changes::default();
            changes.add_path(built.root.join("src/gen.rs"));
            let found = built.news.of(&changes, |_| false);
            assert!(found.changes.is_empty());
            assert_eq!(found.restless.is_some(), told);
        }
        assert_eq!(built.save("src/lib.rs", "a save"), ["lib.rs"]);
        built.build(false, false);
        assert_eq!(built.during("src/gen.rs", "then again"), ["gen.rs"]);
    }

    #[test]
    fn a_script_that_names_nothing_is_run_for_any_file_but_for_one_that_programs_write() {
        let mut built = Built::new();
        built.unnamed = true;
        built.build(false, false);
        assert_eq!(built.save("words.txt", "one"), ["words.txt"]);
        built.build(false, false);
        for file in ["dev.log", "items.db", "items.redb", "items.db-journal"] {
            assert_eq!(built.save(file, "text"), NONE, "{file}");
        }
        // A file that is written after each build, and for which a build gives nothing new.
        assert_eq!(built.save("state.json", "1"), ["state.json"]);
        built.build(false, true);
        built.write_at("state.json", "2", built.end + Duration::from_millis(10));
        assert_eq!(built.found(&["state.json"]), NONE);
        // A person saves it again, later.
        assert_eq!(built.save("state.json", "3"), ["state.json"]);
        built.build(false, false);
        #[cfg(target_os = "linux")]
        {
            let open = fs::File::options().append(true).open(built.root.join("state.json")).unwrap();
            assert_eq!(built.save("state.json", "4"), NONE, "somebody writes it");
            drop(open);
            assert_eq!(built.save("state.json", "5"), ["state.json"]);
        }
    }

    #[test]
    fn a_folder_that_goes_and_comes_back_is_what_was_in_it() {
        let mut built = Built::new();
        let (src, away) = (built.root.join("src"), built.root.join("away"));
        fs::rename(&src, &away).unwrap();
        assert_eq!(built.found(&["src"]), ["gen.rs", "lib.rs"]);
        built.build(true, false);
        fs::rename(&away, &src).unwrap();
        assert_eq!(built.found(&["src"]), ["gen.rs", "lib.rs"]);
        built.build(false, false);
        assert_eq!(built.found(&["src"]), NONE);
    }
}

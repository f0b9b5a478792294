//! Watches the files that the user's package is made from.
//!
//! In: the folders of the workspace's own packages. Out: a [`Change`] for each file that changed, or for
//! anything that may have. Not watched: hidden files except cargo's configuration and `.gitignore`, temporary
//! files of editors, what git ignores, and what routegen makes, because a build must not trigger the next
//! one.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use camino::{Utf8Path, Utf8PathBuf};
use notify::{ErrorKind, Event, EventKind, PollWatcher, RecursiveMode, event::ModifyKind};

use super::ignored::Ignored;
use crate::{dev::Error, project::workspace::Workspace};

/// The folder of cargo's configuration, and the file names in it.
const CARGO: &str = ".cargo";
const CONFIGURATIONS: [&str; 2] = ["config", "config.toml"];

/// A change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    /// A file or folder was created, changed, moved or removed.
    Path(Utf8PathBuf),
    /// Unknown files changed: there were more events than the system keeps.
    Anything,
}

/// The polling interval, if the system reports no changes.
const POLL: Duration = Duration::from_millis(500);

/// Watches until it is dropped.
pub(crate) struct Watcher {
    watcher: Box<dyn notify::Watcher + Send>,
    shared: Arc<Mutex<Shared>>,
}

/// The state that is shared with the thread that receives changes.
#[derive(Debug)]
struct Shared {
    ground: Ground,
    /// What git ignores in these folders.
    ignored: Ignored,
    /// Whether the files are polled. Then a file that cannot be read does not mean that events were lost.
    polls: bool,
    /// Folders that were forgotten and that the watcher must stop watching.
    forgotten: BTreeSet<Utf8PathBuf>,
    /// The folders that are watched. A folder that is removed or moved away is no longer watched, whatever
    /// takes its place.
    watched: BTreeSet<Utf8PathBuf>,
}

/// What to watch in a workspace.
#[derive(Clone, Debug)]
struct Ground {
    packages: Vec<Utf8PathBuf>,
    root: Utf8PathBuf,
    target: Utf8PathBuf,
    own_target: Utf8PathBuf,
    /// Files outside of the packages.
    files: BTreeSet<Utf8PathBuf>,
}

impl Watcher {
    /// Starts watching. `changed` is called from another thread. With `polls`, the files are read again at an
    /// interval.
    pub(crate) fn start<'a>(
        workspace: &Workspace,
        files: impl Iterator<Item = &'a Utf8PathBuf>,
        polls: bool,
        changed: impl Fn(Change) + Send + 'static,
    ) -> Result<Self, Error> {
        let ground = Ground { files: files.cloned().collect(), ..Ground::of(workspace) };
        Self::over(&ground, polls, changed)
    }

    fn over(ground: &Ground, polls: bool, changed: impl Fn(Change) + Send + 'static) -> Result<Self, Error> {
        let (ignored, none) = (Ignored::default(), BTreeSet::new());
        let shared =
            Shared { ground: ground.clone(), ignored, polls, forgotten: none.clone(), watched: none };
        let shared = Arc::new(Mutex::new(shared));
        let heard = shared.clone();
        let handler = move |event| {
            let news = lock(&heard).hear(event);
            news.into_iter().for_each(&changed);
        };
        let settings = notify::Config::default().with_poll_interval(POLL);
        let watcher: notify::Result<Box<dyn notify::Watcher + Send>> = if polls {
            PollWatcher::new(handler, settings).map(|watcher| Box::new(watcher) as _)
        } else {
            notify::recommended_watcher(handler).map(|watcher| Box::new(watcher) as _)
        };
        let watcher = watcher.map_err(|error| failed(&ground.root, &error))?;
        let mut this = Self { watcher, shared };
        this.cover_ground(ground)?;
        Ok(this)
    }

    /// Adds what is new or has come back: packages of the workspace, folders of packages, and files outside
    /// of them.
    pub(crate) fn cover<'a>(
        &mut self,
        workspace: &Workspace,
        files: impl Iterator<Item = &'a Utf8PathBuf>,
    ) -> Result<(), Error> {
        let ground = Ground { files: files.cloned().collect(), ..Ground::of(workspace) };
        self.cover_ground(&ground)
    }

    fn cover_ground(&mut self, ground: &Ground) -> Result<(), Error> {
        let ignored = Ignored::read(&ground.packages, &ground.root);
        let wanted = ground.folders(&ignored);
        let mut shared = lock(&self.shared);
        shared.ground = ground.clone();
        shared.ignored = ignored;
        let (kept, surplus): (_, BTreeSet<_>) =
            std::mem::take(&mut shared.watched).into_iter().partition(|folder| wanted.contains(folder));
        shared.watched = kept;
        let forgotten = std::mem::take(&mut shared.forgotten);
        drop(shared);
        for folder in surplus.iter().chain(&forgotten) {
            // A folder that no longer exists is not watched any more.
            let _ = self.watcher.unwatch(Path::new(folder.as_str()));
        }
        for folder in wanted {
            // Recorded before it is watched, so that an event that comes in between is not overwritten here.
            if !lock(&self.shared).watched.insert(folder.clone()) {
                continue;
            }
            if let Err(error) = self.watcher.watch(Path::new(folder.as_str()), RecursiveMode::NonRecursive) {
                lock(&self.shared).forget(&folder);
                // If it has disappeared meanwhile, the event comes from the folder above it.
                if !is_missing(&error) {
                    return Err(failed(&folder, &error));
                }
            }
        }
        Ok(())
    }
}

impl Shared {
    /// Translates an event into changes of the package.
    fn hear(&mut self, event: notify::Result<Event>) -> Vec<Change> {
        let event = match event {
            Ok(event) => event,
            Err(error) if self.polls => {
                let gone = error.paths.iter().filter_map(|path| Utf8Path::from_path(path));
                gone.for_each(|path| self.forget(path));
                return Vec::new();
            }
            Err(_) => return self.anything(),
        };
        if event.need_rescan() {
            return self.anything();
        }
        if matches!(event.kind, EventKind::Access(_)) {
            return Vec::new();
        }
        let paths = event.paths.into_iter().filter_map(|path| Utf8PathBuf::from_path_buf(path).ok());
        let paths: Vec<_> = paths.collect();
        if matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
            for path in &paths {
                self.forget(path);
            }
        }
        let is_news = |path: &Utf8PathBuf| {
            let of_packages =
                || self.ground.has(path) && is_source(path) && !self.ignored.has(path, path.is_dir());
            self.ground.files.contains(path) || of_packages()
        };
        paths.into_iter().filter(is_news).map(Change::Path).collect()
    }

    /// Events were lost, possibly including those of removed folders.
    fn anything(&mut self) -> Vec<Change> {
        self.forgotten.extend(std::mem::take(&mut self.watched));
        vec![Change::Anything]
    }

    /// Records that nothing in the folder is watched any more.
    fn forget(&mut self, folder: &Utf8Path) {
        let gone = self.watched.extract_if(.., |watched| watched.starts_with(folder));
        self.forgotten.extend(gone);
    }
}

impl Ground {
    fn of(workspace: &Workspace) -> Self {
        Self {
            packages: workspace.local_folders.clone(),
            root: workspace.root.clone(),
            target: workspace.target.clone(),
            own_target: workspace.own_target(),
            files: BTreeSet::new(),
        }
    }

    /// Whether the path is in a package or leads to one, and is not made by routegen.
    fn has(&self, path: &Utf8Path) -> bool {
        let mut roots = self.packages.iter().chain([&self.root]);
        !path.starts_with(&self.own_target)
            && roots.any(|root| path.starts_with(root) || root.starts_with(path))
    }

    /// The folders to watch, one by one: those in packages, and those that lead to packages.
    fn folders(&self, ignored: &Ignored) -> BTreeSet<Utf8PathBuf> {
        let mut folders = BTreeSet::new();
        for root in self.packages.iter().chain([&self.root]) {
            // If a folder does not exist, the one above it reports when it is back.
            let there = root.ancestors().find(|folder| folder.is_dir());
            folders.extend(there.map(Utf8Path::to_owned));
        }
        let of_files = self.files.iter().filter_map(|file| file.parent()).filter(|folder| folder.is_dir());
        folders.extend(of_files.map(Utf8Path::to_owned));
        folders.extend(Some(self.root.join(CARGO)).filter(|cargo| cargo.is_dir()));
        for root in &self.packages {
            let is_watched = |entry: &walkdir::DirEntry| {
                let Some(path) = Utf8Path::from_path(entry.path()) else { return false };
                let name = path.file_name().unwrap_or_default();
                let is_other = *path == self.target || *path == self.own_target;
                let is_watched = is_name_of_people(name) && !is_other && !ignored.has(path, true);
                entry.depth() == 0 || entry.file_type().is_dir() && is_watched
            };
            let below = walkdir::WalkDir::new(root).into_iter().filter_entry(is_watched);
            let below = below.filter_map(Result::ok).map(walkdir::DirEntry::into_path);
            folders.extend(below.filter_map(|path| Utf8PathBuf::from_path_buf(path).ok()));
        }
        folders
    }
}

fn is_source(path: &Utf8Path) -> bool {
    let folder = path.parent().and_then(Utf8Path::file_name);
    match (folder, path.file_name()) {
        (_, None) => false,
        (_, Some(CARGO | ".gitignore")) => true,
        (Some(CARGO), Some(name)) => CONFIGURATIONS.contains(&name),
        (_, Some(name)) => is_name_of_people(name),
    }
}

/// Whether people use such a name for a file. Editors write hidden files, and others with marks at the end.
fn is_name_of_people(name: &str) -> bool {
    !name.starts_with('.') && !name.ends_with(['~', '#']) && name != "4913"
}

/// The kind of a folder's file system, if that does not report changes made elsewhere, by the system's own
/// numbers (`linux/magic.h`; `VirtualBox` and Parallels have their own).
pub(crate) fn silent(folder: &Utf8Path) -> Option<&'static str> {
    #[cfg(target_os = "linux")]
    {
        let kind = rustix::fs::statfs(folder.as_std_path()).ok()?.f_type;
        kind_of(u32::try_from(kind).ok()?)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        None
    }
}

#[cfg(target_os = "linux")]
fn kind_of(number: u32) -> Option<&'static str> {
    Some(match number {
        0x0102_1997 => "9p (as the disks of Windows in WSL, and folders of virtual machines)",
        0x6573_5546 => "FUSE or virtiofs (as bind mounts of Docker Desktop)",
        0x0000_6969 => "NFS",
        0xff53_4d42 | 0xfe53_4d42 | 0x0000_517b => "SMB",
        0x786f_4256 => "vboxsf (VirtualBox)",
        0x7c7c_6673 => "prl_fs (Parallels)",
        _ => return None,
    })
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

fn failed(folder: &Utf8Path, error: &notify::Error) -> Error {
    Error::Watch { folder: folder.to_owned(), reason: error.to_string() }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        sync::mpsc::{self, Receiver},
        time::Duration,
    };

    use super::*;

    /// Longer than the system takes to report a change.
    const PATIENCE: Duration = Duration::from_mins(1);

    /// A watched package in a temporary folder.
    struct Watched {
        _folder: tempfile::TempDir,
        ground: Ground,
        watcher: Watcher,
        changes: Receiver<Change>,
    }

    impl Watched {
        fn new() -> Self {
            Self::with(false)
        }

        fn with(polls: bool) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let base = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
            let root = base.join("app");
            let target = root.join("out/target");
            for folder in
                [&root.join("src/deep"), &root.join(".cargo"), &base.join("dependency/src"), &target]
            {
                fs::create_dir_all(folder).unwrap();
            }
            let packages = vec![root.clone(), base.join("dependency")];
            let ground = Ground {
                packages,
                root,
                own_target: target.join("routegen"),
                target,
                files: BTreeSet::new(),
            };
            let (tell, changes) = mpsc::channel();
            let watcher = Watcher::over(&ground, polls, move |change| drop(tell.send(change))).unwrap();
            Self { _folder: folder, ground, watcher, changes }
        }

        fn path(&self, name: &str) -> Utf8PathBuf {
            self.ground.root.join(name)
        }

        fn write(&self, name: &str) {
            fs::write(self.path(name), name).unwrap();
        }

        /// Waits until a change of this path is reported, and returns the changes before it.
        #[track_caller]
        fn told(&mut self, name: &str) -> Vec<Change> {
            let wanted = Change::Path(self.path(name));
            let mut before = Vec::new();
            loop {
                match self.changes.recv_timeout(PATIENCE) {
                    Ok(change) if change == wanted => break,
                    Ok(change) => before.push(change),
                    Err(error) => panic!("{name} was not told ({error}), but {before:?}"),
                }
            }
            self.watcher.cover_ground(&self.ground).unwrap();
            before
        }
    }

    #[test]
    fn a_folder_that_comes_back_is_watched_again() {
        let mut watched = Watched::new();
        let (src, away) = (watched.path("src"), watched.path("../away"));
        fs::rename(&src, &away).unwrap();
        watched.told("src");
        fs::rename(&away, &src).unwrap();
        watched.told("src");
        watched.write("src/lib.rs");
        watched.told("src/lib.rs");
        watched.write("src/deep/mod.rs");
        watched.told("src/deep/mod.rs");

        // All at once, as git does it.
        fs::remove_dir_all(&src).unwrap();
        fs::create_dir_all(src.join("new")).unwrap();
        watched.write("src/new/first.rs");
        watched.write("marker");
        watched.told("marker");
        watched.write("src/new/second.rs");
        watched.told("src/new/second.rs");
    }

    #[test]
    fn a_package_that_comes_back_is_watched_again_and_what_is_beside_it_is_not_told() {
        let mut watched = Watched::new();
        let dependency = watched.ground.packages[1].clone();
        let beside = dependency.with_file_name("beside");
        fs::remove_dir_all(&dependency).unwrap();
        watched.told(dependency.as_str());
        fs::write(&beside, "").unwrap();
        fs::create_dir_all(dependency.join("src")).unwrap();
        let before = watched.told(dependency.as_str());
        assert!(!before.contains(&Change::Path(beside)), "{before:?}");
        let file = dependency.join("src/lib.rs");
        fs::write(&file, "").unwrap();
        watched.told(file.as_str());
    }

    #[test]
    fn cargos_configuration_is_watched_and_the_target_directory_is_not() {
        let mut watched = Watched::new();
        let folders = watched.ground.folders(&Ignored::default());
        let target = watched.path("out/target");
        assert!(!folders.iter().any(|folder| folder.starts_with(&target)), "{folders:?}");
        assert!(folders.contains(&watched.path("out")), "{folders:?}");
        watched.write("out/target/artifact");
        watched.write(".cargo/registry.lock");
        watched.write(".cargo/config.toml");
        let before = watched.told(".cargo/config.toml");
        assert_eq!(before, []);
        watched.write("out/data.json");
        watched.told("out/data.json");
        fs::create_dir(watched.path("out/more")).unwrap();
        watched.told("out/more");
        watched.write("out/more/data.json");
        watched.told("out/more/data.json");
    }

    #[test]
    fn what_git_ignores_is_not_watched_until_it_no_longer_does() {
        let mut watched = Watched::new();
        fs::create_dir_all(watched.path("data/deep")).unwrap();
        fs::write(watched.path(".gitignore"), "data/\n*.db\n").unwrap();
        watched.told(".gitignore");
        for file in ["data/deep/file", "data/file", "store.db", "src/store.db", "src/lib.rs"] {
            watched.write(file);
        }
        // The rules themselves may be reported more than once.
        let rules = Change::Path(watched.path(".gitignore"));
        let before = watched.told("src/lib.rs");
        assert!(before.iter().all(|change| *change == rules), "{before:?}");
        fs::write(watched.path(".gitignore"), "").unwrap();
        watched.told(".gitignore");
        watched.write("data/deep/file");
        watched.told("data/deep/file");
    }

    #[test]
    fn where_events_were_lost_anything_may_have_changed_and_all_is_watched_anew() {
        let mut watched = Watched::new();
        let overflow = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        for lost in [Ok(overflow), Err(notify::Error::generic("the system's reason"))] {
            assert_eq!(lock(&watched.watcher.shared).hear(lost), [Change::Anything]);
            assert!(lock(&watched.watcher.shared).watched.is_empty());
            watched.watcher.cover_ground(&watched.ground).unwrap();
            assert_eq!(lock(&watched.watcher.shared).watched, watched.ground.folders(&Ignored::default()));
            watched.write("src/lib.rs");
            watched.told("src/lib.rs");
        }
    }

    #[test]
    fn files_that_are_looked_at_tell_the_same_and_rest_where_a_folder_is_gone() {
        let mut watched = Watched::with(true);
        watched.write("src/lib.rs");
        watched.told("src/lib.rs");
        fs::remove_dir_all(watched.path("src/deep")).unwrap();
        watched.told("src/deep");
        fs::create_dir(watched.path("src/deep")).unwrap();
        watched.told("src/deep");
        watched.write("src/deep/mod.rs");
        let before = watched.told("src/deep/mod.rs");
        assert!(!before.contains(&Change::Anything), "{before:?}");
    }

    #[test]
    fn a_file_outside_of_all_packages_is_told_and_what_is_beside_it_is_not() {
        let mut watched = Watched::new();
        let folder = watched.path("../elsewhere");
        fs::create_dir(&folder).unwrap();
        let folder = Utf8PathBuf::from_path_buf(folder.canonicalize().unwrap()).unwrap();
        let (file, beside) = (folder.join(".env"), folder.join("beside"));
        watched.ground.files = BTreeSet::from([file.clone()]);
        watched.watcher.cover_ground(&watched.ground).unwrap();
        fs::write(&beside, "").unwrap();
        fs::write(&file, "").unwrap();
        let before = watched.told(file.as_str());
        assert!(!before.contains(&Change::Path(beside)), "{before:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_tells_of_no_changes_is_known_by_its_number() {
        assert!(kind_of(0x0102_1997).unwrap().contains("WSL"));
        assert!(kind_of(0x6573_5546).unwrap().contains("Docker"));
        // ext4, btrfs, tmpfs, overlayfs.
        for number in [0xef53, 0x9123_683e, 0x0102_1994, 0x794c_7630] {
            assert_eq!(kind_of(number), None, "{number:x}");
        }
    }

    #[test]
    fn what_editors_leave_for_a_moment_is_no_source() {
        for name in ["lib.rs", "pets.json", "Cargo.toml"] {
            assert!(is_name_of_people(name), "{name}");
        }
        for name in [".lib.rs.swp", "lib.rs~", "4913", "#lib.rs#", ".git"] {
            assert!(!is_name_of_people(name), "{name}");
        }
    }
}

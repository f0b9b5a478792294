//! Makes a new project: a package with routes, a test of them, and the other files that it begins with.
//!
//! In: a folder that is new or empty, and the options. Out: the project's files, in a repository of its own
//! or as a member of the workspace around it. It overwrites nothing, requires no network, and leaves nothing
//! behind if it fails or is interrupted.

mod error;
mod name;
mod template;
mod workspace;

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;

pub(crate) use self::{error::Error, template::Template};
use self::{
    name::PackageName,
    template::{Place, Source, Values},
    workspace::Membership,
};
use crate::{
    project::target::Architecture,
    support::{
        self,
        files::{self, NewFolder},
        interrupt,
    },
};

/// The version control of a project.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Vcs {
    /// A git repository
    Git,
    /// No version control
    None,
}

/// What the project should be. Paths are absolute.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) folder: Utf8PathBuf,
    /// The package's name; `None` for the folder's.
    pub(crate) name: Option<String>,
    pub(crate) template: Template,
    /// `None` for git, unless the folder is in a repository or a workspace.
    pub(crate) vcs: Option<Vcs>,
    /// The clone of routegen that the package depends on, and whether its path was given from the root.
    pub(crate) clone: Option<(Utf8PathBuf, Rooted)>,
}

/// Whether a path begins at the root. A path that does not is written relative to the package.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rooted {
    Yes,
    No,
}

/// A project that has been made.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) package: String,
    /// The files, relative to the folder.
    pub(crate) files: Vec<Utf8PathBuf>,
    /// Whether a repository was made for it.
    pub(crate) has_repository: bool,
    /// The Cargo.toml of the workspace that the project joined.
    pub(crate) workspace: Option<Utf8PathBuf>,
    /// Whether that file was changed.
    pub(crate) is_new_member: bool,
}

pub(crate) fn create(request: &Request) -> Result<Project, Error> {
    let Request { folder, template, .. } = request;
    let name = request.name.as_deref().or_else(|| folder.file_name()).unwrap_or_default();
    let name = PackageName::parse(name)?;
    refuse_what_is_there(folder)?;
    let membership = workspace::find(folder)?;
    let repository = Repository::decide(request, membership.is_some());
    let values = Values {
        name: &name,
        source: &source(request)?,
        architecture: membership.is_none().then_some(Architecture::HOST),
    };
    let place = match (&membership, repository) {
        (Some(_), _) => Place::Member,
        (None, Repository::Above) => Place::BelowRepository,
        (None, Repository::New | Repository::Own | Repository::None) => Place::Root,
    };
    let files = template::render(*template, place, &values)?;
    let mut project = NewFolder::begin(folder.clone())?;
    for (path, text) in &files {
        interrupt::check().map_err(Error::from)?;
        files::write_new(&project.staged().join(path), text.as_bytes(), false)?;
    }
    let has_repository = repository == Repository::New && initialise(project.staged(), request.vcs)?;
    interrupt::check()?;
    project.put()?;
    membership.as_ref().map_or(Ok(()), Membership::enter)?;
    project.keep();
    Ok(Project {
        package: name.package,
        files: files.into_iter().map(|(path, _)| path.to_owned()).collect(),
        has_repository,
        is_new_member: membership.as_ref().is_some_and(|membership| membership.text.is_some()),
        workspace: membership.map(|membership| membership.manifest),
    })
}

/// The folder may exist, and may contain a repository without files.
fn refuse_what_is_there(folder: &Utf8Path) -> Result<(), Error> {
    if folder.symlink_metadata().is_err() {
        return Ok(());
    }
    if !folder.is_dir() {
        return Err(Error::InTheWay { path: folder.to_owned(), found: None });
    }
    let error = |error| support::Error::io("read", folder, error);
    for entry in folder.read_dir_utf8().map_err(error)? {
        let entry = entry.map_err(error)?;
        if entry.file_name() != GIT {
            let found = Some(entry.file_name().to_owned());
            return Err(Error::InTheWay { path: folder.to_owned(), found });
        }
    }
    Ok(())
}

fn source(request: &Request) -> Result<Source, Error> {
    let Some((root, rooted)) = &request.clone else { return Ok(Source::Registry) };
    let missing = Source::CRATES.into_iter().find(|folder| !root.join(folder).join("Cargo.toml").is_file());
    if let Some(missing) = missing {
        return Err(Error::NoClone { path: root.clone(), missing });
    }
    Ok(Source::Clone(match rooted {
        Rooted::Yes => root.clone(),
        Rooted::No => pathdiff::diff_utf8_paths(root, &request.folder).unwrap_or_else(|| root.clone()),
    }))
}

const GIT: &str = ".git";

/// The repository that the project is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Repository {
    /// A new one is made.
    New,
    /// The folder has one.
    Own,
    /// A folder above has one.
    Above,
    None,
}

impl Repository {
    fn decide(request: &Request, is_member: bool) -> Self {
        let folder = &request.folder;
        if folder.join(GIT).exists() {
            return Self::Own;
        }
        let is_repository =
            |folder: &Utf8Path| [GIT, ".hg", ".jj"].iter().any(|name| folder.join(name).exists());
        let has_above = folder.ancestors().skip(1).any(is_repository);
        match (request.vcs, has_above) {
            (Some(Vcs::Git), _) => Self::New,
            (_, true) => Self::Above,
            (Some(Vcs::None), false) => Self::None,
            (None, false) if is_member => Self::None,
            (None, false) => Self::New,
        }
    }
}

/// Makes a repository. Without git and without an explicit request, it makes none.
fn initialise(folder: &Utf8Path, asked: Option<Vcs>) -> Result<bool, Error> {
    let mut git = Command::new("git");
    git.args(["init", "--quiet"]).current_dir(folder);
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE"] {
        git.env_remove(variable);
    }
    match interrupt::output(&mut git) {
        Ok(output) if output.status.success() => Ok(true),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(support::Error::run("git init", said.trim()).into())
        }
        Err(support::Error::Run { .. }) if asked.is_none() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, path)
    }

    fn request(folder: Utf8PathBuf) -> Request {
        Request { folder, name: None, template: Template::default(), vcs: Some(Vcs::None), clone: None }
    }

    fn names(folder: &Utf8Path) -> Vec<String> {
        let entries = folder.read_dir_utf8().unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().to_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_project_has_the_name_of_its_folder_unless_it_is_given_another() {
        let (_guard, path) = scratch();
        assert_eq!(create(&request(path.join("apis/shop"))).unwrap().package, "shop");
        assert_eq!(
            names(&path.join("apis/shop")),
            [".github", ".gitignore", "Cargo.toml", "README.md", "routegen.toml", "src", "tests"]
        );
        let named = Request { name: Some("store".to_owned()), ..request(path.join("2024")) };
        assert_eq!(create(&named).unwrap().package, "store");
        for path in ["/", "2shop"] {
            let error = create(&request(path.into())).unwrap_err();
            assert!(matches!(error, Error::Name { .. }), "{error}");
        }
    }

    #[test]
    fn what_is_in_the_folder_is_named_and_stays() {
        let (_guard, path) = scratch();
        std::fs::write(path.join("file"), "theirs").unwrap();
        std::fs::create_dir(path.join("shop")).unwrap();
        std::os::unix::fs::symlink("nowhere", path.join("link")).unwrap();
        for place in ["file", "link", ""] {
            let error = create(&Request { name: Some("shop".to_owned()), ..request(path.join(place)) });
            assert!(matches!(error.unwrap_err(), Error::InTheWay { .. }), "{place}");
        }
        assert_eq!(names(&path), ["file", "link", "shop"]);
        // An empty folder is not in the way.
        create(&request(path.join("shop"))).unwrap();
        std::fs::create_dir_all(path.join("cloned/.git")).unwrap();
        let cloned = create(&request(path.join("cloned"))).unwrap();
        assert!(cloned.files.iter().any(|file| file.ends_with("ci.yml")));
    }

    #[test]
    fn what_fails_at_the_end_leaves_nothing_behind() {
        let (_guard, path) = scratch();
        std::fs::create_dir(path.join("Cargo.toml")).unwrap();
        create(&request(path.join("apis/shop"))).unwrap_err();
        std::fs::remove_dir(path.join("Cargo.toml")).unwrap();
        std::fs::write(path.join("Cargo.toml"), "[workspace]\nmembers = 1\n").unwrap();
        create(&request(path.join("apis/shop"))).unwrap_err();
        assert_eq!(names(&path), ["Cargo.toml"]);
    }

    #[test]
    fn a_member_brings_neither_a_repository_nor_a_workflow() {
        let (_guard, path) = scratch();
        member(&path, "a", "other");
        std::fs::write(path.join("Cargo.toml"), "[workspace]\nmembers = [\n    \"a\", # one\n]\n").unwrap();
        let member = create(&Request { vcs: None, ..request(path.join("shop")) }).unwrap();
        assert!(member.is_new_member && !member.has_repository);
        assert_eq!(names(&path.join("shop")), ["Cargo.toml", "README.md", "routegen.toml", "src", "tests"]);
        let root = std::fs::read_to_string(path.join("Cargo.toml")).unwrap();
        assert_eq!(root, "[workspace]\nmembers = [\n    \"a\", # one\n    \"shop\",\n]\n");
        // The package inherits nothing from the workspace implicitly.
        let manifest = std::fs::read_to_string(path.join("shop/Cargo.toml")).unwrap();
        assert!(!manifest.contains("workspace"), "{manifest}");
    }

    /// Writes a package of a workspace.
    fn member(root: &Utf8Path, folder: &str, name: &str) {
        let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
        files::write_new(&root.join(folder).join("Cargo.toml"), manifest.as_bytes(), false).unwrap();
        files::write_new(&root.join(folder).join("src/lib.rs"), b"", false).unwrap();
    }

    #[test]
    fn what_cargo_does_not_take_as_a_member_is_taken_back() {
        for members in ["[\"a\"]", "[\"*\"]"] {
            let (_guard, path) = scratch();
            member(&path, "a", "shop");
            let workspace = format!("[workspace]\nmembers = {members} # all\n");
            std::fs::write(path.join("Cargo.toml"), &workspace).unwrap();
            let error = create(&request(path.join("shop"))).unwrap_err();
            assert!(matches!(error, Error::Workspace { .. }), "{error}");
            assert!(error.to_string().contains("two packages named `shop`"), "{members}: {error}");
            assert_eq!(std::fs::read_to_string(path.join("Cargo.toml")).unwrap(), workspace);
            assert_eq!(names(&path), ["Cargo.toml", "a"]);
        }
    }

    #[test]
    fn a_folder_without_the_crates_is_no_clone() {
        let (_guard, path) = scratch();
        let clone = Some((path.join("clone"), Rooted::No));
        std::fs::create_dir_all(path.join("clone/runtime")).unwrap();
        let of_it = || Request { clone: clone.clone(), ..request(path.join("apis/shop")) };
        let error = create(&of_it()).unwrap_err();
        assert!(matches!(error, Error::NoClone { missing: "runtime", .. }), "{error}");
        for folder in Source::CRATES {
            files::write_new(&path.join("clone").join(folder).join("Cargo.toml"), b"", false).unwrap();
        }
        create(&of_it()).unwrap();
        let manifest = std::fs::read_to_string(path.join("apis/shop/Cargo.toml")).unwrap();
        assert!(
            manifest.contains("routegen = { path = \"../../clone/runtime\", default-features = false }"),
            "{manifest}"
        );
    }
}

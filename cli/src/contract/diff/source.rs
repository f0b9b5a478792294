//! Where a document comes from: a file, a git revision, or the current code.
//!
//! In: an argument of the command line. Out: the document's text, and its source. A file takes precedence
//! over a revision of the same name. For a revision, the committed file is read, so that nothing is checked
//! out or built. An argument is never passed to git as an option.

use std::{
    fmt,
    process::{Command, Stdio},
};

use camino::{Utf8Path, Utf8PathBuf};
use routegen_spec::printable;
use serde::Serialize;

use crate::{contract::Error, support::files};

/// What was read.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub(crate) enum Source {
    /// The current code.
    Code,
    File {
        file: String,
    },
    Revision {
        revision: String,
        /// The commit whose file was read.
        commit: String,
        /// Whether the commit is the merge base with the branch, and not the branch's tip.
        merge_base: bool,
        /// Relative to the root of the repository.
        file: String,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => f.write_str("the current code"),
            Self::File { file } => write!(f, "the file `{}`", printable(file)),
            Self::Revision { revision, commit, merge_base, file } => {
                let commit = commit.get(..12).unwrap_or(commit);
                let what = if *merge_base { "the merge base with" } else { "the revision" };
                write!(f, "`{}` at {commit}, {what} `{}`", printable(file), printable(revision))
            }
        }
    }
}

/// A git repository.
#[derive(Debug)]
pub(crate) struct Repository {
    root: Utf8PathBuf,
}

impl Repository {
    /// The repository that contains a folder.
    pub(crate) fn around(folder: &Utf8Path) -> Result<Self, Error> {
        let root = git(folder, &["rev-parse", "--show-toplevel"])?;
        Ok(Self { root: canonical(Utf8Path::new(root.trim_end_matches(['\n', '\r']))) })
    }

    /// A path in git's form, if it is in the repository.
    pub(crate) fn name(&self, path: &Utf8Path) -> Option<String> {
        let canonical = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => canonical(folder).join(name),
            _ => canonical(path),
        };
        let name = canonical.strip_prefix(&self.root).ok()?;
        Some(name.components().map(|part| part.as_str()).collect::<Vec<_>>().join("/"))
    }

    /// The commit of a revision, if it exists.
    fn commit(&self, revision: &str) -> Option<String> {
        let revision = format!("{revision}^{{commit}}");
        let found = git(&self.root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &revision]);
        let commit = found.ok()?.trim().to_owned();
        commit.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(commit)
    }

    fn is_branch(&self, name: &str) -> bool {
        ["refs/heads/", "refs/remotes/", ""].into_iter().any(|begin| {
            let reference = format!("{begin}{name}");
            let is_one = ["refs/heads/", "refs/remotes/"].iter().any(|kind| reference.starts_with(kind));
            is_one && git(&self.root, &["show-ref", "--verify", "--quiet", "--", &reference]).is_ok()
        })
    }

    /// The document of a revision; for a branch, at its merge base with `with`, if git finds one.
    fn read(&self, word: &str, with: Option<&str>, document: &Utf8Path) -> Result<(String, Source), Error> {
        let unknown = || Error::NoSource { word: word.to_owned() };
        let tip = self.commit(word).ok_or_else(unknown)?;
        let other = with.and_then(|other| self.commit(other)).filter(|_| self.is_branch(word));
        let base = other.and_then(|other| {
            let base = git(&self.root, &["merge-base", &tip, &other]).ok()?;
            Some(base.lines().next()?.to_owned())
        });
        let merge_base = base.is_some();
        let commit = base.unwrap_or(tip);
        let file = self.name(document).ok_or_else(unknown)?;
        let object = format!("{commit}:{file}");
        let text =
            git(&self.root, &["show", "--no-textconv", "--end-of-options", &object]).map_err(|_| {
                Error::NotCommitted { revision: word.to_owned(), commit: commit.clone(), file: file.clone() }
            })?;
        Ok((text, Source::Revision { revision: word.to_owned(), commit, merge_base, file }))
    }
}

/// Reads the document that an argument refers to. `document` is the path of the package's own document, and
/// `with` the revision on the other side.
pub(crate) fn read<E: From<Error>>(
    word: &str,
    with: Option<&str>,
    document: impl FnOnce() -> Result<Utf8PathBuf, E>,
) -> Result<(String, Source), E> {
    if is_file(word) {
        let text = files::read(Utf8Path::new(word)).map_err(Error::from)?;
        return Ok((text, Source::File { file: word.to_owned() }));
    }
    let document = document()?;
    let folder = document.parent().unwrap_or(Utf8Path::new("."));
    Ok(Repository::around(folder)?.read(word, with, &document)?)
}

/// Whether the argument is the name of an existing file.
pub(crate) fn is_file(word: &str) -> bool {
    Utf8Path::new(word).is_file()
}

/// The path without links, as git uses it.
fn canonical(path: &Utf8Path) -> Utf8PathBuf {
    path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned())
}

/// Runs git and returns its output.
fn git(folder: &Utf8Path, arguments: &[&str]) -> Result<String, Error> {
    let failed = |reason: String| Error::Git { reason };
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(format!("it did not start: {error}")))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("its output is not UTF-8".to_owned()))
}

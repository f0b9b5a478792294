//! `routegen new`: makes a project, and prints the commands to run next.

use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::paths::{absolute, shown};
use crate::{
    app::{args::NewArgs, error::Error},
    new::{self, Project, Request, Rooted, Template},
    output::{printer::Printer, shell::quoted, words::plural},
};

pub(super) fn run(args: &NewArgs, printer: &Printer) -> Result<(), Error> {
    let folder = absolute(&args.path)?;
    let clone = args.routegen_path.as_ref().map(|path| {
        let rooted = if path.is_absolute() { Rooted::Yes } else { Rooted::No };
        absolute(path).map(|path| (path, rooted))
    });
    let request = Request {
        folder: folder.clone(),
        name: args.name.clone(),
        template: args.template,
        vcs: args.vcs,
        clone: clone.transpose()?,
    };
    let project = new::create(&request)?;
    Ok(printer.outcome(&Created::new(folder, args.template, project))?)
}

#[derive(Serialize)]
struct Created {
    package: String,
    template: Template,
    folder: Utf8PathBuf,
    /// Relative to the folder.
    files: Vec<Utf8PathBuf>,
    /// Whether the project is now in a git repository of its own.
    repository: bool,
    /// The Cargo.toml of the workspace that the project joined.
    workspace: Option<Utf8PathBuf>,
    #[serde(skip)]
    is_new_member: bool,
    next: String,
}

impl Created {
    fn new(folder: Utf8PathBuf, template: Template, project: Project) -> Self {
        let next = match &*shown(&folder) {
            "" => "routegen dev".to_owned(),
            folder => format!("cd {} && routegen dev", quoted(folder)),
        };
        let Project { package, files, has_repository, workspace, is_new_member } = project;
        Self { package, template, folder, files, repository: has_repository, workspace, is_new_member, next }
    }
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = plural(self.files.len(), "1 file", "files");
        writeln!(f, "{}: {}, {files}\n", self.package, self.template.as_str())?;
        for file in &self.files {
            writeln!(f, "  {}", shown(&self.folder.join(file)))?;
        }
        writeln!(f)?;
        if let Some(workspace) = &self.workspace {
            let added = if self.is_new_member { "is now a member" } else { "is a member" };
            writeln!(f, "Member  `{}` {added} of the workspace of {}", self.package, shown(workspace))?;
        }
        if self.repository {
            writeln!(f, "Git     a new repository")?;
        }
        writeln!(f, "Next:   {}", self.next)
    }
}

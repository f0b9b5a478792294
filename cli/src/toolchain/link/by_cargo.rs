//! Makes cargo build the programs, as programs of the user's package.
//!
//! In: the call that built the libraries, to be repeated, and the programs. Out: the programs in their
//! places. Cargo then does everything that it does for a program, such as link arguments of build scripts
//! (`cargo:rustc-link-arg`), shared libraries, linkers and flags of any kind. This costs a second build,
//! which reuses the libraries.

use std::{collections::BTreeMap, io::BufReader, process::Stdio};

use cargo_metadata::{Message, TargetKind};

use super::{
    direct,
    mirror::{Mirror, Program},
    program::{Link, Linked},
};
use crate::{
    output::printer::Printer,
    project::workspace::RUNTIME,
    support,
    support::{files, interrupt},
    toolchain::{
        Error, Libraries,
        libraries::{CargoBuild, keep_apart},
        wrapper::{self, GENERATED},
    },
};

/// Builds all of these programs.
pub(super) fn link(
    libraries: &Libraries,
    build: &CargoBuild,
    links: &[Link<'_>],
    printer: &Printer,
) -> Result<Vec<Linked>, Error> {
    let runtime = libraries.name(RUNTIME);
    let programs: Vec<_> =
        links.iter().map(|link| Program { name: name(link), file: link.source_file() }).collect();
    for link in links {
        let mut source = link.source.to_owned();
        if runtime != RUNTIME {
            source = format!("extern crate {runtime} as routegen;\n{source}");
        }
        files::write_if_changed(&link.source_file(), source.as_bytes())?;
    }
    let mirror = Mirror::make(&build.workspace, &libraries.names, &programs)?;
    let workspace = mirror.workspace;
    let mut command = build.backend.build(&workspace);
    command.args(["--message-format=json-render-diagnostics", "--color", printer.color_word()]);
    for program in &programs {
        command.args(["--bin", &program.name]);
    }
    keep_apart(&mut command, &build.target);
    command.args(["--package", &workspace.package]);
    command.args(build.profile.arguments());
    command.args(workspace.options.resolution()).args(workspace.options.effort());
    if printer.quiet() {
        command.arg("--quiet");
    }
    wrapper::install(&mut command, &workspace, build.mode, &build.profile)?;
    printer.running(&command);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let (status, made) = interrupt::run(&mut command, |child| {
        let mut made = BTreeMap::new();
        if let Some(stdout) = child.stdout.take() {
            for message in Message::parse_stream(BufReader::new(stdout)) {
                let message = message.map_err(|error| support::Error::run("cargo", error))?;
                if let Message::CompilerArtifact(artifact) = message
                    && artifact.target.kind.contains(&TargetKind::Bin)
                    && let Some(program) = artifact.executable
                {
                    made.insert(artifact.target.name, program);
                }
            }
        }
        Ok(made)
    })?;
    if !status.success() {
        return Err(Error::Cargo { others: workspace.other_versions });
    }
    let linked = links.iter().zip(&programs).map(|(link, program)| {
        let made = made.get(&program.name).ok_or(Error::CargoSaidTooLittle)?;
        let place = link.program();
        let fresh = files::are_equal(made, &place);
        if !fresh {
            files::remove_if_exists(&direct::stamp_file(&place))?;
            files::remove_if_exists(&place)?;
            files::copy_new(made, &place)?;
        }
        Ok(Linked { program: place, fresh })
    });
    linked.collect()
}

/// The program's name for cargo, which no other program of the package has.
fn name(link: &Link<'_>) -> String {
    let letters = link.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' });
    letters.fold(GENERATED.to_owned(), |mut name, letter| {
        name.push(letter);
        name
    })
}

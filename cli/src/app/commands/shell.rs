//! Completion scripts for shells, and manual pages.
//!
//! In: clap's definition of the command line. Out: a completion script, or manual pages. Neither requires a
//! package.

use std::{collections::BTreeMap, fmt};

use camino::{Utf8Path, Utf8PathBuf};
use clap_complete::Shell;
use serde::Serialize;

use crate::{
    app::{args::Args, error::Error},
    output::printer::Printer,
    support,
    support::files,
};

/// Prints the completion script for a shell.
pub(super) fn completions(shell: Shell, printer: &Printer) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::commands(), "routegen", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(printer.outcome(&Completions { shell: shell.to_string(), script })?)
}

#[derive(Serialize)]
struct Completions {
    shell: String,
    script: String,
}

impl fmt::Display for Completions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.script)
    }
}

/// Writes a page for `routegen` and one for each of its subcommands.
pub(super) fn man(out: &Utf8Path, printer: &Printer) -> Result<(), Error> {
    let mut pages = BTreeMap::new();
    render(&Args::commands(), &mut pages).map_err(|error| support::Error::io("write", out, error))?;
    let pages: BTreeMap<_, _> = pages.into_iter().map(|(name, page)| (out.join(name), page)).collect();
    files::write_together(pages.iter().map(|(path, page)| (path.as_path(), page.as_slice())))?;
    Ok(printer.outcome(&Pages { pages: pages.into_keys().collect() })?)
}

fn render(command: &clap::Command, pages: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    let name = command.get_display_name().unwrap_or(command.get_name());
    pages.insert(format!("{name}.1"), page);
    let commands = command.get_subcommands().filter(|command| command.get_name() != "help");
    commands.filter(|command| !command.is_hide_set()).try_for_each(|command| render(command, pages))
}

#[derive(Serialize)]
struct Pages {
    pages: Vec<Utf8PathBuf>,
}

impl fmt::Display for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pages.iter().try_for_each(|page| writeln!(f, "{page}"))
    }
}

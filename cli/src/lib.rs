//! The commands `routegen …`: from a crate with annotated handlers to Lambda artifacts and Terraform.
//!
//! The flow is one way, and each room is a folder: [`project`] finds the package and its configuration,
//! [`routes`] reads its routes, [`check`] makes the only thing that may be built or emitted, [`artifacts`]
//! and [`terraform`] make it, [`contract`] describes it, and [`dev`] runs it on this machine; [`new`] makes a
//! package to begin with. [`toolchain`] calls cargo and rustc, [`output`] prints, and all of them build on
//! [`support`]. Only [`app`] puts them together.

#[cfg(not(unix))]
compile_error!("routegen runs on Linux and macOS; on Windows, install it in WSL");

mod app;
mod artifacts;
mod check;
mod contract;
mod dev;
mod new;
mod output;
mod project;
mod routes;
mod support;
mod terraform;
mod toolchain;

use std::{ffi::OsString, process::ExitCode};

use miette::Diagnostic as _;

use crate::{
    app::{args::Args, commands, error::Error},
    output::printer::Printer,
    support::interrupt,
    toolchain::wrapper,
};

/// Runs the command line `args`, which begins with the program's name.
///
/// The exit code is 0 for success, 1 for an error that has been reported, 2 for a command line that clap
/// refuses, and 130 if the user interrupted. When cargo calls this program in place of rustc, it is rustc's
/// exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = wrapper::main(&args) {
        return code;
    }
    let args = match Args::read(args) {
        Ok(args) => args,
        Err(error) => {
            // Help and version go to stdout with code 0, mistakes to stderr with code 2. A closed pipe is the
            // reader's choice.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let printer = Printer::new(&args.output);
    match interrupt::listen().map_err(Error::from).and_then(|()| commands::run(&args, &printer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // After an interruption, whatever failed is a consequence of it and needs no report.
            let error = interrupt::check().map_or_else(Error::from, |()| error);
            printer.error(&error);
            if error.code().is_some_and(|code| code.to_string() == support::Error::INTERRUPTED) {
                ExitCode::from(interrupt::EXIT_CODE)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

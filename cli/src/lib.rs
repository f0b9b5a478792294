//! The commands `routegen …`: from a crate with annotated handlers to Lambda artifacts and Terraform.
//!
//! The flow is one way, and each room is a folder: [`project`] finds the package and its configuration, [`routes`] reads its routes,
//! [`check`] makes the only thing that may be built or emitted, [`artifacts`] and [`terraform`] make it, [`contract`] describes it, and
//! [`dev`] runs it on this machine; [`new`] makes a package to begin with. [`toolchain`] calls cargo and rustc, [`output`] prints, and all stand on [`support`]. Only [`app`] puts them together.

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

use clap::Parser as _;
use miette::Diagnostic as _;

use crate::{
    app::{args::Args, commands, error::Error},
    output::printer::Printer,
    support::interrupt,
    toolchain::wrapper,
};

/// Runs the command line `args`, the program's name first.
///
/// The exit code is 0 for success, 1 for an error that has been reported, 2 for a command line that clap refuses, and
/// 130 where the user interrupted.
/// Called by cargo in the place of rustc, it is rustc's.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = wrapper::main(&args) {
        return code;
    }
    let args = match Args::try_parse_from(args).and_then(Args::validate) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are printed to stdout with code 0, mistakes to stderr with code 2. A closed pipe is
            // the reader's choice.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let printer = Printer::new(&args.output);
    match interrupt::listen().map_err(Error::from).and_then(|()| commands::run(&args, &printer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whatever failed because the user wanted it to end is no news.
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

//! The commands `routegen …`: from a crate with annotated handlers to Lambda artifacts and Terraform.
//!
//! The flow is one way, and every stage is one folder or file: [`workspace`] finds the package, [`registry`] reads its
//! routes, [`entries`] and [`sources`] compare them with what was compiled and with what the files show, [`config`]
//! adds `routegen.toml`, [`check`] makes the only thing that may be built or emitted, and [`build`] and [`terraform`]
//! make it. [`inspect`] reads what was made, by the [`note`] that is in it. Only [`commands`] puts stages together;
//! [`cargo`] and [`files`] are what several of them stand on, and [`target`] has words that they share.

mod args;
mod build;
mod cargo;
mod cargo_options;
mod check;
mod commands;
mod config;
mod entries;
mod error;
mod files;
mod hash;
mod inspect;
mod interrupt;
mod json;
mod local;
mod note;
mod printer;
mod registry;
mod report;
mod shell;
mod sources;
mod target;
mod terraform;
mod timings;
mod verify;
mod watch;
mod workspace;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser as _;

use crate::{args::Args, error::Error, printer::Printer};

/// Runs the command line `args`, the program's name first.
///
/// The exit code is 0 for success, 1 for an error that has been reported, 2 for a command line that clap refuses, and
/// 130 where the user interrupted.
/// Called by cargo in the place of rustc, it is rustc's.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = cargo::wrapper::main(&args) {
        return code;
    }
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are printed to stdout with code 0, mistakes to stderr with code 2. A closed pipe is
            // the reader's choice.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let printer = Printer::new(&args.output);
    match interrupt::listen().and_then(|()| commands::run(&args, &printer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whatever failed because the user wanted it to end is no news.
            let error = interrupt::check().err().unwrap_or(error);
            printer.error(&error);
            if matches!(error, Error::Interrupted) {
                ExitCode::from(interrupt::EXIT_CODE)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

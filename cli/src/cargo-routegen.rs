//! The command `cargo routegen`. Cargo looks for a program of this name, and repeats the subcommand's name in
//! its arguments.
//!
//! It runs the `routegen` that is installed beside it, and links none of its code.

use std::{
    env,
    ffi::OsString,
    io,
    os::unix::process::CommandExt as _,
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    let mut args: Vec<_> = env::args_os().skip(1).collect();
    if args.first().is_some_and(|word| word == "routegen") {
        args.remove(0);
    }
    let error = become_routegen(&args).unwrap_or_else(|error| error);
    #[expect(clippy::print_stderr, reason = "there is no printer here")]
    {
        eprintln!("error: the program `routegen` beside `cargo-routegen` does not run: {error}");
        eprintln!("  help: install both: `cargo install routegen-cli`");
    }
    ExitCode::FAILURE
}

/// Returns only on failure, with the reason why the other program could not run.
fn become_routegen(args: &[OsString]) -> io::Result<io::Error> {
    // This program may be reached through a link in another folder.
    let program = env::current_exe()?.canonicalize()?;
    Ok(Command::new(program.with_file_name("routegen")).args(args).exec())
}

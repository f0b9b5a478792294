//! The command `cargo routegen`: cargo looks for a program of this name, and repeats the subcommand's name in its arguments.
//!
//! It runs the `routegen` beside it, with which it is installed, and links nothing of it.

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

/// What kept it from becoming the other program.
fn become_routegen(args: &[OsString]) -> io::Result<io::Error> {
    // A link to this program may be in another folder than the two programs.
    let program = env::current_exe()?.canonicalize()?;
    Ok(Command::new(program.with_file_name("routegen")).args(args).exec())
}

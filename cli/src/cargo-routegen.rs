//! The command `cargo routegen`: cargo looks for a program of this name, and repeats the subcommand's name in its arguments.
//!
//! It runs the `routegen` beside it, with which it is installed, and links nothing of it.

use std::{
    env, io,
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    let mut args: Vec<_> = env::args_os().skip(1).collect();
    if args.first().is_some_and(|word| word == "routegen") {
        args.remove(0);
    }
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "there is no printer here")]
            {
                eprintln!("error: the program `routegen` beside `cargo-routegen` does not run: {error}");
                eprintln!("  help: install both: `cargo install routegen-cli`");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[std::ffi::OsString]) -> io::Result<ExitCode> {
    // A link to this program may be in another folder than the two programs.
    let program = env::current_exe()?.canonicalize()?;
    let mut command = Command::new(program.with_file_name(format!("routegen{}", env::consts::EXE_SUFFIX)));
    command.args(args);
    #[cfg(unix)]
    return Err(std::os::unix::process::CommandExt::exec(&mut command));
    #[cfg(not(unix))]
    {
        let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
        Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
    }
}

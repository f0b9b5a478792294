//! The command `routegen`.

use std::process::ExitCode;

fn main() -> ExitCode {
    routegen_cli::main(std::env::args_os())
}

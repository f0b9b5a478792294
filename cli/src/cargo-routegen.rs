//! The command `cargo routegen`, which is `routegen` with one word more: cargo repeats the subcommand's name.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args: Vec<_> = std::env::args_os().collect();
    if args.get(1).is_some_and(|word| word == "routegen") {
        args.remove(1);
    }
    routegen_cli::main(args)
}

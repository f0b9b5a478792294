//! The commands, one file each. Only they combine stages, read the command line and print results.

mod api;
mod build;
mod check;
mod dev;
mod diff;
mod difference;
mod emit_tf;
mod grants;
mod inspect;
mod invoke;
mod new;
mod openapi;
mod package;
mod paths;
mod routes;
mod runnable;
mod shell;
mod size;
mod table;
mod token;

use self::api::{Api, lock};
use crate::{
    app::{
        args::{Args, Command, TargetArgs},
        error::Error,
    },
    output::printer::Printer,
    project::{
        cargo_options::{CargoOptions, Features, Lock},
        config::Config,
        workspace::Workspace,
    },
    support::timings::Step,
};

pub(crate) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let selection = &args.selection;
    let load = || {
        Ok(Workspace::load(selection.package.as_deref(), selection.manifest_path.as_deref(), options(args))?)
    };
    let with_api = |command: &dyn Fn(&Api<'_>) -> Result<(), Error>| {
        let workspace = printer.stopwatch.time(Step::Workspace, "", load)?;
        let _lock = lock(&workspace, printer)?;
        let TargetArgs { arch, compiler, backend } = args.command.target();
        let config = Config::load(&workspace.package_root)?.overruled(arch, compiler, backend);
        let workspace = workspace.linked_by(config.linking())?;
        command(&Api { workspace, config, printer })
    };
    match &args.command {
        Command::Routes { grants } => {
            with_api(&|api| if *grants { grants::run(api) } else { routes::run(api) })
        }
        Command::Check => with_api(&check::run),
        Command::Build(args) => with_api(&|api| build::run(api, args)),
        Command::OpenApi(openapi) => with_api(&|api| openapi::run(api, openapi, args.output.format)),
        Command::Diff(diff) => diff::run(diff, args.output.format, &load, &with_api, printer),
        Command::EmitTf(emit) => with_api(&|api| emit_tf::run(api, emit, args.output.format)),
        Command::Package { out, tf_out, effort, .. } => {
            with_api(&|api| package::run(api, out.as_deref(), tf_out.as_deref(), effort))
        }
        Command::Dev(args) => dev::run(args, &load, printer),
        Command::Token(args) => token::run(args, &load()?, printer),
        Command::Invoke(args) => invoke::run(args, &load()?, printer),
        Command::New(args) => new::run(args, printer),
        Command::Inspect { files, crates } => inspect::run(files, *crates, load, printer),
        Command::Completions { shell } => shell::completions(*shell, printer),
        Command::Man { out } => shell::man(out, printer),
    }
}

/// Translates the arguments into cargo's options.
fn options(args: &Args) -> CargoOptions {
    let (features, cargo) = (&args.features, &args.cargo);
    let effort = args.command.effort();
    CargoOptions {
        features: Features {
            names: features.names.clone(),
            all: features.all,
            no_default: features.no_default,
        },
        lock: Lock { locked: cargo.locked, offline: cargo.offline, frozen: cargo.frozen },
        profile: cargo.profile.clone(),
        jobs: effort.and_then(|effort| effort.jobs),
        timings: effort.is_some_and(|effort| effort.timings),
    }
}

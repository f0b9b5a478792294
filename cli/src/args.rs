//! The command line as it is typed. It is turned into calls by `commands`; nothing else reads it.

use std::num::NonZero;

use camino::Utf8PathBuf;
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// From annotated Rust handlers to Lambda artifacts and Terraform.
#[derive(Debug, Parser)]
#[command(name = "routegen", bin_name = "routegen", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists the routes; with `--format json`, the manifest
    Routes,
    /// Checks the routes against AWS's rules and limits, and builds nothing
    Check,
    /// Builds one zip for each Lambda function
    Build(BuildArgs),
    /// Writes the Terraform module, and a root that calls it where there is none
    EmitTf {
        /// Folder for the Terraform [default: terraform, beside the package]
        #[arg(long, value_name = "DIR")]
        out: Option<Utf8PathBuf>,
        /// Folder with the zips, which a new root refers to [default: target/routegen/lambda]
        #[arg(long, value_name = "DIR")]
        artifacts: Option<Utf8PathBuf>,
    },
    /// Does check, build and emit-tf in one go
    Package {
        /// Folder for the zips [default: target/routegen/lambda]
        #[arg(long, value_name = "DIR")]
        out: Option<Utf8PathBuf>,
        /// Folder for the Terraform [default: terraform, beside the package]
        #[arg(long, value_name = "DIR")]
        tf_out: Option<Utf8PathBuf>,
        #[command(flatten)]
        effort: Effort,
    },
}

#[derive(ClapArgs, Debug)]
pub(crate) struct BuildArgs {
    /// Folder for the zips [default: target/routegen/lambda]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<Utf8PathBuf>,
    /// Builds only this function, by its name or its route's [may be repeated]
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) only: Vec<String>,
    /// Names of the zips
    #[arg(long, value_enum, default_value_t = Layout::Flat)]
    pub(crate) layout: Layout,
    #[command(flatten)]
    pub(crate) effort: Effort,
}

/// What a build may use, and what it tells of that.
#[derive(ClapArgs, Debug)]
pub(crate) struct Effort {
    /// How many compilers, links and zips run at once [default: one for each core]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
    /// Tells how long each step took; cargo writes its own report too
    #[arg(long)]
    pub(crate) timings: bool,
}

impl Effort {
    /// The same for cargo.
    pub(crate) fn cargo_flags(&self) -> Vec<String> {
        let jobs = self.jobs.map(|jobs| format!("--jobs={jobs}"));
        let timings = self.timings.then(|| "--timings".to_owned());
        jobs.into_iter().chain(timings).collect()
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Layout {
    /// get-items.zip
    Flat,
    /// get-items/bootstrap.zip, by default in target/lambda
    CargoLambda,
}

/// Which package is meant.
#[derive(ClapArgs, Debug)]
pub(crate) struct Selection {
    /// Package with the routes [default: the one here, or the only one with routes]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// Path of the package's or workspace's Cargo.toml
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) manifest_path: Option<Utf8PathBuf>,
}

/// How the outcome is told.
#[derive(ClapArgs, Debug)]
pub(crate) struct Output {
    /// Form of what goes to stdout
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Says nothing but errors and the outcome
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Says which commands run
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

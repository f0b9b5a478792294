//! The command line as it is typed. It is turned into calls by `commands`; nothing else reads it.

use camino::Utf8PathBuf;
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::target::{Architecture, Compiler};

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
    Build {
        /// Folder for the zips [default: target/routegen/lambda]
        #[arg(long, value_name = "DIR")]
        out: Option<Utf8PathBuf>,
        #[command(flatten)]
        target: Target,
    },
    /// Writes the Terraform module, and a root that calls it where there is none
    EmitTf {
        /// Folder for the Terraform [default: terraform, beside the package]
        #[arg(long, value_name = "DIR")]
        out: Option<Utf8PathBuf>,
        /// Folder with the zips, which a new root refers to [default: target/routegen/lambda]
        #[arg(long, value_name = "DIR")]
        artifacts: Option<Utf8PathBuf>,
        /// What the functions run on [default: routegen.toml's, else this machine's]
        #[arg(long, value_enum)]
        arch: Option<Architecture>,
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
        target: Target,
    },
}

/// What artifacts are built for, and with what.
#[derive(ClapArgs, Clone, Copy, Debug, Default)]
pub(crate) struct Target {
    /// What the functions run on [default: routegen.toml's, else this machine's]
    #[arg(long, value_enum)]
    pub(crate) arch: Option<Architecture>,
    /// What compiles the artifacts [default: routegen.toml's, else cargo for this machine's architecture on Linux, else
    /// the first of cargo-zigbuild and cargo that is ready]
    #[arg(long, value_enum)]
    pub(crate) compiler: Option<Compiler>,
}

impl Command {
    /// What the command line says about the artifacts.
    pub(crate) fn target(&self) -> Target {
        match self {
            Self::Routes | Self::Check => Target::default(),
            Self::Build { target, .. } | Self::Package { target, .. } => *target,
            Self::EmitTf { arch, .. } => Target { arch: *arch, compiler: None },
        }
    }
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

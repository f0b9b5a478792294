//! How a command prints: what the flags of every command say about it.

use clap::{ArgAction, Args, ValueEnum};

/// How the outcome is told.
#[derive(Args, Debug)]
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
    /// The document of `openapi` as YAML
    Yaml,
    /// What `diff` finds as annotations of GitHub Actions
    Github,
    /// What it finds as SARIF, for code scanning
    Sarif,
    /// What it finds as a comment on a pull request
    Markdown,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

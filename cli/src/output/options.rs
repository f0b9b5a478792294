//! How a command prints: the flags that every command has.

use clap::{ArgAction, Args, ValueEnum};

/// How a command prints.
#[derive(Args, Debug)]
pub(crate) struct Output {
    /// Format of stdout
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Print only errors and the result
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print the commands that run
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// YAML, for `openapi`
    Yaml,
    /// GitHub Actions annotations, for `diff`
    Github,
    /// SARIF for code scanning, for `diff`
    Sarif,
    /// A pull request comment, for `diff`
    Markdown,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

//! Everything that is printed goes through here: the outcome to stdout, all talk to stderr.

use std::{fmt::Display, io::Write as _};

use anstream::{AutoStream, ColorChoice};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use owo_colors::OwoColorize as _;
use serde::Serialize;

use crate::args::{Color, Format, Output};

#[derive(Debug)]
pub(crate) struct Printer {
    color: Color,
    format: Format,
    quiet: bool,
    verbose: bool,
}

impl Printer {
    pub(crate) fn new(output: &Output) -> Self {
        Self { color: output.color, format: output.format, quiet: output.quiet, verbose: output.verbose }
    }

    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// What to hand on to cargo, so that it colours as this program does.
    pub(crate) fn color_word(&self) -> &'static str {
        match self.color {
            Color::Auto => "auto",
            Color::Always => "always",
            Color::Never => "never",
        }
    }

    /// The outcome of a command: text for people, or the very same value as JSON for programs.
    pub(crate) fn outcome<T: Display + Serialize>(&self, value: &T) {
        let text = match self.format {
            Format::Text => value.to_string(),
            Format::Json => serde_json::to_string_pretty(value).unwrap_or_default() + "\n",
        };
        // Whoever closed the pipe has read enough.
        let _ = AutoStream::new(std::io::stdout(), self.choice()).write_all(text.as_bytes());
    }

    /// A step that has been taken, in cargo's manner: `      Linked get-items`.
    pub(crate) fn step(&self, verb: &str, message: impl Display) {
        if !self.quiet {
            self.talk(&format!("{:>12} {message}\n", verb.green().bold()));
        }
    }

    /// A command that is about to run, with `--verbose`.
    pub(crate) fn running(&self, command: &std::process::Command) {
        if self.verbose {
            self.talk(&format!("{:>12} `{command:?}`\n", "Running".green().bold()));
        }
    }

    /// Something that works and should be looked at all the same.
    pub(crate) fn warning(&self, diagnostic: &dyn Diagnostic) {
        if !self.quiet {
            self.report(diagnostic);
        }
    }

    pub(crate) fn error(&self, diagnostic: &dyn Diagnostic) {
        self.report(diagnostic);
    }

    fn report(&self, diagnostic: &dyn Diagnostic) {
        let mut text = String::new();
        let colored = !matches!(self.choice(), ColorChoice::Never)
            && (self.color == Color::Always || anstream::stderr().is_terminal());
        let theme = if colored { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        // Wide enough not to break a path or a command in two: those are there to be copied.
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(120)
            .with_break_words(false)
            .with_links(false);
        if handler.render_report(&mut text, diagnostic).is_err() {
            text = format!("error: {diagnostic}\n");
        }
        self.talk(&text);
    }

    fn talk(&self, text: &str) {
        let _ = AutoStream::new(std::io::stderr(), self.choice()).write_all(text.as_bytes());
    }

    fn choice(&self) -> ColorChoice {
        match self.color {
            Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => {
                ColorChoice::Never
            }
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

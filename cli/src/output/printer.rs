//! All output goes through here: results to stdout, progress and diagnostics to stderr.
//!
//! Text from outside is made printable ([`printable`]) where it becomes part of a message, before styles are
//! added. As a second line of defence, this file lets only styles, tabs and line feeds through to the
//! terminal, and escapes all other control characters.

use std::{
    borrow::Cow,
    fmt::Display,
    io::{ErrorKind, Write as _},
    sync::{Mutex, PoisonError},
};

use anstream::{AutoStream, ColorChoice};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use owo_colors::OwoColorize as _;
use routegen_spec::{printable, printable_lines};
use serde::Serialize;

use super::{
    options::{Color, Format, Output},
    report::Shown,
};
use crate::support::{Error, json, timings::Stopwatch};

/// Up to this number of functions, each has a line of its own; nobody would read hundreds of lines.
const FEW: usize = 20;

#[derive(Debug)]
pub(crate) struct Printer {
    color: Color,
    format: Format,
    quiet: bool,
    /// Whether it is the printer for repeated work.
    hushed: bool,
    verbose: bool,
    /// The moving display on a terminal. Lines are printed above it.
    moving: MultiProgress,
    /// Measures how long steps take.
    pub(crate) stopwatch: Stopwatch,
}

impl Printer {
    pub(crate) fn new(output: &Output) -> Self {
        // Only a terminal has a moving display, and not with `--quiet` or `--verbose`.
        let target = if output.quiet || output.verbose {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self {
            color: output.color,
            format: output.format,
            quiet: output.quiet,
            hushed: false,
            verbose: output.verbose,
            moving: MultiProgress::with_draw_target(target),
            stopwatch: Stopwatch::default(),
        }
    }

    /// Whether only errors are printed.
    pub(crate) fn quiet(&self) -> bool {
        self.quiet || self.hushed
    }

    /// The value of cargo's `--color` that matches this program.
    pub(crate) fn color_word(&self) -> &'static str {
        match self.color {
            Color::Auto => "auto",
            Color::Always => "always",
            Color::Never => "never",
        }
    }

    /// Prints the result of a command: text for people, or the same value as JSON for programs. Returns an
    /// error if it cannot be written, for example because the disk is full.
    pub(crate) fn outcome<T: Display + Serialize>(&self, value: &T) -> Result<(), Error> {
        let text = match self.format {
            Format::Json => json::text(value),
            _ => value.to_string(),
        };
        self.out(&text)
    }

    /// Prints a file to stdout: as it is, whatever the output format.
    pub(crate) fn file(&self, text: &str) -> Result<(), Error> {
        self.out(text)
    }

    fn out(&self, text: &str) -> Result<(), Error> {
        let mut stdout = AutoStream::new(std::io::stdout(), self.choice());
        match stdout.write_all(styled(text).as_bytes()).and_then(|()| stdout.flush()) {
            // The reader has closed the pipe, and so has read enough.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::io("write", "stdout", error)),
            _ => Ok(()),
        }
    }

    /// Prints one of many events on stdout while a command runs: text for people, or a line of JSON for
    /// programs.
    pub(crate) fn event<T: Display + Serialize>(&self, value: &T) -> Result<(), Error> {
        self.out(&self.line(value))
    }

    /// Prints a function's output, beside the result.
    pub(crate) fn aside<T: Display + Serialize>(&self, value: &T) {
        self.talk(&self.line(value));
    }

    fn line<T: Display + Serialize>(&self, value: &T) -> String {
        match self.format {
            Format::Json => json::line(value),
            _ => value.to_string(),
        }
    }

    /// The same printer for repeated work: it only prints errors, and reasons to wait.
    pub(crate) fn hushed(&self) -> Self {
        let moving = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        Self { hushed: true, moving, stopwatch: Stopwatch::default(), ..*self }
    }

    /// Shows the progress of functions: a bar on a terminal, lines everywhere else.
    pub(crate) fn progress(&self, functions: usize) -> Progress<'_> {
        let bar = self.moving.add(ProgressBar::new(functions as u64));
        let style = ProgressStyle::with_template("{prefix:>12} [{bar:24}] {pos}/{len}{msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        bar.set_prefix("Packing");
        Progress { printer: self, bar, each: functions <= FEW || self.verbose, counts: Mutex::default() }
    }

    /// Prints a finished step in cargo's style: `      Linked get-items`.
    pub(crate) fn step(&self, verb: &str, message: impl Display) {
        if !self.hushed {
            self.wait(verb, message);
        }
    }

    /// The same for a step that waits for something, to explain the wait.
    pub(crate) fn wait(&self, verb: &str, message: impl Display) {
        if !self.quiet {
            self.talk(&format!("{:>12} {}\n", verb.green().bold(), printable(&message.to_string())));
        }
    }

    /// Prints a command that is about to run, with `--verbose`.
    pub(crate) fn running(&self, command: &std::process::Command) {
        if self.verbose {
            let command = format!("{command:?}");
            self.talk(&format!("{:>12} `{}`\n", "Running".green().bold(), printable(&command)));
        }
    }

    /// Prints a warning: something that works but deserves a look.
    pub(crate) fn warning(&self, diagnostic: &dyn Diagnostic) {
        if !self.quiet() {
            self.report(diagnostic);
        }
    }

    pub(crate) fn error(&self, diagnostic: &dyn Diagnostic) {
        self.report(diagnostic);
    }

    fn report(&self, diagnostic: &dyn Diagnostic) {
        let diagnostic = Shown::new(diagnostic);
        let mut text = String::new();
        let colored = !matches!(self.choice(), ColorChoice::Never)
            && (self.color == Color::Always || anstream::stderr().is_terminal());
        let theme = if colored { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        // Wide enough not to break paths and commands, which people copy.
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(120)
            .with_break_words(false)
            .with_links(false);
        if handler.render_report(&mut text, &diagnostic).is_err() {
            text = format!("error: {diagnostic}\n");
        }
        self.talk(&text);
    }

    fn talk(&self, text: &str) {
        self.moving.suspend(|| {
            let _ = AutoStream::new(std::io::stderr(), self.choice()).write_all(styled(text).as_bytes());
        });
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

/// The text without control characters except styles (`ESC [ 1 ; 32 m`), tabs and line feeds.
fn styled(text: &str) -> Cow<'_, str> {
    let mut parts = text.split('\u{1b}');
    let mut shown = printable_lines(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !matches!(c, '[' | ';' | '0'..='9')).unwrap_or(part.len());
        let is_style = part.starts_with('[') && part[end..].starts_with('m') && !part[1..end].contains('[');
        let shown = shown.to_mut();
        shown.push_str(if is_style { "\u{1b}" } else { r"\u{1b}" });
        shown.push_str(&printable_lines(part));
    }
    shown
}

/// The progress of a build's functions.
#[derive(Debug)]
pub(crate) struct Progress<'a> {
    printer: &'a Printer,
    bar: ProgressBar,
    /// Whether each function has a line.
    each: bool,
    counts: Mutex<Counts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    linked: usize,
    zipped: usize,
}

impl Progress<'_> {
    /// A function has been linked.
    pub(crate) fn linked(&self, function: &str) {
        self.count(|counts| counts.linked += 1);
        if self.each {
            self.printer.step("Linked", function);
        }
    }

    /// A function has been zipped.
    pub(crate) fn zipped(&self) {
        self.count(|counts| counts.zipped += 1);
    }

    /// A function needs no more work.
    pub(crate) fn done(&self) {
        self.bar.inc(1);
    }

    fn count(&self, add: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut counts);
        self.bar.set_message(format!(": {} linked, {} zipped", counts.linked, counts.zipped));
    }

    /// Removes the bar, and prints a summary if functions have no lines of their own.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
        let Counts { linked, zipped } = self.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let functions = self.bar.length().unwrap_or_default();
        if !self.each && linked + zipped > 0 {
            self.printer.step("Linked", format!("{linked} of {functions} functions, and zipped {zipped}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_a_terminal_obeys_only_styles_leave() {
        let style = format!("{} {}", "a".green().bold(), "b".red());
        assert_eq!(styled(&style), style);
        for (text, shown) in [
            ("plain\tä\n", "plain\tä\n"),
            ("\u{1b}]52;c;Zm9v\u{7}", r"\u{1b}]52;c;Zm9v\u{7}"),
            ("\u{1b}[2J\u{1b}[1;32mx\u{1b}[0m\u{1b}", "\\u{1b}[2J\u{1b}[1;32mx\u{1b}[0m\\u{1b}"),
            ("\u{1b}[[m\u{1b}[38:5m", r"\u{1b}[[m\u{1b}[38:5m"),
            ("\u{9b}31m\r\u{202e}", r"\u{9b}31m\u{d}\u{202e}"),
        ] {
            assert_eq!(styled(text), shown);
        }
    }
}

//! One command of a task. It is printed and run; if it fails, the task ends.

use std::{
    env,
    ffi::OsStr,
    fmt,
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use crate::environment::repository;

/// Why a task ended, for the user.
pub(crate) struct Failed(pub(crate) String);

/// A command that runs in the repository, without input.
pub(crate) struct Step(Command);

impl Step {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(repository()).stdin(Stdio::null());
        Self(command)
    }

    /// The cargo that runs this task, with arguments separated by spaces.
    pub(crate) fn cargo(arguments: &str) -> Self {
        Self::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).arguments(arguments.split(' '))
    }

    pub(crate) fn arguments(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.0.args(arguments);
        self
    }

    pub(crate) fn directory(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it, and passes its stdout on line by line, both to this program's stdout and to `hear`.
    pub(crate) fn run_and_hear(mut self, mut hear: impl FnMut(&str)) -> Result<(), Failed> {
        eprintln!("\n> {self}");
        let shown = self.to_string();
        let cannot = |error| Failed(format!("{shown} cannot be run: {error}"));
        let mut process = self.0.stdout(Stdio::piped()).spawn().map_err(cannot)?;
        let Some(stdout) = process.stdout.take() else { return Ok(()) };
        let mut own = io::stdout();
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            hear(&String::from_utf8_lossy(&line));
            // If no one reads the output any more, the result may still matter.
            let _ = own.write_all(&line).and_then(|()| own.write_all(b"\n"));
        }
        let status = process.wait().map_err(cannot)?;
        if status.success() { Ok(()) } else { Err(Failed(format!("failed: {shown} ({status})"))) }
    }

    pub(crate) fn run(mut self) -> Result<(), Failed> {
        eprintln!("\n> {self}");
        let status = self.0.status().map_err(|error| Failed(format!("{self} cannot be run: {error}")))?;
        if status.success() { Ok(()) } else { Err(Failed(format!("failed: {self} ({status})"))) }
    }
}

/// As a user would type it, without the path of the program.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = Path::new(self.0.get_program());
        write!(f, "{}", program.file_name().unwrap_or(program.as_os_str()).display())?;
        for argument in self.0.get_args() {
            write!(f, " {}", argument.display())?;
        }
        Ok(())
    }
}

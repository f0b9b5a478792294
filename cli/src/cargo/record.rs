//! How cargo called rustc for a library: written by the wrapper beside the library, read when something is linked
//! to it.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

/// One call of rustc.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Record {
    pub(super) rustc: String,
    pub(super) arguments: Vec<String>,
}

impl Record {
    /// Writes the record of a call that compiles a library. Other calls (probes, build scripts) are not recorded.
    pub(super) fn write(&self) -> std::io::Result<()> {
        let Some(path) = self.path() else { return Ok(()) };
        std::fs::write(path, serde_json::to_vec(self)?)
    }

    /// The record of the library whose metadata cargo wrote to `rmeta`.
    pub(super) fn read(rmeta: &Utf8Path) -> Option<Self> {
        let stem = rmeta.file_stem()?.strip_prefix("lib")?;
        let json = std::fs::read(rmeta.with_file_name(format!("{stem}.rustc.json"))).ok()?;
        serde_json::from_slice(&json).ok()
    }

    fn path(&self) -> Option<Utf8PathBuf> {
        let pairs = || self.arguments.iter().zip(self.arguments.iter().skip(1));
        let value = |option: &str| pairs().find(|(word, _)| *word == option).map(|(_, value)| value);
        // A library may also be a `cdylib` for other uses.
        let is_library =
            pairs().any(|(word, value)| word == "--crate-type" && (value == "lib" || value == "rlib"));
        if !is_library {
            return None;
        }
        let extra = self.arguments.iter().find_map(|argument| argument.strip_prefix("extra-filename="));
        let stem = format!("{}{}", value("--crate-name")?, extra.unwrap_or_default());
        Some(Utf8Path::new(value("--out-dir")?).join(format!("{stem}.rustc.json")))
    }
}

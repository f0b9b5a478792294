//! How cargo called rustc for a library. The wrapper writes it beside the library; it is read for a link to
//! the library.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::support::{Error, files};

/// One call of rustc.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Record {
    pub(super) rustc: String,
    pub(super) arguments: Vec<String>,
}

impl Record {
    /// Writes the record of a call that compiles a library. Other calls, such as probes and build scripts,
    /// are not recorded.
    pub(super) fn write(&self) -> Result<(), Error> {
        let Some(path) = self.path() else { return Ok(()) };
        files::write_own(&path, &serde_json::to_vec(self).unwrap_or_default())
    }

    /// The record of the library that cargo wrote to `file`.
    pub(super) fn read(file: &Utf8Path) -> Option<Self> {
        let stem = file.file_stem()?.strip_prefix("lib")?;
        let json = files::read_own(&file.with_file_name(format!("{stem}.rustc.json")))?;
        serde_json::from_slice(&json).ok()
    }

    fn path(&self) -> Option<Utf8PathBuf> {
        let pairs = || self.arguments.iter().zip(self.arguments.iter().skip(1));
        let value = |option: &str| pairs().find(|(word, _)| *word == option).map(|(_, value)| value);
        // A library may also be a `cdylib` for other purposes.
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_written_and_read_past_no_link() {
        let guard = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(guard.path()).unwrap();
        let victim = folder.join("victim");
        let theirs = r#"{"rustc":"/tmp/evil","arguments":[]}"#;
        std::fs::write(&victim, theirs).unwrap();
        let record = folder.join("items-1.rustc.json");
        std::os::unix::fs::symlink(&victim, &record).unwrap();
        let file = folder.join("libitems-1.rlib");
        assert!(Record::read(&file).is_none(), "what is behind a link is no record");
        let words = ["--crate-name", "items", "--crate-type", "lib", "-C", "extra-filename=-1", "--out-dir"];
        let arguments = words.iter().copied().chain([folder.as_str()]).map(str::to_owned).collect();
        Record { rustc: "rustc".to_owned(), arguments }.write().unwrap();
        assert_eq!(Record::read(&file).unwrap().rustc, "rustc");
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), theirs);
        assert!(!record.symlink_metadata().unwrap().is_symlink());
    }
}

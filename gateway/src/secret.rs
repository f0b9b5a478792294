//! Random secrets, and files that only their owner can read.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The number of random bytes in a secret: 256 bits cannot be guessed.
const SECRET_BYTES: usize = 32;

/// Larger than any kept secret.
const FILE_BYTES: u64 = 64 * 1024;

/// The system has no randomness.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system has no randomness")]
pub(crate) struct NoRandomness;

/// This many random bytes as a text that is safe in URLs.
pub(crate) fn random(bytes: usize) -> Result<String, NoRandomness> {
    let mut random = vec![0; bytes];
    rand::fill(&mut random).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// A secret that nobody can guess.
pub(crate) fn secret() -> Result<String, NoRandomness> {
    random(SECRET_BYTES)
}

/// A random secret that is kept in a file. If the file is missing, it is created, readable only by its
/// owner (mode 0600 on Unix).
///
/// # Errors
///
/// If the file cannot be read or created, is a link, or does not contain a secret.
pub fn keep_secret(file: impl AsRef<Path>) -> io::Result<String> {
    let make = || secret().map(String::into_bytes).map_err(io::Error::other);
    let kept = String::from_utf8(read_or_make(file.as_ref(), make)?).unwrap_or_default();
    if kept.len() < SECRET_BYTES || !kept.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it holds no secret of routegen's; delete it",
        ));
    }
    Ok(kept)
}

/// The contents of a file. If it is missing, it is created atomically: of several processes that create it
/// at once, all get the contents that the first one wrote.
pub(crate) fn read_or_make<E: From<io::Error>>(
    file: &Path,
    make: impl FnOnce() -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    match read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        outcome => return Ok(outcome?),
    }
    let temporary = Temporary::write(file, &make()?)?;
    match fs::hard_link(&temporary.0, file) {
        // Some file systems have no hard links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(&temporary.0, file)?,
        _ => {}
    }
    Ok(read(file)?)
}

/// Reads a file, unless it is a link, which may lead to a file that was not created here.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
    );
    let mut bytes = Vec::new();
    options.open(file)?.take(FILE_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A temporary file, which is removed in any case.
struct Temporary(PathBuf);

impl Temporary {
    fn write(file: &Path, bytes: &[u8]) -> io::Result<Self> {
        let mut path = file.as_os_str().to_owned();
        path.push(format!(".{}", random(9).map_err(io::Error::other)?));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut opened = options.open(&path)?;
        let temporary = Self(path.into());
        opened.write_all(bytes)?;
        Ok(temporary)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_for_its_owner_alone_and_no_two_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let all: Vec<String> = std::thread::scope(|scope| {
            let made: Vec<_> = (0..8).map(|_| scope.spawn(|| keep_secret(file("a")).unwrap())).collect();
            made.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|secret| *secret == all[0] && secret.len() >= 43), "{all:?}");
        assert_ne!(keep_secret(file("b")).unwrap(), all[0]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(file("a")).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_holds_no_secret_is_an_error_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        for text in ["", "local-secret", &"\u{1b}".repeat(64)] {
            fs::write(&file, text).unwrap();
            assert_eq!(keep_secret(&file).unwrap_err().kind(), io::ErrorKind::InvalidData);
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        assert!(keep_secret(folder.path().join("no/folder")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed_to_be_read_or_written() {
        let folder = tempfile::tempdir().unwrap();
        let (elsewhere, link) = (folder.path().join("elsewhere"), folder.path().join("link"));
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
        assert!(keep_secret(&link).is_err());
        assert!(!elsewhere.exists());
        fs::write(&elsewhere, "x".repeat(43)).unwrap();
        assert!(keep_secret(&link).is_err());
    }
}

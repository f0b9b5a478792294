//! `artifacts.json`, beside the zips, which describes them. Its format is documented in
//! `docs/artifacts-json.md`.
//!
//! It is written after all zips, so that everything it lists exists.

use std::collections::BTreeSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use routegen_spec::TriggerKind;
use serde::{Deserialize, Serialize};

use crate::{
    artifacts::Error,
    check::{CheckedManifest, Function},
    project::target::Architecture,
    support,
    support::{files, hash, json},
};

/// The name of the file.
const FILE: &str = "artifacts.json";

/// The version of its format.
const FORMAT_VERSION: u32 = 1;

/// The contents of a folder of artifacts.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Listing {
    pub(super) format_version: u32,
    /// The version of the command that wrote it.
    pub(super) routegen_version: String,
    /// The cargo package that contains the routes.
    pub(super) package: String,
    /// The SHA-256 of what `routegen routes --format json` prints, in base64.
    pub(super) manifest_sha256: String,
    /// Sorted by key.
    pub(super) functions: Vec<Listed>,
}

/// A function's artifact.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Listed {
    pub(super) key: String,
    pub(super) name: String,
    /// The zip, relative to this file.
    pub(super) file: Utf8PathBuf,
    /// The SHA-256 of the zip, in base64.
    pub(super) sha256: String,
    pub(super) zip_bytes: u64,
    pub(super) bootstrap_bytes: u64,
    pub(super) architecture: Architecture,
    /// What triggers the function. Listings of earlier versions only have routes.
    #[serde(default)]
    pub(super) kind: TriggerKind,
    /// The route keys of the function.
    pub(super) routes: Vec<String>,
}

impl Listed {
    /// Whether the artifact was built for what the manifest now declares about the function.
    fn serves(&self, function: &Function, manifest: &CheckedManifest) -> bool {
        self.key == function.key
            && self.name == function.name
            && self.architecture == function.architecture
            && self.kind == function.kind
            && self.routes == manifest.route_keys(function)
    }

    /// Whether the zip in `folder` is still the one that was listed.
    fn is_intact(&self, folder: &Utf8Path) -> bool {
        // The path is untrusted text: neither it nor a link may lead out of the folder.
        let inside = self.file.components().all(|part| matches!(part, Utf8Component::Normal(_)));
        let is_link =
            |path: &Utf8Path| folder.join(path).symlink_metadata().is_ok_and(|there| there.is_symlink());
        let way = self.file.ancestors().filter(|path| !path.as_str().is_empty());
        inside
            && !way.into_iter().any(is_link)
            && std::fs::read(folder.join(&self.file)).is_ok_and(|zip| hash::sha256(&zip) == self.sha256)
    }
}

impl Listing {
    pub(super) fn new(package: &str, manifest: &CheckedManifest, mut functions: Vec<Listed>) -> Self {
        functions.sort_by(|a, b| a.key.cmp(&b.key));
        Self {
            format_version: FORMAT_VERSION,
            routegen_version: env!("CARGO_PKG_VERSION").to_owned(),
            package: package.to_owned(),
            manifest_sha256: manifest.sha256.clone(),
            functions,
        }
    }

    /// The listing in `folder`, if it has one in this format and of this package. Any other file with that
    /// name belongs to someone else.
    pub(crate) fn read(folder: &Utf8Path, package: &str) -> Result<Option<Self>, Error> {
        #[derive(Deserialize)]
        struct Version {
            format_version: u32,
        }
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let text = files::read(&path)?;
        match serde_json::from_str::<Version>(&text) {
            Err(_) => Err(support::Error::Foreign { path }.into()),
            Ok(version) if version.format_version != FORMAT_VERSION => Ok(None),
            Ok(_) => match serde_json::from_str::<Self>(&text) {
                Ok(listing) => Ok(Some(listing).filter(|listing| listing.package == package)),
                Err(_) => Err(support::Error::Foreign { path }.into()),
            },
        }
    }

    pub(super) fn write(&self, folder: &Utf8Path) -> Result<(), Error> {
        files::write_if_changed(&folder.join(FILE), json::text(self).as_bytes())?;
        Ok(())
    }

    pub(super) fn function(&self, key: &str) -> Option<&Listed> {
        self.functions.iter().find(|listed| listed.key == key)
    }

    /// The names of functions in `manifest` that have no artifact, or one that serves other routes.
    pub(crate) fn lacks(&self, manifest: &CheckedManifest) -> Vec<String> {
        let listed =
            |function: &&Function| self.functions.iter().any(|listed| listed.serves(function, manifest));
        let lacking = manifest.functions.iter().filter(|function| !listed(function));
        lacking.map(|function| function.name.clone()).collect()
    }

    /// The artifacts of functions outside of `built` that are still valid in `folder`.
    pub(super) fn still_good(
        &self,
        manifest: &CheckedManifest,
        built: &[&Function],
        folder: &Utf8Path,
    ) -> Vec<Listed> {
        let built: BTreeSet<&str> = built.iter().map(|function| function.key.as_str()).collect();
        let others = manifest.functions.iter().filter(|function| !built.contains(function.key.as_str()));
        let good = others.filter_map(|function| {
            let listed = self.function(&function.key)?;
            (listed.serves(function, manifest) && listed.is_intact(folder)).then(|| listed.clone())
        });
        good.collect()
    }

    /// Removes the zips of this, the previous listing of `folder`, that are not in `now`: those of removed
    /// functions, and those of functions that now have another path. A file that has changed since it was
    /// listed stays.
    pub(super) fn remove_stale(
        &self,
        now: &Self,
        manifest: &CheckedManifest,
        folder: &Utf8Path,
    ) -> Result<Vec<Utf8PathBuf>, Error> {
        let mut removed = Vec::new();
        let in_use: BTreeSet<&Utf8Path> = now.functions.iter().map(|listed| listed.file.as_path()).collect();
        for old in self.functions.iter().filter(|old| !in_use.contains(old.file.as_path())) {
            let exists = manifest.functions.iter().any(|function| function.key == old.key);
            let built_elsewhere = now.function(&old.key).is_some();
            if (!exists || built_elsewhere) && old.is_intact(folder) {
                files::remove_if_exists(&folder.join(&old.file))?;
                removed.push(old.file.clone());
            }
        }
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_file_is_looked_for_inside_of_its_folder_only() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let inside = root.join("lambda");
        std::fs::create_dir(&inside).unwrap();
        for file in [root.join("a.zip"), inside.join("a.zip")] {
            std::fs::write(file, "zip").unwrap();
        }
        let listed = |file: &str, content: &[u8]| Listed {
            key: "a".to_owned(),
            name: "a".to_owned(),
            file: file.into(),
            sha256: hash::sha256(content),
            zip_bytes: 3,
            bootstrap_bytes: 5,
            architecture: Architecture::HOST,
            kind: TriggerKind::Routes,
            routes: Vec::new(),
        };
        assert!(listed("a.zip", b"zip").is_intact(&inside));
        assert!(!listed("a.zip", b"another").is_intact(&inside));
        assert!(!listed("../a.zip", b"zip").is_intact(&inside));
        assert!(!listed(root.join("a.zip").as_str(), b"zip").is_intact(&inside));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("..", inside.join("up")).unwrap();
            std::os::unix::fs::symlink("../a.zip", inside.join("link.zip")).unwrap();
            assert!(!listed("up/a.zip", b"zip").is_intact(&inside));
            assert!(!listed("link.zip", b"zip").is_intact(&inside));
        }
    }

    #[test]
    fn a_listing_of_another_form_or_package_is_none_and_another_file_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let ours = |version: u32| {
            format!(
                r#"{{"format_version": {version}, "routegen_version": "0", "package": "p", "manifest_sha256": "", "functions": []}}"#
            )
        };
        let read = |text: &str, package| {
            std::fs::write(root.join(FILE), text).unwrap();
            Listing::read(root, package)
        };
        assert!(Listing::read(root, "p").unwrap().is_none());
        assert!(read(&ours(1), "p").unwrap().is_some());
        assert!(read(&ours(1), "q").unwrap().is_none());
        assert!(read(&ours(2), "p").unwrap().is_none());
        for text in ["", "[]", "{\"artifacts\": []}"] {
            assert!(matches!(read(text, "p"), Err(Error::Support(support::Error::Foreign { .. }))), "{text}");
        }
    }
}

//! The pets, read from a file in the artifact.

use std::path::PathBuf;

use routegen::{Error, Init, Res, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A pet as clients see it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Pet {
    pub(crate) shelter: String,
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) species: String,
    pub(crate) years: u32,
}

/// The folder with the artifact's files.
pub struct Files(PathBuf);

impl Resource for Files {
    async fn init(_: &Init) -> Result<Self, Error> {
        // Lambda sets the folder of the unpacked artifact; on a developer's machine it is the package.
        Ok(Self(std::env::var_os("LAMBDA_TASK_ROOT").unwrap_or_else(|| ".".into()).into()))
    }
}

/// All pets.
pub struct Catalogue(Vec<Pet>);

impl Resource for Catalogue {
    async fn init(init: &Init) -> Result<Self, Error> {
        let files: Res<Files> = init.get().await?;
        let path = files.0.join("data/pets.json");
        let text = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(serde_json::from_slice(&text)?))
    }
}

impl Catalogue {
    /// Returns the pets of a shelter.
    pub(crate) fn of<'a>(&'a self, shelter: &'a str) -> impl Iterator<Item = &'a Pet> {
        self.0.iter().filter(move |pet| pet.shelter == shelter)
    }

    /// Returns the number of pets.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

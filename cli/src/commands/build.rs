//! `routegen build`: one zip for each function.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::{Api, shown, table::table};
use crate::{
    build::{self, Artifact, Megabytes},
    error::Error,
    files::Outcome,
};

pub(super) fn run(api: &Api<'_>, out: Option<&Utf8Path>) -> Result<(), Error> {
    let backend = api.backend()?;
    let checked = api.checked()?;
    let artifacts_dir = api.artifacts(out)?;
    let artifacts = build::build(&api.workspace, &checked, &backend, &artifacts_dir, api.printer)?;
    api.printer.outcome(&Summary { artifacts_dir, artifacts });
    Ok(())
}

#[derive(Serialize)]
struct Summary {
    artifacts_dir: Utf8PathBuf,
    artifacts: Vec<Artifact>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.artifacts.iter().map(|artifact| {
            vec![
                artifact.function.clone(),
                Megabytes(artifact.bootstrap_bytes).to_string(),
                Megabytes(artifact.zip_bytes).to_string(),
                outcome(artifact.outcome).to_owned(),
                shown(&artifact.path).to_string(),
            ]
        });
        f.write_str(&table(&["FUNCTION", "BOOTSTRAP", "ZIP", "", "FILE"], rows, &[1, 2]))
    }
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Written => "written",
        Outcome::Unchanged => "unchanged",
    }
}

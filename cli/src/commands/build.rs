//! `routegen build`: one zip for each function.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::{Api, shown, table::table};
use crate::{
    build::{self, Artifact, Megabytes},
    error::{Error, plural},
    files::Outcome,
    verify::{self, Verified},
};

pub(super) fn run(api: &Api<'_>, out: Option<&Utf8Path>, verify: bool) -> Result<(), Error> {
    let backend = api.backend()?;
    let checked = api.checked()?;
    let artifacts_dir = api.artifacts(out)?;
    let artifacts = build::build(&api.workspace, &checked, &backend, &artifacts_dir, api.printer)?;
    let verified = if verify {
        Some(verify::verify(&api.workspace, &checked, &backend, &artifacts, api.printer)?)
    } else {
        None
    };
    api.printer.outcome(&Summary { artifacts_dir, artifacts, verified });
    Ok(())
}

#[derive(Serialize)]
struct Summary {
    artifacts_dir: Utf8PathBuf,
    artifacts: Vec<Artifact>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<Verified>,
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
        f.write_str(&table(&["FUNCTION", "BOOTSTRAP", "ZIP", "", "FILE"], rows, &[1, 2]))?;
        if let Some(Verified { artifacts, bytes }) = &self.verified {
            let artifacts = plural(*artifacts, "1 zip", "zips");
            writeln!(f, "\nVerified: a second build gives the same {bytes} bytes in {artifacts}")?;
        }
        Ok(())
    }
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Written => "written",
        Outcome::Unchanged => "unchanged",
        Outcome::Removed => "removed",
    }
}

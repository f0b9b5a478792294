//! `routegen build`: one zip for each function.

use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::{
    api::Api,
    paths::{absolute, shown},
    size::change,
    table::table,
};
use crate::{
    app::{
        args::BuildArgs,
        error::{Error, Warning},
    },
    artifacts::{
        Artifact, Request, ZipLayout,
        verify::{self, Verified},
    },
    output::{megabytes::Megabytes, words::plural},
    support::timings::Timings,
};

pub(super) fn run(api: &Api<'_>, args: &BuildArgs) -> Result<(), Error> {
    let backend = api.backend()?;
    let checked = api.checked()?;
    let folder = match args.layout {
        ZipLayout::Flat => api.artifacts(args.out.as_deref())?,
        ZipLayout::CargoLambda => {
            absolute(&args.out.clone().unwrap_or_else(|| api.workspace.target.join("lambda")))?
        }
    };
    let request = Request {
        out: &folder,
        layout: args.layout,
        only: &args.only,
        jobs: args.effort.jobs,
        sbom: args.effort.sbom,
    };
    let built = api.build(&checked, &backend, &request)?;
    let lacking = built.listing.lacks(&checked);
    if !lacking.is_empty() {
        api.printer.warning(&Warning::OtherArtifacts { folder: folder.clone(), functions: lacking });
    }
    let verified = if args.verify {
        Some(verify::verify(&api.workspace, &checked, &backend, &request, &built.artifacts, api.printer)?)
    } else {
        None
    };
    let timings = args.effort.timings.then(|| api.printer.stopwatch.timings());
    Ok(api.printer.outcome(&BuildSummary {
        artifacts_dir: folder,
        artifacts: built.artifacts,
        verified,
        timings,
    })?)
}

#[derive(Serialize)]
struct BuildSummary {
    artifacts_dir: Utf8PathBuf,
    artifacts: Vec<Artifact>,
    /// Present only with `--verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<Verified>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<Timings>,
}

impl fmt::Display for BuildSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.artifacts.iter().map(|artifact| {
            vec![
                artifact.function.clone(),
                Megabytes(artifact.bootstrap_bytes).to_string(),
                Megabytes(artifact.zip_bytes).to_string(),
                change(artifact),
                shown(&artifact.path).to_string(),
            ]
        });
        f.write_str(&table(&["FUNCTION", "BOOTSTRAP", "ZIP", "CHANGE", "FILE"], rows, &[1, 2]))?;
        if let Some(Verified { artifacts, bytes }) = &self.verified {
            let artifacts = plural(*artifacts, "1 zip", "zips");
            writeln!(f, "\nVerified: a second build gives the same {bytes} bytes in {artifacts}")?;
        }
        match &self.timings {
            Some(timings) => write!(f, "\n{timings}"),
            None => Ok(()),
        }
    }
}

//! `routegen package`: check, build and emit-tf in one go.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use routegen_spec::TriggerKind;
use serde::Serialize;

use super::{api::Api, emit_tf, paths::shown, size::change, table::table};
use crate::{
    app::{args::Effort, error::Error},
    artifacts::{Artifact, Request, ZipLayout},
    check::{CheckedManifest, Function},
    output::{megabytes::Megabytes, shell::quoted, words::plural},
    support::timings::Timings,
};

pub(super) fn run(
    api: &Api<'_>,
    out: Option<&Utf8Path>,
    tf_out: Option<&Utf8Path>,
    effort: &Effort,
) -> Result<(), Error> {
    let backend = api.backend()?;
    let checked = api.checked()?;
    let place = emit_tf::Emission::module(api.terraform(tf_out)?);
    place.take(api, &checked)?;
    let artifacts_dir = api.artifacts(out)?;
    let request = Request {
        out: &artifacts_dir,
        layout: ZipLayout::Flat,
        only: &[],
        jobs: effort.jobs,
        sbom: effort.sbom,
    };
    let built = api.build(&checked, &backend, &request)?;
    let terraform = emit_tf::emit(api, &checked, place, &artifacts_dir)?;
    let timings = effort.timings.then(|| api.printer.stopwatch.timings());
    Ok(api.printer.outcome(&PackageSummary::new(
        checked,
        artifacts_dir,
        built.artifacts,
        terraform,
        timings,
    ))?)
}

#[derive(Serialize)]
struct PackageSummary {
    api: String,
    functions: Vec<Packaged>,
    artifacts_dir: Utf8PathBuf,
    terraform: emit_tf::EmitSummary,
    /// The command to run next.
    next: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<Timings>,
}

/// A function with its routes and its artifact.
#[derive(Serialize)]
struct Packaged {
    function: Function,
    routes: Vec<String>,
    artifact: Artifact,
}

impl PackageSummary {
    fn new(
        checked: CheckedManifest,
        artifacts_dir: Utf8PathBuf,
        artifacts: Vec<Artifact>,
        terraform: emit_tf::EmitSummary,
        timings: Option<Timings>,
    ) -> Self {
        let functions = checked.functions.iter().cloned().zip(artifacts);
        let functions = functions.map(|(function, artifact)| Packaged {
            routes: checked.route_keys(&function),
            function,
            artifact,
        });
        let folder = shown(&terraform.terraform_dir);
        let chdir = match &*folder {
            "" => String::new(),
            folder => format!(" -chdir={}", quoted(folder)),
        };
        Self {
            functions: functions.collect(),
            api: checked.api_name,
            artifacts_dir,
            next: format!("terraform{chdir} init && terraform{chdir} apply"),
            terraform,
            timings,
        }
    }
}

impl fmt::Display for PackageSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.functions.iter().map(|packaged| {
            vec![
                packaged.function.name.clone(),
                match packaged.function.kind {
                    TriggerKind::Routes => packaged.routes.join(", "),
                    other => format!("({})", other.as_str()),
                },
                format!("{} MB", packaged.function.memory),
                format!("{} s", packaged.function.timeout),
                Megabytes(packaged.artifact.bootstrap_bytes).to_string(),
                Megabytes(packaged.artifact.zip_bytes).to_string(),
                change(&packaged.artifact),
            ]
        });
        let head = ["FUNCTION", "ROUTES", "MEMORY", "TIMEOUT", "BOOTSTRAP", "ZIP", "CHANGE"];
        let functions = plural(self.functions.len(), "1 function", "functions");
        writeln!(f, "\n{}: {functions} for {}\n", self.api, self.architecture())?;
        writeln!(f, "{}", table(&head, rows, &[2, 3, 4, 5]))?;
        writeln!(f, "Zips    {}", shown(&self.artifacts_dir))?;
        write!(f, "{}", self.terraform)?;
        if let Some(timings) = &self.timings {
            write!(f, "\n{timings}")?;
        }
        writeln!(f, "\nNext:   {}", self.next)
    }
}

impl PackageSummary {
    fn architecture(&self) -> &'static str {
        self.functions.first().map_or("no architecture", |packaged| packaged.function.architecture.as_str())
    }
}

//! The API as `dev` and `invoke` run it: read, checked, and linked or unpacked.

use std::{collections::BTreeMap, env::consts, thread::available_parallelism, time::Duration};

use camino::Utf8Path;
use routegen_gateway::StartError;
use routegen_spec::contract::ConsumerTypes;
use serde_json::{Value, json};

use super::api::{Api, lock};
use crate::{
    app::{
        args::RunArgs,
        error::{Error, Warning},
    },
    artifacts::{Request, ZipLayout},
    check::{CheckedManifest, Function},
    contract::{self, Syntax, Version},
    dev::{self, DevFolder, Programs, Variables},
    output::printer::Printer,
    project::{config::Config, workspace::Workspace},
    routes::registry::Registry,
    support,
};

/// What an API is run for.
pub(super) enum For<'a> {
    /// The whole API, with the page.
    Page,
    /// Only these functions, as far as that saves links or zips.
    Functions(&'a [String]),
}

/// An API with its programs.
#[derive(Debug)]
pub(super) struct Runnable {
    pub(super) manifest: CheckedManifest,
    pub(super) programs: Programs,
    /// What the handlers' types say, for the page.
    pub(super) told: Told,
}

/// What the handlers' types say, as far as they could be read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    /// The OpenAPI document.
    pub(super) document: Option<String>,
    /// The payload schemas of consumers, by the symbols of their entry points.
    pub(super) payloads: BTreeMap<String, Value>,
}

impl Runnable {
    /// Builds it, and puts the programs into `to`.
    pub(super) fn make(
        workspace: &Workspace,
        running: &RunArgs,
        purpose: &For<'_>,
        to: &Utf8Path,
        printer: &Printer,
    ) -> Result<Self, Error> {
        // Held during the build, not while the programs run.
        let _lock = lock(workspace, printer)?;
        let config = Config::load(&workspace.package_root)?;
        let workspace = workspace.clone().linked_by(config.linking())?;
        let api = Api { workspace, config, printer };
        if running.artifacts { Self::zipped(&api, purpose, to) } else { Self::linked(&api, purpose, to) }
    }

    fn linked(api: &Api<'_>, purpose: &For<'_>, to: &Utf8Path) -> Result<Self, Error> {
        let registry = api.registry()?;
        let manifest = api.check(&registry.manifest)?;
        let links = DevFolder::of(&api.workspace)?.links();
        let functions: Vec<&Function> = match purpose {
            For::Page => manifest.functions.iter().collect(),
            For::Functions(names) => {
                names.iter().map(|name| manifest.function_named(name)).collect::<Result<_, _>>()?
            }
        };
        let linked = (&manifest, functions.as_slice());
        let programs = dev::link(&api.workspace, linked, &registry.libraries, &links, to, api.printer)?;
        let told = match purpose {
            For::Page => told(api, &registry, &manifest),
            For::Functions(_) => Told::default(),
        };
        Ok(Self { manifest, programs, told })
    }

    fn zipped(api: &Api<'_>, purpose: &For<'_>, to: &Utf8Path) -> Result<Self, Error> {
        let (architecture, os, arch) = (api.config.architecture(), consts::OS, consts::ARCH);
        if !architecture.runs_on(os, arch) {
            return Err(dev::Error::OtherMachine { architecture: architecture.as_str(), os, arch }.into());
        }
        let backend = api.backend()?;
        let registry = api.registry()?;
        let manifest = api.check(&registry.manifest)?;
        let (only, told): (&[String], _) = match purpose {
            For::Page => (&[], told(api, &registry, &manifest)),
            For::Functions(only) => (only, Told::default()),
        };
        let out = api.artifacts(None)?;
        let request = Request { out: &out, layout: ZipLayout::Flat, only, jobs: None, sbom: false };
        let built = api.build(&manifest, &backend, &request)?;
        Ok(Self { programs: dev::unpack(&built.artifacts, to)?, manifest, told })
    }
}

/// Reads what the types say. If that fails, the page does without; `routegen openapi` reports the error.
fn told(api: &Api<'_>, registry: &Registry, manifest: &CheckedManifest) -> Told {
    let Ok(told) = registry.contract() else { return Told::default() };
    let described =
        contract::describe(&api.workspace, manifest, &told, api.config.openapi(), Version::default(), false);
    let payload = |consumer: &ConsumerTypes| {
        let mut schema = consumer.payload.value.clone()?;
        if let (Value::Object(schema), false) = (&mut schema, consumer.payload.definitions.is_empty()) {
            schema.insert("$defs".to_owned(), json!(consumer.payload.definitions));
        }
        Some((consumer.entry.clone(), schema))
    };
    let payloads = told[0].consumers.iter().filter_map(payload).collect();
    Told { document: Some(described.text(Syntax::Json)), payloads }
}

/// Warns about environment variables that functions read but that have no value here. A function may do
/// without one, as the example does.
pub(super) fn warn_of_missing<'a>(
    functions: impl IntoIterator<Item = &'a Function>,
    variables: &Variables,
    printer: &Printer,
) {
    let variables = variables.missing(functions);
    if !variables.is_empty() {
        printer.warning(&Warning::NoValue { variables });
    }
}

/// The reason why the gateway did not start.
pub(super) fn refused(error: &StartError) -> dev::Error {
    let help = matches!(error, StartError::Bind { .. })
        .then_some("is another one running? `--port 0` uses any free port");
    dev::Error::Gateway { reason: chain(error), help }
}

/// An error with its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The async runtime for the gateway. It has a quarter of the cores, because the functions need them too, and
/// because a request costs less if no thread has to wake another one for it.
pub(super) fn runtime() -> Result<Runtime, Error> {
    let cores = available_parallelism().map_or(1, usize::from);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder
        .worker_threads((cores / 4).max(1))
        .enable_all()
        .build()
        .map_err(|error| support::Error::run("the local gateway", error))?;
    Ok(Runtime(Some(runtime)))
}

/// An async runtime that does not wait for hanging tasks when it is dropped.
pub(super) struct Runtime(Option<tokio::runtime::Runtime>);

impl std::ops::Deref for Runtime {
    type Target = tokio::runtime::Runtime;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref().expect("it is taken out at the end only")
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

//! The API as the local gateway takes it.
//!
//! In: the checked manifest, its programs, and the settings that differ between environments. Out: an
//! [`Api`]. The gateway checks whether it is consistent.

use std::{collections::BTreeMap, num::NonZero, time::Duration};

use camino::Utf8Path;
use routegen_gateway::{
    Api, Authorizer, Consumer, Cors, Function as Served, IamKey, JwtAuthorizer, Program, Route,
};
use routegen_spec::{Auth, limits};
use serde_json::Value;

use super::{Programs, Variables, programs::Linked};
use crate::check::{CheckedManifest, Function};

/// The id of the access key for signed requests to routes with `auth = "iam"`. It is valid for nothing else.
pub(crate) const IAM_KEY_ID: &str = "local-key";

/// Settings that in AWS are variables of the Terraform module or belong to Lambda itself.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) variables: Variables,
    /// The secret of the access key [`IAM_KEY_ID`].
    pub(crate) iam_secret: String,
    /// The origins that browsers may call from.
    pub(crate) cors: Vec<String>,
    /// Whether they may send cookies.
    pub(crate) cors_credentials: bool,
    /// The request headers that they may send; none for all.
    pub(crate) cors_headers: Vec<String>,
    /// An external issuer, in place of the local one.
    pub(crate) issuer: Option<Issuer>,
    /// The name of the stage.
    pub(crate) stage: Option<String>,
    /// The largest number of processes that a program may have at once, in place of the gateway's default.
    pub(crate) instances: Option<NonZero<usize>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    pub(crate) url: String,
    pub(crate) audience: Vec<String>,
}

/// The API of these programs, with the payload schemas of consumers by their entry points. Linked programs
/// find the package's files in `root`, as an artifact finds its own.
pub(crate) fn api(
    manifest: &CheckedManifest,
    programs: &Programs,
    settings: &Settings,
    root: &Utf8Path,
    payloads: &BTreeMap<String, Value>,
) -> Api {
    let mut api = Api::new().routes(manifest.routes.iter().map(|route| Route::from(&route.spec)));
    if manifest.routes.iter().any(|route| route.spec.auth == Auth::Iam) {
        api = api.iam_key(IamKey::new(IAM_KEY_ID, &settings.iam_secret));
    }
    if !settings.cors.is_empty() {
        api = api.cors(cors(settings));
    }
    if let Some(stage) = &settings.stage {
        api = api.stage(stage);
    }
    api = functions(api, manifest, programs, &settings.variables, settings.instances, root);
    api = api.consumers(manifest.declared.consumers.iter().map(|spec| {
        let consumer = Consumer::from(spec);
        match payloads.get(&spec.entry) {
            Some(schema) => consumer.schema(schema.clone()),
            None => consumer,
        }
    }));
    for authorizer in &manifest.authorizers {
        let tokens = match &settings.issuer {
            Some(Issuer { url, audience }) => JwtAuthorizer::issuer(url, audience),
            None => JwtAuthorizer::local(),
        };
        // The gateway itself knows all other kinds, and reports a name that it does not know.
        if let Some(made) = Authorizer::of_kind(&authorizer.kind, tokens) {
            api = api.authorizer(&authorizer.name, made);
        }
    }
    api
}

/// For requests with credentials, browsers take `*` literally (Fetch, 3.3.5), so methods and headers are
/// listed one by one.
fn cors(settings: &Settings) -> Cors {
    const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    let cors = Cors::origins(settings.cors.iter().cloned()).credentials(settings.cors_credentials);
    let cors = match (settings.cors_headers.is_empty(), settings.cors_credentials) {
        (false, _) => cors.headers(settings.cors_headers.iter().cloned()),
        (true, true) => cors.headers(["authorization", "content-type"]),
        (true, false) => cors.headers(["*", "authorization"]),
    };
    if settings.cors_credentials { cors.methods(METHODS) } else { cors.methods(["*"]).expose(["*"]) }
}

/// Adds the functions that have a program, and their region.
pub(crate) fn functions(
    mut api: Api,
    manifest: &CheckedManifest,
    programs: &Programs,
    variables: &Variables,
    instances: Option<NonZero<usize>>,
    root: &Utf8Path,
) -> Api {
    // A function has its own variables and resources, and so its own processes, as in AWS.
    let with = |program: &Utf8Path, function: &Function| {
        let program = Program::new(program).instances(instances.map_or(Program::INSTANCES, NonZero::get));
        let variables = variables.of([function]);
        variables.into_iter().fold(program, |program, (name, value)| program.env(name, value))
    };
    // The program is not optimised and contains the code of all functions, so it does not show what an
    // artifact needs.
    let linked = |program: &Utf8Path, function: &Function, programs: &Linked| {
        let program = with(program, function).task_root(root).memory(*limits::MEMORY_MB.end());
        program.holding(programs.folder.clone())
    };
    api = api.region(variables.region());
    for function in &manifest.functions {
        let served = match programs {
            Programs::Linked(programs) => {
                let shared =
                    if function.kind.is_event_source() { &programs.consumers } else { &programs.routes };
                Served::program(match (programs.own.get(&function.name), shared) {
                    (Some(program), _) => linked(program, function, programs),
                    (None, Some(shared)) => linked(shared, function, programs).argument(&function.name),
                    // It was not requested.
                    (None, None) => continue,
                })
            }
            Programs::Unpacked(programs) => match programs.get(&function.name) {
                Some(program) => Served::program(with(program, function).memory(function.memory)),
                // It was not requested; the gateway reports it if a route names it.
                None => continue,
            },
        };
        api = api.function(&function.name, served.timeout(Duration::from_secs(function.timeout.into())));
    }
    api
}

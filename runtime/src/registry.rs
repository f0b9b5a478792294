//! The registry: every route of the crate graph, gathered by the linker, written out as the manifest.
//!
//! It exists only in the host build that `routegen` makes to read the routes. inventory's order is unspecified; the
//! manifest sorts.

use std::{io::Write as _, process::ExitCode};

use routegen_spec::{Auth, Manifest, PathPattern, RouteSpec, SourceLocation, Throttle};

use crate::{
    extract::fields::{self, Fields},
    route::Route,
};

/// One `#[route]`, as constants of the user's crate.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are those of `RouteSpec`, which documents them")]
pub struct Registration {
    pub name: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub auth: &'static str,
    pub scopes: &'static [&'static str],
    pub memory: Option<u32>,
    pub timeout: Option<u32>,
    pub env: &'static [&'static str],
    pub lambda: Option<&'static str>,
    /// The rate and the burst.
    pub throttle: Option<(u32, u32)>,
    pub description: &'static str,
    pub tags: &'static [&'static str],
    pub deprecated: bool,
    pub handler: &'static str,
    pub package: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    pub entry: &'static str,
    /// For each argument, the fields that a struct asks of the path.
    pub fields: &'static [Option<Fields>],
    /// For each argument, whether it reads the body.
    pub body: &'static [bool],
    /// The entry point itself, for tests. The registry of `routegen` does without, and its host build with the handlers.
    pub route: Option<fn() -> Route>,
}

inventory::collect!(Registration);

impl Registration {
    fn to_spec(self) -> Result<RouteSpec, String> {
        let path: PathPattern = self.path.parse().map_err(|error| format!("{error}"))?;
        let parameters: Vec<&str> = path.parameters().collect();
        let mut asked = self.fields.iter().flatten().filter_map(|fields| fields());
        if let Some(mismatch) = asked.find_map(|asked| fields::mismatch(asked, &parameters)) {
            return Err(mismatch);
        }
        let scopes: Result<Vec<_>, _> = self.scopes.iter().map(|scope| scope.parse()).collect();
        let env: Result<Vec<_>, _> = self.env.iter().map(|name| name.parse()).collect();
        Ok(RouteSpec {
            name: self.name.parse().map_err(|error| format!("{error}"))?,
            method: self.method.parse().map_err(|error| format!("{error}"))?,
            path,
            auth: Auth::from(self.auth.to_owned()),
            scopes: scopes.map_err(|error| format!("{error}"))?,
            memory: self.memory,
            timeout: self.timeout,
            env: env.map_err(|error| format!("{error}"))?,
            lambda: self.lambda.map(str::parse).transpose().map_err(|error| format!("{error}"))?,
            throttle: self.throttle.map(|(rate, burst)| Throttle { rate, burst }),
            description: self.description.to_owned(),
            tags: self.tags.iter().map(ToString::to_string).collect(),
            deprecated: self.deprecated,
            reads_body: self.body.contains(&true),
            handler: self.handler.to_owned(),
            package: self.package.to_owned(),
            source: SourceLocation { file: self.file.to_owned(), line: self.line, column: self.column },
            entry: self.entry.to_owned(),
        })
    }
}

/// Writes the manifest of all linked routes to the file that the first argument names: the `main` of the host
/// binary that `routegen` links. stdout stays the user's.
pub fn write_manifest() -> ExitCode {
    let outcome = match std::env::args_os().nth(1) {
        Some(path) => {
            manifest().and_then(|json| std::fs::write(path, json).map_err(|error| error.to_string()))
        }
        None => Err("the file for the manifest is missing".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn manifest() -> Result<String, String> {
    let registrations = inventory::iter::<Registration>();
    let routes: Result<Vec<_>, _> = registrations
        .map(|route| route.to_spec().map_err(|error| format!("{}:{}: {error}", route.file, route.line)))
        .collect();
    let manifest = Manifest::new(env!("CARGO_PKG_VERSION"), routes?, Vec::new());
    serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())
}

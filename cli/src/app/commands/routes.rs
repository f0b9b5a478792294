//! `routegen routes`: lists the routes and the authorizers.

use std::fmt;

use routegen_spec::{FunctionSpec, Manifest};
use serde::Serialize;

use super::{api::Api, table::table};
use crate::{app::error::Error, project::config::Config};

pub(super) fn run(api: &Api<'_>) -> Result<(), Error> {
    let manifest = api.manifest()?;
    Ok(api.printer.outcome(&Listing { config: &api.config, manifest: &manifest })?)
}

/// As text, tables with the configuration's defaults filled in; as JSON, the manifest itself.
struct Listing<'a> {
    config: &'a Config,
    manifest: &'a Manifest,
}

impl Serialize for Listing<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.manifest.serialize(serializer)
    }
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.routes())?;
        if !self.manifest.authorizers.is_empty() {
            write!(f, "\n{}", self.authorizers())?;
        }
        Ok(())
    }
}

fn memory(function: Option<&FunctionSpec<'_>>) -> String {
    function.map(|function| format!("{} MB", function.memory)).unwrap_or_default()
}

fn timeout(function: Option<&FunctionSpec<'_>>) -> String {
    function.map(|function| format!("{} s", function.timeout)).unwrap_or_default()
}

impl Listing<'_> {
    fn routes(&self) -> String {
        let functions = self.manifest.functions_with(self.config.defaults());
        let mut routes: Vec<_> = self.manifest.routes.iter().collect();
        // People look for a path; the manifest is sorted by name.
        routes.sort_by_key(|route| (&route.path, route.method));
        let rows = routes.into_iter().map(|route| {
            let scopes: Vec<_> = route.scopes.iter().map(ToString::to_string).collect();
            let function = functions.iter().find(|function| function.entries.contains(&&*route.entry));
            vec![
                route.method.to_string(),
                route.path.to_string(),
                route.auth.to_string(),
                if scopes.is_empty() { "-".to_owned() } else { scopes.join(" ") },
                route.function().to_kebab_case(),
                memory(function),
                timeout(function),
                route.source.to_string(),
            ]
        });
        let head = ["METHOD", "PATH", "AUTH", "SCOPES", "FUNCTION", "MEMORY", "TIMEOUT", "SOURCE"];
        table(&head, rows, &[5, 6])
    }

    fn authorizers(&self) -> String {
        let functions = self.manifest.functions_with(self.config.defaults());
        let rows = self.manifest.authorizers.iter().map(|authorizer| {
            let function = functions.iter().find(|function| function.entries.contains(&&*authorizer.entry));
            let sources: Vec<_> = authorizer.identity_sources.iter().map(ToString::to_string).collect();
            vec![
                authorizer.name.to_string(),
                if sources.is_empty() { "-".to_owned() } else { sources.join(" ") },
                format!("{} s", authorizer.ttl),
                authorizer.name.to_kebab_case(),
                memory(function),
                timeout(function),
                authorizer.source.to_string(),
            ]
        });
        let head = ["AUTHORIZER", "IDENTITY", "KEPT", "FUNCTION", "MEMORY", "TIMEOUT", "SOURCE"];
        table(&head, rows, &[2, 4, 5])
    }
}

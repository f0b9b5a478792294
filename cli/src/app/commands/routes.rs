//! `routegen routes`: lists the routes and the authorizers.

use std::fmt;

use routegen_spec::{Manifest, RouteSpec};
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

impl Listing<'_> {
    fn routes(&self) -> String {
        let mut routes: Vec<_> = self.manifest.routes.iter().collect();
        // People look for a path; the manifest is sorted by name.
        routes.sort_by_key(|route| (&route.path, route.method));
        let rows = routes.into_iter().map(|route| {
            let scopes: Vec<_> = route.scopes.iter().map(ToString::to_string).collect();
            let memory = self.of_function(route, |route| route.memory);
            let timeout = self.of_function(route, |route| route.timeout);
            vec![
                route.method.to_string(),
                route.path.to_string(),
                route.auth.to_string(),
                if scopes.is_empty() { "-".to_owned() } else { scopes.join(" ") },
                route.function().to_kebab_case(),
                format!("{} MB", memory.unwrap_or_else(|| self.config.memory())),
                format!("{} s", timeout.unwrap_or_else(|| self.config.timeout())),
                route.source.to_string(),
            ]
        });
        let head = ["METHOD", "PATH", "AUTH", "SCOPES", "FUNCTION", "MEMORY", "TIMEOUT", "SOURCE"];
        table(&head, rows, &[5, 6])
    }

    /// What the route says of its function, or else one of those that share it.
    fn of_function(&self, route: &RouteSpec, said: impl Fn(&RouteSpec) -> Option<u32>) -> Option<u32> {
        let others = self.manifest.routes.iter().filter(|other| other.function() == route.function());
        said(route).or_else(|| others.into_iter().find_map(said))
    }

    fn authorizers(&self) -> String {
        let rows = self.manifest.authorizers.iter().map(|authorizer| {
            let sources: Vec<_> = authorizer.identity_sources.iter().map(ToString::to_string).collect();
            vec![
                authorizer.name.to_string(),
                if sources.is_empty() { "-".to_owned() } else { sources.join(" ") },
                format!("{} s", authorizer.ttl),
                authorizer.name.to_kebab_case(),
                format!("{} MB", authorizer.memory.unwrap_or_else(|| self.config.memory())),
                format!("{} s", authorizer.timeout.unwrap_or_else(|| self.config.authorizer_timeout())),
                authorizer.source.to_string(),
            ]
        });
        let head = ["AUTHORIZER", "IDENTITY", "KEPT", "FUNCTION", "MEMORY", "TIMEOUT", "SOURCE"];
        table(&head, rows, &[2, 4, 5])
    }
}

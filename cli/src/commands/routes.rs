//! `routegen routes`: lists the routes.

use std::fmt;

use routegen_spec::Manifest;
use serde::Serialize;

use super::{Api, table::table};
use crate::{config::Config, error::Error};

pub(super) fn run(api: &Api<'_>) -> Result<(), Error> {
    let manifest = api.manifest()?;
    api.printer.outcome(&Listing { config: &api.config, manifest: &manifest })
}

/// As text, the table with the configuration's defaults filled in; as JSON, the manifest itself.
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
        let mut routes: Vec<_> = self.manifest.routes.iter().collect();
        // People look for a path; the manifest is sorted by name.
        routes.sort_by_key(|route| (&route.path, route.method));
        let rows = routes.into_iter().map(|route| {
            let scopes: Vec<_> = route.scopes.iter().map(ToString::to_string).collect();
            vec![
                route.method.to_string(),
                route.path.to_string(),
                route.auth.to_string(),
                if scopes.is_empty() { "-".to_owned() } else { scopes.join(" ") },
                route.name.to_kebab_case(),
                format!("{} MB", route.memory.unwrap_or_else(|| self.config.memory())),
                format!("{} s", route.timeout.unwrap_or_else(|| self.config.timeout())),
                route.source.to_string(),
            ]
        });
        let head = ["METHOD", "PATH", "AUTH", "SCOPES", "FUNCTION", "MEMORY", "TIMEOUT", "SOURCE"];
        f.write_str(&table(&head, rows, &[5, 6]))
    }
}

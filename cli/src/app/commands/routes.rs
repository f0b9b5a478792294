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
        // Columns that say nothing of any route are not there.
        let has_guards = routes.iter().any(|route| !route.guards.is_empty());
        let has_middleware = routes.iter().any(|route| !route.middleware.is_empty());
        let around = |guards: String, middleware: String| {
            let columns = [has_guards.then_some(guards), has_middleware.then_some(middleware)];
            columns.into_iter().flatten()
        };
        let list = |words: &[String]| if words.is_empty() { "-".to_owned() } else { words.join(" ") };
        let rows = routes.into_iter().map(|route| {
            let scopes: Vec<_> = route.scopes.iter().map(ToString::to_string).collect();
            let function = functions.iter().find(|function| function.entries.contains(&&*route.entry));
            let mut row =
                vec![route.method.to_string(), route.path.to_string(), route.auth.to_string(), list(&scopes)];
            row.extend(around(list(&route.guards), list(&route.middleware)));
            row.extend([
                route.function().to_kebab_case(),
                memory(function),
                timeout(function),
                route.source.to_string(),
            ]);
            row
        });
        let mut head = vec!["METHOD".to_owned(), "PATH".to_owned(), "AUTH".to_owned(), "SCOPES".to_owned()];
        head.extend(around("GUARDS".to_owned(), "MIDDLEWARE".to_owned()));
        let at = head.len();
        head.extend(["FUNCTION", "MEMORY", "TIMEOUT", "SOURCE"].map(str::to_owned));
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
        table(&head, rows, &[at + 1, at + 2])
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

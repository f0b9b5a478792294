//! `routegen routes`: lists the routes, the authorizers and the consumers.

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
        let Manifest { routes, authorizers, consumers, .. } = self.manifest;
        // A package that has only consumers gets no table of routes.
        let tables = [
            (!routes.is_empty() || consumers.is_empty()).then(|| self.routes()),
            (!authorizers.is_empty()).then(|| self.authorizers()),
            (!consumers.is_empty()).then(|| self.consumers()),
        ];
        let tables: Vec<String> = tables.into_iter().flatten().collect();
        f.write_str(&tables.join("\n"))
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
        // People look for a path, but the manifest is sorted by name.
        routes.sort_by_key(|route| (&route.path, route.method));
        // Columns that would be empty for every route are left out.
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

    fn consumers(&self) -> String {
        let functions = self.manifest.functions_with(self.config.defaults());
        let rows = self.manifest.consumers.iter().map(|consumer| {
            let function = functions.iter().find(|function| function.entries.contains(&&*consumer.entry));
            vec![
                consumer.name.to_string(),
                consumer.consumes.described(),
                consumer.name.to_kebab_case(),
                memory(function),
                timeout(function),
                consumer.source.to_string(),
            ]
        });
        let head = ["CONSUMER", "EVENT SOURCE", "FUNCTION", "MEMORY", "TIMEOUT", "SOURCE"];
        table(&head, rows, &[3, 4])
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::{ConsumerSpec, EventRule, EventSource, QueueSource, Schedule};

    use super::*;
    use crate::check::fixture::route;

    fn consumer(name: &str, consumes: EventSource) -> ConsumerSpec {
        let mut made = ConsumerSpec::new(name.parse().unwrap(), consumes);
        made.entry = format!("routegen.shop.{name}");
        made
    }

    #[test]
    fn consumers_are_listed_with_what_calls_them() {
        let mut rule = EventRule::new();
        rule.source = vec!["aws.s3".to_owned()];
        let mut on_order =
            consumer("on_order", EventSource::Queue(QueueSource::new("orders".parse().unwrap())));
        (on_order.memory, on_order.timeout) = (Some(512), Some(30));
        let consumers = vec![
            on_order,
            consumer("uploaded", EventSource::Event(rule)),
            consumer("expire", EventSource::Schedule(Schedule::new("rate(1 hour)".parse().unwrap()))),
        ];
        let shown = |routes| {
            let manifest = Manifest::new("0.0.0", routes, Vec::new()).with_consumers(consumers.clone());
            let config = Config::default();
            let text = Listing { config: &config, manifest: &manifest }.to_string();
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        let alone = shown(Vec::new());
        let (head, rows) = alone.split_first().unwrap();
        assert_eq!(head, "CONSUMER EVENT SOURCE FUNCTION MEMORY TIMEOUT SOURCE");
        let expected = [
            "expire rate(1 hour) expire 128 MB 10 s",
            "on_order queue orders on-order 512 MB 30 s",
            "uploaded event aws.s3 uploaded 128 MB 10 s",
        ];
        assert_eq!(rows.len(), expected.len(), "{rows:?}");
        for (row, expected) in rows.iter().zip(expected) {
            assert!(row.starts_with(expected), "{row}");
        }
        // Routes come first.
        let both = shown(vec![route("a", "/a")]);
        assert!(both[0].starts_with("METHOD PATH") && both.ends_with(&alone), "{both:?}");
    }
}

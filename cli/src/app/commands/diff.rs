//! `routegen diff`: what has changed in the API, and whether it concerns a client, an administrator or a
//! reviewer.

use std::{cell::OnceCell, time::SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use routegen_spec::Date;
use serde_json::Value;

use super::{api::Api, openapi::DOCUMENT};
use crate::{
    app::{args::DiffArgs, error::Error},
    contract::{
        self, Syntax, Version,
        diff::{self, Finding, Report, Repository, Source, Which, report, source},
    },
    output::{options::Format, printer::Printer},
    project::{
        config::{Accepted, Config},
        workspace::Workspace,
    },
    support::json,
};

/// Runs a command that needs the routes.
type WithApi<'a> = dyn Fn(&dyn Fn(&Api<'_>) -> Result<(), Error>) -> Result<(), Error> + 'a;

/// A document, and what else the comparison needs to know about its side.
struct Head {
    text: String,
    source: Source,
    accepted: Vec<Accepted>,
    /// The prefix of the places in the document, relative to the repository's root.
    prefix: String,
    /// The path of the document, for routes that no longer exist.
    document: String,
}

pub(super) fn run(
    args: &DiffArgs,
    format: Format,
    load: &dyn Fn() -> Result<Workspace, Error>,
    with_api: &WithApi<'_>,
    printer: &Printer,
) -> Result<(), Error> {
    let loaded = OnceCell::new();
    let workspace = || -> Result<&Workspace, Error> {
        if loaded.get().is_none() {
            let _ = loaded.set(load()?);
        }
        loaded.get().map_or_else(|| unreachable!("it has been set"), Ok)
    };
    let document = || Ok::<_, Error>(workspace()?.package_root.join(DOCUMENT));
    // The comparison starts from the merge base of a branch and the other side.
    let with = match &args.head {
        Some(head) if !source::is_file(head) => head.as_str(),
        _ => "HEAD",
    };
    let (base, base_source) = source::read(&args.base, Some(with), document)?;
    printer.step("Base", &base_source);
    let compare = |head: &Head| {
        printer.step("Head", &head.source);
        compared(args, format, (&base, &base_source), head, printer)
    };
    let Some(word) = &args.head else {
        return with_api(&|api| compare(&of_the_code(api)?));
    };
    let (text, source) = source::read(word, None, document)?;
    let head = match loaded.get() {
        Some(workspace) => Head {
            accepted: Config::load(&workspace.package_root)?.accepted(),
            text,
            source,
            ..places(workspace)
        },
        // The package's configuration is read from beside the document, if it exists.
        None => Head {
            accepted: Config::load(Utf8Path::new(word).parent().unwrap_or(Utf8Path::new("")))?.accepted(),
            text,
            source,
            prefix: String::new(),
            document: word.clone(),
        },
    };
    compare(&head)
}

/// The document as `routegen openapi` would write it.
fn of_the_code(api: &Api<'_>) -> Result<Head, Error> {
    let registry = api.registry()?;
    let checked = api.check(&registry.manifest)?;
    let told = registry.contract()?;
    let openapi = api.config.openapi();
    let described = contract::describe(&api.workspace, &checked, &told, openapi, Version::default(), false);
    let (text, accepted) = (described.text(Syntax::Json), api.config.accepted());
    Ok(Head { text, accepted, source: Source::Code, ..places(&api.workspace) })
}

/// Where the workspace's files are in its repository, if it has one.
fn places(workspace: &Workspace) -> Head {
    let document = workspace.package_root.join(DOCUMENT);
    let repository = Repository::around(&workspace.root).ok();
    let name = |path: &Utf8PathBuf| repository.as_ref().and_then(|repository| repository.name(path));
    let prefix = name(&workspace.root).filter(|name| !name.is_empty()).map(|name| name + "/");
    Head {
        text: String::new(),
        source: Source::Code,
        accepted: Vec::new(),
        prefix: prefix.unwrap_or_default(),
        document: name(&document).unwrap_or_else(|| document.to_string()),
    }
}

fn compared(
    args: &DiffArgs,
    format: Format,
    (base, base_source): (&str, &Source),
    head: &Head,
    printer: &Printer,
) -> Result<(), Error> {
    let parsed = |text: &str, source: &Source| {
        let refused = |error: serde_json::Error| contract::Error::NotADocument {
            name: source.to_string(),
            reason: error.to_string(),
        };
        serde_json::from_str::<Value>(text).map_err(refused)
    };
    let (before, after) = (parsed(base, base_source)?, parsed(&head.text, &head.source)?);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let today = Date::from_unix(now.map(|now| now.as_secs()).unwrap_or_default());
    let found = diff::compare(&before, &after, &head.prefix, &head.document, today);
    let found = found.map_err(|(which, reason)| {
        let source = if which == Which::Base { base_source } else { &head.source };
        contract::Error::NotADocument { name: source.to_string(), reason: reason.to_owned() }
    })?;
    let (findings, accepted) = diff::without_accepted(found, &head.accepted, today)?;
    printer.step("Compared", format!("the API; not {}", diff::ENVIRONMENTS));
    let verdicts = args.verdicts();
    let counts = |finding: &Finding| finding.counts(&verdicts);
    let outcome = Report::new(base_source, &head.source, &findings, accepted);
    let text = match format {
        Format::Json => json::text(&outcome),
        Format::Github => report::github(&outcome, counts),
        Format::Sarif => report::sarif(&outcome),
        Format::Markdown => report::markdown(&outcome),
        Format::Text | Format::Yaml => report::text(&outcome),
    };
    printer.file(&text)?;
    let counted = findings.iter().filter(|finding| counts(finding));
    match diff::summary(counted) {
        summary if summary.is_empty() => Ok(()),
        summary => Err(contract::Error::Changed { summary }.into()),
    }
}

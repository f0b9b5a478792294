//! `routegen openapi`: writes the OpenAPI document.

use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::{
    api::Api,
    difference::{Comparison, Stale},
    paths::{absolute, shown},
};
use crate::{
    app::{args::OpenApiArgs, error::Error},
    contract::{self, Syntax},
    output::{options::Format, words::plural},
    support::files::{self, Difference, Outcome},
};

/// The document's file name, beside the package's Cargo.toml.
pub(super) const DOCUMENT: &str = "openapi.json";

pub(super) fn run(api: &Api<'_>, args: &OpenApiArgs, format: Format) -> Result<(), Error> {
    let registry = api.registry()?;
    let checked = api.check(&registry.manifest)?;
    let told = registry.contract()?;
    let described =
        contract::describe(&api.workspace, &checked, &told, api.config.openapi(), args.openapi, args.strict);
    let syntax = args.syntax(format);
    let text = if args.html.is_some() { described.page() } else { described.text(syntax) };
    let out = args.html.as_ref().or(args.out.as_ref());
    let open = described.gaps.len();
    if args.strict && open > 0 {
        return Err(contract::Error::Gaps { gaps: described.gaps }.into());
    }
    described.gaps.iter().for_each(|gap| api.printer.warning(gap));
    if out.is_some_and(|out| out == "-") {
        return Ok(api.printer.file(&text)?);
    }
    let default = match syntax {
        Syntax::Json => DOCUMENT,
        Syntax::Yaml => "openapi.yaml",
    };
    let path = match out {
        Some(out) => absolute(out)?,
        None => api.workspace.package_root.join(default),
    };
    if args.check {
        return check(api, path, text);
    }
    let outcome = files::write_if_changed(&path, text.as_bytes())?;
    Ok(api.printer.outcome(&Written { path, outcome, operations: checked.routes.len(), open })?)
}

/// For CI: an error if the file on disk is not up to date with the code. Source lines may move without any
/// change that a client could see, and so without a new document.
fn check(api: &Api<'_>, path: Utf8PathBuf, text: String) -> Result<(), Error> {
    let before = files::read_if_exists(&path)?.map(|before| before.replace("\r\n", "\n"));
    let is_fresh = before.as_deref().is_some_and(|before| without_lines(before) == without_lines(&text));
    let difference =
        (!is_fresh).then(|| Stale::new(Difference { path: path.clone(), before, after: Some(text) }));
    api.printer.outcome(&Comparison::new(difference))?;
    if is_fresh { Ok(()) } else { Err(contract::Error::Stale { path }.into()) }
}

/// The document without the line numbers of attributes.
fn without_lines(text: &str) -> String {
    let line = |line: &str| {
        let is_place =
            ["\"source\": \"", "source: "].iter().any(|begin| line.trim_start().starts_with(begin));
        match line.rsplit_once(':') {
            Some((file, number)) if is_place && number.trim_matches(['"', ',']).parse::<u32>().is_ok() => {
                file.to_owned()
            }
            _ => line.to_owned(),
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What was written.
#[derive(Serialize)]
struct Written {
    path: Utf8PathBuf,
    outcome: Outcome,
    operations: usize,
    /// How many gaps the types leave.
    open: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = plural(self.operations, "1 route", "routes");
        let what = match self.outcome {
            Outcome::Unchanged => "unchanged",
            _ => "written",
        };
        writeln!(f, "Document {} ({routes}, {what})", shown(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_moved_makes_no_document_stale() {
        let text = |line: u32, file: &str| {
            format!("{{\n  \"source\": \"{file}:{line}\",\n  \"port\": 1:{file}\n}}\n")
        };
        assert_eq!(without_lines(&text(7, "src/lib.rs")), without_lines(&text(12, "src/lib.rs")));
        assert_ne!(without_lines(&text(7, "src/lib.rs")), without_lines(&text(7, "src/a.rs")));
        assert_eq!(
            without_lines("    source: \"src/lib.rs:7\"\n"),
            without_lines("    source: \"src/lib.rs:8\"\n")
        );
        assert_ne!(
            without_lines("url: \"http://localhost:80\"\n"),
            without_lines("url: \"http://localhost:81\"\n")
        );
    }
}

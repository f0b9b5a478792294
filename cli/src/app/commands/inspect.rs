//! `routegen inspect`: shows what is in a zip.

use std::fmt;

use camino::Utf8PathBuf;
use routegen_spec::{TriggerKind, printable};
use serde::Serialize;

use super::table::table;
use crate::{
    app::error::Error,
    artifacts,
    artifacts::inspect::{Inspection, Part, inspect, parts},
    output::{megabytes::Megabytes, printer::Printer},
    project::workspace::Workspace,
    toolchain,
};

/// Inspects `files`. The workspace is loaded only for what nothing else can answer.
pub(super) fn run(
    files: &[Utf8PathBuf],
    crates: Option<usize>,
    load: impl Fn() -> Result<Workspace, Error>,
    printer: &Printer,
) -> Result<(), Error> {
    let mut inspections = files.iter().map(|file| inspect(file)).collect::<Result<Vec<_>, _>>()?;
    if crates.is_some() {
        for inspection in &mut inspections {
            inspection.parts = Some(parts_of(inspection, &load, printer)?);
        }
    }
    Ok(printer.outcome(&Report { inspections, most: crates.unwrap_or_default() })?)
}

/// The parts of the program, from its own symbols or from those of the same program linked again.
fn parts_of(
    inspection: &Inspection,
    load: impl Fn() -> Result<Workspace, Error>,
    printer: &Printer,
) -> Result<Vec<Part>, Error> {
    let program = &inspection.bootstrap;
    if let Some(parts) = parts(program, program) {
        return Ok(parts);
    }
    let unknown = |reason| artifacts::Error::NoSymbols { path: inspection.path.clone(), reason };
    let workspace = load().map_err(|_| unknown("this is not the package that it was built from"))?;
    let name = inspection.note.as_ref().map_or(inspection.path.as_str(), |note| &note.function);
    printer.step("Linking", format!("{name} again, with its symbols"));
    let with_symbols = toolchain::with_symbols(&workspace, name, program, printer)?
        .ok_or_else(|| unknown("its program is not one that was last built here"))?;
    parts(program, &with_symbols)
        .ok_or_else(|| unknown("linked again, its program is another, or has no symbols either").into())
}

/// The inspections; the text shows at most `most` parts of each.
#[derive(Serialize)]
#[serde(transparent)]
struct Report {
    inspections: Vec<Inspection>,
    #[serde(skip)]
    most: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, inspection) in self.inspections.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write_inspection(f, inspection, self.most)?;
        }
        Ok(())
    }
}

fn write_inspection(f: &mut fmt::Formatter<'_>, inspection: &Inspection, most: usize) -> fmt::Result {
    writeln!(f, "{}", printable(inspection.path.as_str()))?;
    let mut line = |name: &str, value: &str| writeln!(f, "  {name:<13} {value}");
    match &inspection.note {
        Some(note) => {
            line("function", &note.function)?;
            match note.kind {
                TriggerKind::Authorizer => line("answers", "API Gateway, as an authorizer")?,
                // The note does not name the source itself, because the deployment may change it.
                kind => kind.consumed().map_or(Ok(()), |consumed| line("consumes", consumed))?,
            }
            for route in &note.routes {
                line("route", route)?;
            }
            line("package", &format!("{} {}", note.package, note.package_version))?;
            line("routegen", &note.routegen_version)?;
        }
        None => line("function", "unknown: routegen did not build it")?,
    }
    line("architecture", inspection.needs.machine.as_str())?;
    let libraries = inspection.needs.libraries.join(", ");
    let libraries = printable(&libraries);
    match &inspection.needs.glibc {
        Some(glibc) => line("needs", &format!("glibc {glibc} ({libraries})"))?,
        None if libraries.is_empty() => line("needs", "nothing: it is static")?,
        None => line("needs", &libraries)?,
    }
    if let Some(bytes) = inspection.zip_bytes {
        line("zip", &Megabytes(bytes).to_string())?;
    }
    line("bootstrap", &Megabytes(inspection.bootstrap_bytes).to_string())?;
    for other in &inspection.other_files {
        line("file", &format!("{} {}", printable(&other.path), Megabytes(other.bytes)))?;
    }
    if let Some(parts) = &inspection.parts {
        write!(f, "\n{}", parts_table(parts, inspection.bootstrap_bytes, most))?;
    }
    Ok(())
}

fn parts_table(parts: &[Part], whole: u64, most: usize) -> String {
    let row = |name: &str, bytes: u64| {
        let tenths = (bytes * 1000 + whole / 2).checked_div(whole).unwrap_or_default();
        vec![name.to_owned(), bytes.to_string(), format!("{}.{} %", tenths / 10, tenths % 10)]
    };
    let (shown, others) = parts.split_at(most.min(parts.len()));
    let mut rows: Vec<_> = shown.iter().map(|part| row(&part.name, part.bytes)).collect();
    if !others.is_empty() {
        let bytes = others.iter().map(|part| part.bytes).sum();
        rows.push(row(&format!("[{} others]", others.len()), bytes));
    }
    rows.push(row("[all]", whole));
    table(&["PART", "BYTES", "SHARE"], rows, &[1, 2])
}

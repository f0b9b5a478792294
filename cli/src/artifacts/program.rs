//! The `main` of a program that serves entry points: of a function, or of whichever function its first argument names, on the
//! user's machine.
//!
//! In: the crates and the symbols. Out: Rust source. It names its own entry points, so the linker keeps those handlers and no
//! others.

use std::fmt::Write as _;

use routegen_spec::TriggerKind;

/// For each kind of trigger, the runtime's type of its entry points and the runtime's function that serves them.
const SERVED: [(TriggerKind, &str, &str); 2] =
    [(TriggerKind::Routes, "Route", "serve"), (TriggerKind::Authorizer, "Authorizer", "serve_authorizer")];

/// Does not compile where the runtime registers handlers, which would keep all of them.
pub(super) const HOLDS_ITS_OWN_HANDLERS_ALONE: &str =
    "const _: () = assert!(!routegen::__private::REGISTERS);\n";

/// A program that serves these entry points: routes, or one authorizer. `records` connects the crate `log`.
pub(crate) fn main<'a>(
    crates: &[&str],
    kind: TriggerKind,
    entries: impl IntoIterator<Item = &'a str>,
    records: bool,
) -> String {
    let served = SERVED.iter().find(|(served, ..)| *served == kind);
    let (_, returned, serve) = served.expect("a test wants a row for every kind");
    let mut entry_points = EntryPoints::new(returned);
    let calls: Vec<String> =
        entries.into_iter().map(|symbol| format!("{}()", entry_points.declare(symbol))).collect();
    let mut calls = calls.join(", ");
    if kind.is_shared() {
        calls = format!("[{calls}]");
    }
    source(crates, &entry_points, records, &format!("{serve}({calls})"))
}

/// A program that serves the routes of one of these functions: of the one that its first argument names.
pub(crate) fn main_of_one<'a>(
    crates: &[&str],
    functions: impl IntoIterator<Item = (&'a str, &'a [String])>,
) -> String {
    let mut entry_points = EntryPoints::new("Route");
    let mut rows = String::new();
    for (name, entries) in functions {
        let entries: Vec<String> = entries.iter().map(|symbol| entry_points.declare(symbol)).collect();
        let _ = writeln!(rows, "        ({name:?}, &[{}]),", entries.join(", "));
    }
    // Only what is deployed has to be small.
    source(crates, &entry_points, true, &format!("serve_one_of(&[\n{rows}    ])"))
}

/// The declarations of entry points that return a type of the runtime.
struct EntryPoints {
    returned: &'static str,
    declarations: String,
    count: usize,
}

impl EntryPoints {
    fn new(returned: &'static str) -> Self {
        Self { returned, declarations: String::new(), count: 0 }
    }

    /// The name of the function with this symbol.
    fn declare(&mut self, symbol: &str) -> String {
        let name = format!("entry_{}", self.count);
        self.count += 1;
        let _ = writeln!(
            self.declarations,
            "    #[link_name = {symbol:?}]\n    safe fn {name}() -> routegen::__private::{};",
            self.returned
        );
        name
    }
}

fn source(crates: &[&str], entry_points: &EntryPoints, records: bool, call: &str) -> String {
    let mut source = String::new();
    let records = if records { "    routegen::__private::log_records();\n" } else { "" };
    for name in crates {
        let _ = writeln!(source, "extern crate {name} as _;");
    }
    source
        + &format!(
            "unsafe extern \"Rust\" {{\n{}}}\nfn main() -> std::process::ExitCode {{\n{records}    routegen::__private::{call}\n}}\n",
            entry_points.declarations
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_names_its_own_entry_points_and_no_others() {
        use TriggerKind::{Authorizer, Routes};
        insta::assert_snapshot!(
            [
                main(&["items"], Routes, ["routegen.items.GET.items"], false),
                main(
                    &["items", "pens"],
                    Routes,
                    ["routegen.items.GET.items", "routegen.pens.POST.pens"],
                    true
                ),
                main(&["items"], Authorizer, ["routegen.items.authorizer.key"], false),
                main_of_one(
                    &["items"],
                    [
                        ("get-items", &["routegen.items.GET.items".to_owned()][..]),
                        ("pens", &["routegen.items.GET.pens", "routegen.items.POST.pens"].map(str::to_owned)),
                    ]
                ),
            ]
            .join("\n")
        );
    }

    #[test]
    fn every_kind_of_trigger_has_a_program() {
        assert_eq!(SERVED.map(|(kind, ..)| kind), TriggerKind::ALL);
    }
}

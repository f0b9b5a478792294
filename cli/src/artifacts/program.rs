//! The `main` of a program that serves entry points: those of one function, or, on the user's machine, those
//! of the function that its first argument names.
//!
//! In: the crates and the symbols. Out: Rust source. It refers only to its own entry points, so the linker
//! keeps only those handlers.

use std::fmt::Write as _;

use routegen_spec::TriggerKind;

use crate::check::{EntryCall, Function};

/// The runtime's type for the entry points of a kind of trigger, and the runtime's function that serves them.
fn served(kind: TriggerKind) -> (&'static str, &'static str) {
    match kind {
        TriggerKind::Authorizer => ("Authorizer", "serve_authorizer"),
        kind if kind.is_event_source() => ("Consumer", "serve_consumer"),
        _ => ("Route", "serve"),
    }
}

/// Does not compile if the runtime registers handlers, which would keep all of them.
pub(super) const HOLDS_ITS_OWN_HANDLERS_ALONE: &str =
    "const _: () = assert!(!routegen::__private::REGISTERS);\n";

/// What a program calls before it serves anything. Each call costs bytes only in programs that contain it.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    /// Connects the crate `log`.
    pub(crate) records: bool,
    /// Starts several threads.
    pub(crate) threads: bool,
}

impl Setup {
    /// The calls for a function, depending on whether the crate `log` may be in use.
    pub(crate) fn of(function: &Function, records: bool) -> Self {
        Self { records, threads: function.multi_thread }
    }

    fn source(self) -> String {
        let calls = [(self.records, "log_records"), (self.threads, "use_threads")];
        let mut source = String::new();
        for (_, call) in calls.into_iter().filter(|(is_called, _)| *is_called) {
            let _ = writeln!(source, "    routegen::__private::{call}();");
        }
        source
    }
}

/// A program that serves these entry points: routes, or one authorizer.
pub(crate) fn main<'a>(
    crates: &[&str],
    kind: TriggerKind,
    entries: impl IntoIterator<Item = &'a EntryCall>,
    setup: Setup,
) -> String {
    let (returned, serve) = served(kind);
    let mut entry_points = EntryPoints::new(returned);
    let calls: Vec<String> = entries.into_iter().map(|entry| entry_points.call(entry)).collect();
    let mut calls = calls.join(", ");
    if kind.is_shared() {
        calls = format!("[{calls}]");
    }
    source(crates, &entry_points, setup, &format!("{serve}({calls})"))
}

/// A program that serves the routes of the function that its first argument names, out of these.
pub(crate) fn main_of_one<'a>(
    crates: &[&str],
    functions: impl IntoIterator<Item = (&'a str, bool, &'a [EntryCall])>,
) -> String {
    let mut entry_points = EntryPoints::new("Route");
    let mut rows = String::new();
    for (name, has_threads, entries) in functions {
        let entries: Vec<String> =
            entries.iter().map(|entry| format!("|| {}", entry_points.call(entry))).collect();
        let _ = writeln!(rows, "        ({name:?}, {has_threads}, &[{}]),", entries.join(", "));
    }
    // Only what is deployed must be small.
    let setup = Setup { records: true, threads: false };
    source(crates, &entry_points, setup, &format!("serve_one_of(&[\n{rows}    ])"))
}

/// A program that serves the consumer that its first argument names, out of these.
pub(crate) fn main_of_one_consumer<'a>(
    crates: &[&str],
    consumers: impl IntoIterator<Item = (&'a str, bool, &'a EntryCall)>,
) -> String {
    let mut entry_points = EntryPoints::new("Consumer");
    let mut rows = String::new();
    for (name, has_threads, entry) in consumers {
        let call = entry_points.call(entry);
        let setup = Setup { records: false, threads: has_threads }.source();
        let setup = setup.trim();
        let _ = writeln!(rows, "        Some({name:?}) => {{ {setup} {call} }}");
    }
    let setup = Setup { records: true, threads: false };
    let none = "        _ => return std::process::ExitCode::FAILURE,\n";
    let chosen = format!("match std::env::args().nth(1).as_deref() {{\n{rows}{none}    }}");
    source(crates, &entry_points, setup, &format!("serve_consumer({chosen})"))
}

/// The declarations of entry points that return a type of the runtime.
struct EntryPoints {
    returned: &'static str,
    declarations: String,
    count: usize,
    /// The packages whose entry points are declared.
    packages: Vec<String>,
}

impl EntryPoints {
    fn new(returned: &'static str) -> Self {
        Self { returned, declarations: String::new(), count: 0, packages: Vec::new() }
    }

    /// The expression that calls an entry point.
    fn call(&mut self, EntryCall { symbol, key, package }: &EntryCall) -> String {
        let name = format!("entry_{}", self.count);
        self.count += 1;
        self.declare(symbol, &name, self.returned);
        match (key, package) {
            (Some(key), Some(package)) => {
                let package = self.package(package);
                format!(
                    "routegen::__private::within({name}(), {key:?}, {package}(), \
                     |request| routegen::__private::in_package({package}(), {name}(), request))"
                )
            }
            (Some(key), None) => format!("routegen::__private::Route {{ key: {key:?}, ..{name}() }}"),
            (None, _) => format!("{name}()"),
        }
    }

    /// The name of the Rust function for a package's symbol.
    fn package(&mut self, symbol: &str) -> String {
        let known = self.packages.iter().position(|known| known == symbol);
        let index = known.unwrap_or_else(|| {
            self.packages.push(symbol.to_owned());
            let index = self.packages.len() - 1;
            self.declare(symbol, &format!("package_{index}"), "Package");
            index
        });
        format!("package_{index}")
    }

    fn declare(&mut self, symbol: &str, name: &str, returned: &str) {
        let _ = writeln!(
            self.declarations,
            "    #[link_name = {symbol:?}]\n    safe fn {name}() -> routegen::__private::{returned};"
        );
    }
}

fn source(crates: &[&str], entry_points: &EntryPoints, setup: Setup, call: &str) -> String {
    let mut source = String::new();
    let setup = setup.source();
    for name in crates {
        let _ = writeln!(source, "extern crate {name} as _;");
    }
    source
        + &format!(
            "unsafe extern \"Rust\" {{\n{}}}\nfn main() -> std::process::ExitCode {{\n{setup}    routegen::__private::{call}\n}}\n",
            entry_points.declarations
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_names_its_own_entry_points_and_no_others() {
        use TriggerKind::{Authorizer, Routes};
        let plain =
            |symbols: &[&str]| symbols.iter().map(|symbol| EntryCall::plain(*symbol)).collect::<Vec<_>>();
        let [items, both, key] = [
            &["routegen.items.GET.items"][..],
            &["routegen.items.GET.items", "routegen.pens.POST.pens"],
            &["routegen.items.authorizer.key"],
        ]
        .map(plain);
        let prefixed = |symbol: &str, package: Option<&str>| EntryCall {
            key: Some("GET /v1/items".to_owned()),
            package: package.map(str::to_owned),
            ..EntryCall::plain(symbol)
        };
        let none = Setup { records: false, threads: false };
        let all = Setup { records: true, threads: true };
        let below = [prefixed("routegen.items.GET.items", None)];
        let within = ["routegen.items.GET.items", "routegen.items.GET.pens"]
            .map(|symbol| prefixed(symbol, Some("routegen_package.items")));
        insta::assert_snapshot!(
            [
                main(&["items"], Routes, &items, none),
                main(&["items", "pens"], Routes, &both, all),
                main(&["items"], Authorizer, &key, none),
                main(&["items"], Routes, &below, none),
                main(&["items"], Routes, &within, none),
                main_of_one(&["items"], [("get-items", false, &items[..]), ("pens", true, &within)]),
                main_of_one_consumer(
                    &["items"],
                    [("a", false, &EntryCall::plain("routegen.items.queue.a")), ("b", true, &key[0])],
                ),
            ]
            .join("\n")
        );
    }

    #[test]
    fn every_kind_of_trigger_has_a_program() {
        for kind in TriggerKind::ALL {
            let expected = match kind {
                TriggerKind::Routes => "serve",
                TriggerKind::Authorizer => "serve_authorizer",
                _ => "serve_consumer",
            };
            assert_eq!(served(kind).1, expected);
        }
    }
}

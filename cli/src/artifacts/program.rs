//! The `main` of a program that serves entry points: of a function, or of all routes at once on the user's machine.
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

/// A program that serves these entry points: routes, or one authorizer.
pub(crate) fn main<'a>(
    crates: &[&str],
    kind: TriggerKind,
    entries: impl IntoIterator<Item = &'a str>,
) -> String {
    let served = SERVED.iter().find(|(served, ..)| *served == kind);
    let (_, returned, serve) = served.expect("a test wants a row for every kind");
    let mut source = String::new();
    for name in crates {
        let _ = writeln!(source, "extern crate {name} as _;");
    }
    source += "unsafe extern \"Rust\" {\n";
    let mut calls = Vec::new();
    for (index, symbol) in entries.into_iter().enumerate() {
        let _ = writeln!(
            source,
            "    #[link_name = {symbol:?}]\n    safe fn entry_{index}() -> routegen::__private::{returned};"
        );
        calls.push(format!("entry_{index}()"));
    }
    let mut calls = calls.join(", ");
    if kind.is_shared() {
        calls = format!("[{calls}]");
    }
    source
        + &format!(
            "}}\nfn main() -> std::process::ExitCode {{\n    routegen::__private::{serve}({calls})\n}}\n"
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
                main(&["items"], Routes, ["routegen.items.GET.items"]),
                main(&["items", "pens"], Routes, ["routegen.items.GET.items", "routegen.pens.POST.pens"]),
                main(&["items"], Authorizer, ["routegen.items.authorizer.key"]),
            ]
            .join("\n")
        );
    }

    #[test]
    fn every_kind_of_trigger_has_a_program() {
        assert_eq!(SERVED.map(|(kind, ..)| kind), TriggerKind::ALL);
    }
}

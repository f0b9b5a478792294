//! The `main` of a program that serves entry points: of a function, or of all routes at once on the user's machine.
//!
//! In: the crates and the symbols. Out: Rust source. It names its own entry points, so the linker keeps those handlers and no
//! others.

use std::fmt::Write as _;

use crate::check::FunctionKind;

/// A program that serves these entry points: routes, or one authorizer.
pub(crate) fn main<'a>(
    crates: &[&str],
    kind: FunctionKind,
    entries: impl IntoIterator<Item = &'a str>,
) -> String {
    let (returned, serve) = match kind {
        FunctionKind::Routes => ("Route", "serve"),
        FunctionKind::Authorizer => ("Authorizer", "serve_authorizer"),
    };
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
    let calls = match kind {
        FunctionKind::Routes => format!("[{}]", calls.join(", ")),
        FunctionKind::Authorizer => calls.join(", "),
    };
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
        use FunctionKind::{Authorizer, Routes};
        insta::assert_snapshot!(
            [
                main(&["items"], Routes, ["routegen.items.GET.items"]),
                main(&["items", "pens"], Routes, ["routegen.items.GET.items", "routegen.pens.POST.pens"]),
                main(&["items"], Authorizer, ["routegen.items.authorizer.key"]),
            ]
            .join("\n")
        );
    }
}

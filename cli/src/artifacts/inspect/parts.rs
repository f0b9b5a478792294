//! What the bytes of a program belong to: the code and data of each crate, and what no symbol covers.
//!
//! In: a program, and the same program with its symbols. Out: parts whose sizes add up to the program's. A
//! symbol belongs to the crate at the beginning of its path, as in `cargo bloat`: a generic function of std
//! counts as std, whichever crate instantiated it. What no symbol covers, such as constants and unwinding
//! tables, is listed by section.

use std::{cmp::Reverse, collections::BTreeMap};

use object::{
    LittleEndian, elf,
    read::{Object as _, ObjectSection as _, ObjectSymbol as _, SectionFlags, elf::ElfFile64},
};
use routegen_spec::Entry;
use serde::Serialize;

type Program<'a> = ElfFile64<'a, LittleEndian>;

/// A part of a program.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Part {
    /// A crate, or something else in brackets.
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

/// The standard library, as shipped with Rust.
const STD: &str = "std";
/// Its crates, including external ones in it whose names no user's crate is likely to have.
const STD_CRATES: [&str; 13] = [
    "addr2line",
    "adler2",
    "alloc",
    "compiler_builtins",
    "core",
    "gimli",
    "miniz_oxide",
    "panic_abort",
    "panic_unwind",
    "rustc_demangle",
    "std",
    "std_detect",
    "unwind",
];
const NOT_RUST: &str = "[not Rust]";
const HEADERS: &str = "[headers]";

/// The parts of `program`, largest first, by the symbols of `with_symbols`. `None` if the two are not the
/// same program, or if there are no symbols.
pub(crate) fn parts(program: &[u8], with_symbols: &[u8]) -> Option<Vec<Part>> {
    let stripped = Program::parse(program).ok()?;
    let full = Program::parse(with_symbols).ok()?;
    if code(&stripped)? != code(&full)? {
        return None;
    }
    let symbols = symbols(&full);
    if symbols.is_empty() {
        return None;
    }
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    let mut rest = program.len() as u64;
    for section in stripped.sections() {
        // Sections without bytes in the file, such as `.bss`, have no range. None may claim more than what is
        // left.
        let Some((_, size)) = section.file_range().filter(|(_, size)| *size <= rest) else { continue };
        rest -= size;
        let mut unknown = size;
        if is_loaded(section.flags()) {
            let begin = section.address();
            let end = begin.saturating_add(size);
            let mut known_to = begin;
            let first = symbols.partition_point(|symbol| symbol.address < begin);
            for symbol in symbols[first..].iter().take_while(|symbol| symbol.address < end) {
                // If symbols overlap, each byte is counted once.
                let to = symbol.address.saturating_add(symbol.size).min(end);
                let bytes = to.saturating_sub(symbol.address.max(known_to));
                known_to = known_to.max(to);
                unknown -= bytes;
                *parts.entry(crate_of(symbol.name)).or_default() += bytes;
            }
        }
        *parts.entry(format!("[{}]", section.name().unwrap_or("?"))).or_default() += unknown;
    }
    *parts.entry(HEADERS.to_owned()).or_default() += rest;
    let mut parts: Vec<_> =
        parts.into_iter().filter(|(_, bytes)| *bytes > 0).map(|(name, bytes)| Part { name, bytes }).collect();
    parts.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    Some(parts)
}

/// The machine code, by which two programs are compared.
fn code<'a>(program: &Program<'a>) -> Option<(u64, &'a [u8])> {
    let text = program.section_by_name(".text")?;
    Some((text.address(), text.data().ok()?))
}

fn is_loaded(flags: SectionFlags) -> bool {
    matches!(flags, SectionFlags::Elf { sh_flags, .. } if sh_flags.0 & elf::SHF_ALLOC.0 != 0)
}

struct Symbol<'a> {
    address: u64,
    size: u64,
    name: &'a str,
}

/// The symbols with a size, by address; of those with the same address, the largest.
fn symbols<'a>(program: &Program<'a>) -> Vec<Symbol<'a>> {
    let symbols = program.symbols().filter(|symbol| symbol.is_definition() && symbol.size() > 0);
    let mut symbols: Vec<_> = symbols
        .filter_map(|symbol| {
            Some(Symbol { address: symbol.address(), size: symbol.size(), name: symbol.name().ok()? })
        })
        .collect();
    symbols.sort_by_key(|symbol| (symbol.address, Reverse(symbol.size), symbol.name));
    symbols.dedup_by_key(|symbol| symbol.address);
    symbols
}

/// The crate that a symbol belongs to.
fn crate_of(symbol: &str) -> String {
    if let Ok(entry) = symbol.parse::<Entry>() {
        return entry.crate_name;
    }
    let Ok(demangled) = rustc_demangle::try_demangle(symbol) else { return NOT_RUST.to_owned() };
    // Without hashes.
    let path = format!("{demangled:#}");
    match first_crate(&path) {
        Some(name) if STD_CRATES.contains(&name) => STD.to_owned(),
        Some(name) => name.to_owned(),
        // Only std may implement methods for built-in types.
        None => STD.to_owned(),
    }
}

/// The crate at the beginning of a path: for `<T as Trait>::f` that is `T`'s, or the trait's if `T` is built
/// in or a parameter.
fn first_crate(path: &str) -> Option<&str> {
    let Some(inner) = path.strip_prefix('<') else {
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
        let (name, rest) = path.split_at(end);
        return (!name.is_empty() && rest.starts_with("::")).then_some(name);
    };
    let (ty, of_trait) = match top_level(inner, " as ") {
        Some((ty, of_trait)) => (ty, Some(of_trait)),
        None => (inner, None),
    };
    let built_in = ["&", "*", "[", "(", "mut ", "const ", "dyn "];
    let mut ty = ty;
    while let Some(rest) = built_in.iter().find_map(|prefix| ty.strip_prefix(prefix)) {
        ty = rest;
    }
    first_crate(ty).or_else(|| first_crate(of_trait?))
}

/// Splits `text` at `separator` outside of any brackets.
fn top_level<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let mut open = 0_u32;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => open += 1,
            // The arrow in a function type is not a closing bracket.
            '>' if before == '-' => {}
            '>' | ')' | ']' => open = open.checked_sub(1)?,
            _ if open == 0 && text[at..].starts_with(separator) => {
                return Some((&text[..at], &text[at + separator.len()..]));
            }
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_symbol_belongs_to_the_crate_that_its_path_begins_with() {
        for (path, expected) in [
            ("serde_json::de::from_str", Some("serde_json")),
            ("<serde_json::value::Value as core::fmt::Debug>::fmt", Some("serde_json")),
            ("<&mut serde_json::value::Value as core::fmt::Debug>::fmt", Some("serde_json")),
            ("<T as hyper::body::Body>::poll", Some("hyper")),
            ("<fn(u8) -> a::B as hyper::body::Body>::poll", Some("hyper")),
            ("<[tokio::Task] as core::fmt::Debug>::fmt", Some("tokio")),
            ("<<a::B as b::C>::D as c::E>::f", Some("a")),
            ("core::ptr::drop_in_place<axum::Json<u8>>", Some("core")),
            ("<u8 as core::fmt::Display>::fmt", Some("core")),
            ("main", None),
            ("<", None),
            ("", None),
        ] {
            assert_eq!(first_crate(path), expected, "{path}");
        }
        assert_eq!(crate_of("_ZN4core3fmt5write17h0123456789abcdefE"), "std");
        assert_eq!(crate_of("_RNvCs1234_7mycrate3foo"), "mycrate");
        assert_eq!(crate_of("routegen.my_5fitems.GET.items"), "my_items");
        assert_eq!(crate_of("memcpy"), "[not Rust]");
    }

    #[test]
    fn the_parts_of_a_program_add_up_to_it() {
        let parts = parts(&THIS, &THIS).unwrap();
        assert_eq!(parts.iter().map(|part| part.bytes).sum::<u64>(), THIS.len() as u64);
        for name in ["std", "routegen_cli", "[.rodata]"] {
            assert!(parts.iter().any(|part| part.name == name), "{name} is not in {parts:?}");
        }
        assert!(parts.is_sorted_by(|a, b| a.bytes >= b.bytes));
    }

    static THIS: LazyLock<Vec<u8>> =
        LazyLock::new(|| std::fs::read(std::env::current_exe().unwrap()).unwrap());

    proptest! {
        #[test]
        fn no_program_makes_the_reader_panic(
            header in 0..64_usize,
            noise in proptest::collection::vec(any::<u8>(), 0..200),
            path in "[<>a-b: &(\\[\\])-]{0,30}",
        ) {
            let program = [&THIS[..header], &noise].concat();
            prop_assert_eq!(parts(&program, &program), None);
            let _ = first_crate(&path);
        }
    }
}

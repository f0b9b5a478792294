//! The invariants in ARCHITECTURE.md that the compiler does not check.

#![allow(clippy::unwrap_used, reason = "a test that fails should stop and say why")]

mod modules;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use cargo_metadata::{DependencyKind, MetadataCommand};
use modules::Graph;

/// The crates whose modules are checked.
const CRATES: [&str; 8] = ["spec", "apigw", "macros", "runtime", "sqs", "gateway", "cli", "xtask"];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn dependencies_point_one_way() {
    let metadata = MetadataCommand::new().current_dir(repository()).no_deps().exec().unwrap();
    let found: BTreeMap<&str, Vec<&str>> = metadata
        .packages
        .iter()
        .map(|package| {
            let normal =
                package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
            let mut local: Vec<_> = normal
                .filter(|dependency| dependency.path.is_some())
                .map(|dependency| dependency.name.as_str())
                .collect();
            local.sort_unstable();
            (package.name.as_str(), local)
        })
        .collect();
    let expected = BTreeMap::from([
        ("items", vec!["routegen"]),
        ("orders", vec!["routegen", "routegen-sqs"]),
        ("pets", vec!["routegen"]),
        ("routegen", vec!["routegen-apigw", "routegen-macros", "routegen-spec"]),
        ("routegen-apigw", vec!["routegen-spec"]),
        ("routegen-cli", vec!["routegen-apigw", "routegen-gateway", "routegen-spec"]),
        ("routegen-gateway", vec!["routegen-apigw", "routegen-spec"]),
        ("routegen-gateway-tests", vec!["routegen-gateway", "routegen-spec"]),
        ("routegen-guides", vec![]),
        ("routegen-macros", vec!["routegen-spec"]),
        ("routegen-serve-tests", vec!["routegen"]),
        ("routegen-spec", vec![]),
        ("routegen-sqs", vec!["routegen"]),
        ("shop", vec!["routegen"]),
        ("xtask", vec![]),
    ]);
    assert_eq!(found, expected);
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let mut circles = Vec::new();
    for krate in CRATES {
        let graph = Graph::read(&repository().join(krate).join("src"));
        assert!(graph.0.len() > 5, "{krate} was not read");
        circles.extend(graph.circles().into_iter().map(|circle| format!("{krate}: {circle:?}")));
    }
    assert!(circles.is_empty(), "modules that can only be read together:\n{}", circles.join("\n"));
}

/// The last column of the table of rooms in ARCHITECTURE.md lists exactly what the code of each room uses.
#[test]
fn the_rooms_use_each_other_as_drawn() {
    let page = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let graph = Graph::read(&repository().join("cli/src"));
    let rooms: BTreeMap<_, _> = graph.rooms().into_iter().filter(|(room, _)| !room.is_empty()).collect();
    assert_eq!(drawn(&page, "`cli/src`"), rooms);
}

/// The rows of the table below the header that names `folder`.
fn drawn<'a>(page: &'a str, folder: &str) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let header = |line: &&str| line.starts_with(&format!("| {folder} |"));
    let rows = page.lines().skip_while(|line| !header(line)).skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<_> = row.split(" | ").collect();
        let names = |cell: &'a str| cell.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches('/'));
        let room = names(cells[0]).next().unwrap_or_else(|| panic!("no room: {row}"));
        (room, names(cells[cells.len() - 1]).collect())
    })
    .collect()
}

/// A crate with a few files, in a folder of the test's own.
fn graph(name: &str, files: &[(&str, &str)]) -> Graph {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("architecture").join(name);
    let _ = fs::remove_dir_all(&folder);
    for (file, text) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Graph::read(&folder)
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let lib = ("lib.rs", "mod a;\nmod b;");
    let circles = [
        ("imports", "use crate::b::B;\npub struct A(B);", "use crate::a::A;\npub struct B(A);"),
        ("paths", "pub struct A(crate::b::B);", "pub struct B(super::a::A);"),
        ("macros", "fn a() { println!(\"{}\", crate::b::b()) }", "pub fn b() -> u8 { crate::a::C }"),
        ("derives", "#[derive(crate::b::Derive)]\npub struct A;", "use crate::a::A;"),
        ("globs", "use crate::b::*;", "use crate::a::*;"),
        (
            "renamed",
            "use crate::b as other;\npub struct A(other::B);",
            "use crate::{a::{self}};\npub struct B(a::A);",
        ),
        ("in_a_function", "fn a() { use crate::b::b; b() }", "pub fn b() { crate::a::a() }"),
        ("in_an_inner_module", "mod inner { pub struct A(crate::b::B); }", "pub struct B(crate::a::A);"),
    ];
    for (name, a, b) in circles {
        let graph = graph(name, &[lib, ("a.rs", a), ("b.rs", b)]);
        assert_eq!(graph.circles(), [BTreeSet::from(["a", "b"])], "{name}: {graph:?}");
    }
}

#[test]
fn a_name_is_followed_through_its_re_exports() {
    let files = [
        ("lib.rs", "mod a;\nmod b;"),
        (
            "a/mod.rs",
            "mod inner;\nmod other;\npub(crate) use self::inner::{Inner, Renamed as New};\npub(crate) use other::*;",
        ),
        ("a/inner.rs", "pub struct Inner(crate::b::B);\npub struct Renamed;"),
        ("a/other.rs", "pub struct Other;"),
        ("b.rs", "use crate::a::{Inner, New};\npub struct B;"),
    ];
    let graph = graph("re_exports", &files);
    assert_eq!(graph.circles(), [BTreeSet::from(["a::inner", "b"])], "{graph:?}");
}

#[test]
fn what_is_no_circle_is_not_called_one() {
    let files = [
        ("lib.rs", "pub(crate) mod a;\nmod b;\nuse a::A;\nfn lib(_: A, _: b::B) {}"),
        // A façade whose children depend on each other in one direction, and a test that uses what depends on
        // the façade.
        ("a/mod.rs", "mod first;\npub(crate) mod second;\npub(crate) use self::{first::A, second::Second};"),
        (
            "a/first.rs",
            "use super::Second;\npub(crate) struct A(Second);\nmade! { pub(super) struct C; }\n#[cfg(test)]\nmod tests { use crate::b::B; }",
        ),
        ("a/second.rs", "pub(in crate::a) struct Second;"),
        ("b.rs", "use crate::a::A;\npub struct B(A);"),
    ];
    let graph = graph("no_circle", &files);
    assert!(graph.circles().is_empty(), "{graph:?}");
    let rooms = BTreeMap::from([
        ("", BTreeSet::from(["a", "b"])),
        ("a", BTreeSet::new()),
        ("b", BTreeSet::from(["a"])),
    ]);
    assert_eq!(graph.rooms(), rooms);
}

/// `gateway/fuzz` is a separate workspace, for another compiler, and is only built for fuzzing. The functions
/// that its targets call have tests, which replay the seeds.
#[test]
fn the_fuzz_targets_are_those_that_have_seeds() {
    let folder = repository().join("gateway/fuzz");
    let mut manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let mut targets = 0;
    for (krate, module) in [("gateway", "routegen_gateway::fuzz"), ("apigw", "routegen_apigw::routing::fuzz")]
    {
        for seeds in fs::read_dir(repository().join(krate).join("seeds")).unwrap() {
            let name = seeds.unwrap().file_name().into_string().unwrap();
            let target = fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
            let call = format!("libfuzzer_sys::fuzz_target!(|input: &[u8]| {module}::{name}(input));\n");
            assert!(target.ends_with(&call), "{name}: {target}");
            let entry = format!(
                "[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\ntest = false\ndoc = false\nbench = false\n"
            );
            assert!(manifest.contains(&entry), "{name}");
            manifest = manifest.replace(&entry, "");
            targets += 1;
        }
    }
    assert_eq!(targets, 4);
    assert!(!manifest.contains("[[bin]]"), "{manifest}");
}

/// The files that list the kinds of event source, and that a new kind therefore extends. What follows from a
/// kind is a method of `TriggerKind` or `EventSource`, so that no other file needs a list.
const LISTS: [&str; 8] = [
    "cli/src/terraform/event_sources.rs",
    "gateway/src/events/kinds/mod.rs",
    "macros/src/consumer/parse.rs",
    "macros/src/consumer/validate.rs",
    "macros/src/lib.rs",
    "runtime/src/testing/incoming.rs",
    "spec/src/event_source/mod.rs",
    "spec/src/schema.rs",
];

#[test]
fn the_kinds_of_event_source_are_listed_in_these_files_alone() {
    let is_listed = |code: &str| {
        ["Schedule", "Queue", "Event", "Stream"].iter().all(|kind| {
            ["EventSource", "TriggerKind", "Family"].iter().any(|of| code.contains(&format!("{of}::{kind}")))
        })
    };
    let mut folders: Vec<_> = CRATES.iter().map(|name| repository().join(name).join("src")).collect();
    let mut lists = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                if is_listed(code) {
                    lists.insert(path.strip_prefix(repository()).unwrap().display().to_string());
                }
            }
        }
    }
    assert_eq!(lists, LISTS.map(str::to_owned).into());
}

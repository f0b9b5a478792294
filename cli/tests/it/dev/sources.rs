//! Everything that a package is made from is watched, however it appears and disappears.

use super::server::Server;
use crate::fixture::{Project, scratch};

/// A route whose response contains each of these words.
fn source(modules: &str, words: &[&str]) -> String {
    let words = words.join(", ");
    format!(
        "{modules}\n\n#[routegen::route(GET, \"/word\", auth = \"none\")]\nasync fn word() -> String {{\n    \
         [{words}].join(\" \")\n}}\n"
    )
}

fn word(word: &str) -> String {
    format!("pub(crate) const WORD: &str = \"{word}\";\n")
}

#[test]
fn modules_folders_configuration_and_dependencies_are_watched_and_so_is_what_comes_back() {
    let project = Project::new("dev-sources", &source("", &["\"one\""]));
    let server = Server::start(&mut project.routegen(&["dev", "--port", "0", "--format", "json"]));
    let answer = || server.get("/word", &[]).body;
    assert_eq!(answer(), "one");

    // A new folder with a module.
    project.write("src/deep/new/mod.rs", &word("two"));
    project.write("src/deep/mod.rs", "pub(crate) mod new;\n");
    project.write("src/lib.rs", &source("mod deep;", &["deep::new::WORD"]));
    server.heard("Rebuilt");
    assert_eq!(answer(), "two");
    project.write("src/deep/new/mod.rs", &word("three"));
    server.heard("Rebuilt");
    assert_eq!(answer(), "three");

    // A module that disappears and comes back in another form.
    std::fs::remove_dir_all(project.root.join("src/deep/new")).unwrap();
    server.heard("RG0007");
    project.write("src/deep/new.rs", &word("four"));
    server.heard("Rebuilt");
    assert_eq!(answer(), "four");

    // All of them disappear, as on a branch without them, and come back.
    let (src, away) = (project.root.join("src"), scratch("dev-sources-away").join("src"));
    std::fs::rename(&src, &away).unwrap();
    server.heard("Serving");
    std::fs::rename(&away, &src).unwrap();
    server.heard("Rebuilt");
    assert_eq!(answer(), "four");
    project.write("src/deep/new.rs", &word("five"));
    server.heard("Rebuilt");
    assert_eq!(answer(), "five");

    // Cargo's configuration.
    project.write("src/lib.rs", &source("", &["option_env!(\"ROUTEGEN_TEST_WORD\").unwrap_or(\"none\")"]));
    server.heard("Rebuilt");
    assert_eq!(answer(), "none");
    project.write(".cargo/config.toml", "[env]\nROUTEGEN_TEST_WORD = \"six\"\n");
    server.heard("Rebuilt");
    assert_eq!(answer(), "six");

    // A dependency whose Cargo.toml cannot be read at first, because its library is missing.
    let dependency = scratch("dev-sources-word");
    let write = |path: &str, text: &str| std::fs::write(dependency.join(path), text).unwrap();
    std::fs::create_dir(dependency.join("src")).unwrap();
    write("Cargo.toml", "[package]\nname = \"dev-sources-word\"\nedition = \"2024\"\n\n[workspace]\n");
    std::fs::remove_file(src.join("lib.rs")).unwrap();
    server.heard("Serving");
    let with = format!("[dependencies]\ndev-sources-word = {{ path = \"{dependency}\" }}");
    project.write("Cargo.toml", &project.manifest().replace("[dependencies]", &with));
    server.heard("RG0001");
    write("src/lib.rs", &word("seven").replace("pub(crate)", "pub"));
    project.write("src/lib.rs", &source("", &["dev_sources_word::WORD"]));
    server.heard("Rebuilt");
    assert_eq!(answer(), "seven");
    write("src/lib.rs", &word("eight").replace("pub(crate)", "pub"));
    server.heard("Rebuilt");
    assert_eq!(answer(), "eight");
    server.stop();
}

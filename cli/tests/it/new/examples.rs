//! `examples/shop` is the first template, so its readers see what `routegen new` writes.

use super::{elsewhere, files, new};
use crate::fixture::{repository, succeed};

/// As in the root of this repository: `routegen new examples/shop --routegen-path .`. `INSTA_UPDATE=always`
/// writes the example.
#[test]
fn the_first_example_is_what_the_first_template_makes() {
    let (_guard, root) = elsewhere();
    std::fs::write(root.join("Cargo.toml"), "[workspace]\nmembers = [\"examples/shop\"]\n").unwrap();
    for (krate, name) in [("runtime", "routegen"), ("gateway", "routegen-gateway"), ("sqs", "routegen-sqs")] {
        std::fs::create_dir_all(root.join(krate).join("src")).unwrap();
        std::fs::write(root.join(krate).join("src/lib.rs"), "").unwrap();
        let manifest = format!("[package]\nname = \"{name}\"\n\n[features]\ntesting = []\n");
        std::fs::write(root.join(krate).join("Cargo.toml"), manifest).unwrap();
    }
    succeed(&mut new(&root, &["examples/shop", "--routegen-path", "."]));
    let (made, example) = (root.join("examples/shop"), repository().join("examples/shop"));
    let update = std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always");
    for file in files(&made) {
        let text = std::fs::read_to_string(made.join(&file)).unwrap();
        if update {
            std::fs::create_dir_all(example.join(&file).parent().unwrap()).unwrap();
            std::fs::write(example.join(&file), &text).unwrap();
        }
        let committed = std::fs::read_to_string(example.join(&file)).unwrap_or_default();
        assert!(committed == text, "examples/shop/{file} is not that of the template: run `just bless`");
    }
    let git = ["ls-files", "--cached", "--others", "--exclude-standard", "examples/shop"];
    let mut git_files = std::process::Command::new("git");
    let listed = succeed(git_files.args(git).current_dir(repository()));
    let expected = files(&made).len() + ["openapi.json"].len();
    assert_eq!(listed.lines().count(), expected, "{listed}");
}

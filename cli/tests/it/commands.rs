//! What the commands print and write, and when they fail.

use serde_json::Value;

use crate::{
    fixture::{Project, complaint, executable, fail, items, repository, routegen, scratch, succeed, unpack},
    requirement::or_skip,
};

#[test]
fn routes_prints_a_table() {
    insta::assert_snapshot!(succeed(&mut routegen(&["routes", "-p", "items"])));
}

#[test]
fn routes_as_json_is_the_manifest() {
    insta::assert_snapshot!(succeed(&mut routegen(&["routes", "-p", "items", "--format", "json"])));
}

#[test]
fn cargo_routegen_is_the_same_command() {
    let cargo_routegen = camino::Utf8Path::new(env!("CARGO_BIN_EXE_cargo-routegen"));
    let version = succeed(&mut routegen(&["--version"]));
    let run =
        |program: &camino::Utf8Path, args: &[&str]| std::process::Command::new(program).args(args).output();
    for args in [&["routegen", "--version"][..], &["--version"]] {
        assert_eq!(String::from_utf8(run(cargo_routegen, args).unwrap().stdout).unwrap(), version);
    }
    assert_eq!(run(cargo_routegen, &["routegen", "unknown"]).unwrap().status.code(), Some(2));
    // It is found through a link to it, as package managers create them, and alone.
    let folder = scratch("cargo-routegen");
    let link = folder.join("cargo-routegen");
    std::os::unix::fs::symlink(cargo_routegen, &link).unwrap();
    assert_eq!(String::from_utf8(run(&link, &["routegen", "--version"]).unwrap().stdout).unwrap(), version);
    let alone = folder.join("alone");
    executable(&alone, &std::fs::read(cargo_routegen).unwrap());
    let output = run(&alone, &["routegen", "--version"]).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("cargo install routegen-cli"), "{stderr}");
}

/// The names in the list of commands in `--help`.
fn commands(help: &str) -> Vec<&str> {
    let list =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    list.filter_map(|line| {
        line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next()
    })
    .collect()
}

/// The pages that explain commands, as linked from the command reference.
const GUIDES: [(&str, &str); 12] = [
    ("new", "new.md"),
    ("routes", "manifest-json.md"),
    ("check", "diagnostics.md"),
    ("build", "building.md"),
    ("emit-tf", "terraform.md"),
    ("openapi", "openapi.md"),
    ("diff", "diff.md"),
    ("package", "tutorial.md"),
    ("dev", "dev.md"),
    ("token", "dev.md#who-may-call"),
    ("invoke", "dev.md#one-function"),
    ("inspect", "building.md#what-is-in-an-artifact"),
];

/// The help of a command, without the options that the program's own help contains.
fn without_options_of_all(help: &str, of_all: &str) -> String {
    let is_option = |line: &str| line.starts_with("  -") || line.starts_with("      --");
    let of_all: Vec<_> = of_all.lines().filter(|line| is_option(line)).collect();
    let mut is_own = true;
    let own = help.lines().filter(|line| {
        if is_option(line) {
            is_own = !of_all.contains(line);
        }
        is_own && !["Features:", "Options for cargo:"].contains(line)
    });
    let own = own.collect::<Vec<_>>().join("\n");
    own.trim_end().trim_end_matches("\n\nOptions:").to_owned()
}

/// `INSTA_UPDATE=always` writes them.
#[test]
fn the_reference_of_the_commands_is_their_help() {
    let page = repository().join("docs/commands.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let help_of_all = succeed(&mut routegen(&["--help"]));
    let commands: Vec<_> = commands(&help_of_all).into_iter().filter(|command| *command != "help").collect();
    assert!(GUIDES.iter().all(|(command, _)| commands.contains(command)), "{commands:?}");
    let (mut list, mut sections) = ("| command | what it does |\n|---|---|\n".to_owned(), String::new());
    for command in commands {
        let help = succeed(&mut routegen(&[command, "--help"]));
        let (summary, usage) = help.split_once("\n\n").unwrap();
        let guide = GUIDES.iter().find(|(of, _)| *of == command);
        let guide = guide.map(|(_, page)| format!(" ([guide]({page}))")).unwrap_or_default();
        let summary = summary.replace('\n', " ");
        list.extend(["| [`routegen ", command, "`](#routegen-", command, ") | ", &summary, &guide, " |\n"]);
        let own = without_options_of_all(usage, &help_of_all);
        sections.extend(["### routegen ", command, "\n\n```text\n", &own, "\n```\n\n"]);
    }
    let (_, options) = help_of_all.split_once("\n\nOptions:\n").unwrap();
    let options = format!("### Options of all commands\n\n```text\n{}\n```\n", options.trim_end());
    let (begin, end) = ("<!-- from --help -->\n", "<!-- end of --help -->");
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let lines = format!("{list}\n{sections}{options}");
    let lines: Vec<_> = lines.lines().map(str::trim_end).collect();
    let expected = format!("{before}{begin}\n{}\n\n{end}{after}", lines.join("\n"));
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(&page, &expected).unwrap();
    }
    assert!(
        std::fs::read_to_string(&page).unwrap() == expected,
        "docs/commands.md is not the help of the commands: run `just bless`"
    );
}

#[test]
fn shells_complete_the_command_line_and_every_command_has_a_page() {
    let help = succeed(&mut routegen(&["--help"]));
    let commands = commands(&help);
    assert!(commands.contains(&"emit-tf") && commands.contains(&"help"), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = succeed(&mut routegen(&["completions", shell]));
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    let script = scratch("completions").join("routegen.bash");
    std::fs::write(&script, succeed(&mut routegen(&["completions", "bash"]))).unwrap();
    let typed = format!(
        "source {script}; COMP_WORDS=(routegen em); COMP_CWORD=1; _routegen routegen em routegen; echo ${{COMPREPLY[*]}}"
    );
    let completed = std::process::Command::new("bash").args(["-c", &typed]).output().unwrap();
    assert_eq!(String::from_utf8(completed.stdout).unwrap(), "emit-tf\n");

    let folder = scratch("man").join("man1");
    let written = succeed(&mut routegen(&["man", "--out", folder.as_str()]));
    let pages = commands.iter().filter(|command| **command != "help").map(|command| format!("-{command}"));
    let mut expected: Vec<_> =
        pages.chain([String::new()]).map(|command| format!("{folder}/routegen{command}.1")).collect();
    expected.sort();
    assert_eq!(written.lines().collect::<Vec<_>>(), expected);
    let page = std::fs::read_to_string(folder.join("routegen-emit-tf.1")).unwrap();
    assert!(page.contains(".TH routegen-emit-tf 1") && page.contains("\\-\\-check"), "{page}");
}

#[test]
fn package_tells_functions_sizes_places_and_the_next_command() {
    let summary = &items().summary;
    assert_eq!(summary["api"], "items");
    assert_eq!(summary["functions"][1]["function"]["name"], "get-items");
    assert_eq!(summary["functions"][1]["routes"][0], "GET /items");
    let zip = summary["functions"][1]["artifact"]["path"].as_str().unwrap();
    let bytes = std::fs::metadata(zip).unwrap().len();
    assert_eq!(summary["functions"][1]["artifact"]["zip_bytes"], bytes);
    assert_eq!(summary["terraform"]["root"], "written");
    assert!(summary["next"].as_str().unwrap().contains("init && terraform"), "{summary}");
}

#[test]
fn packaging_again_changes_nothing_on_disk() {
    let folder = scratch("again");
    let (out, tf) = (folder.join("lambda"), folder.join("terraform"));
    let args = ["package", "-p", "items", "--format", "json", "--out", out.as_str(), "--tf-out", tf.as_str()];
    succeed(&mut routegen(&args));
    let files = [out.join("get-items.zip"), tf.join("main.tf"), tf.join("routegen/locals.tf")];
    let times = || files.each_ref().map(|file| std::fs::metadata(file).unwrap().modified().unwrap());
    let before = times();
    let again: Value = serde_json::from_str(&succeed(&mut routegen(&args))).unwrap();
    assert_eq!(before, times());
    assert_eq!(again["functions"][0]["artifact"]["change"], "unchanged");
    assert_eq!(again["terraform"]["root"], "yours");
    let outcomes = again["terraform"]["files"].as_array().unwrap();
    assert!(outcomes.iter().all(|file| file["outcome"] == "unchanged"), "{again}");
}

#[test]
fn emit_tf_leaves_a_file_of_the_users_and_an_edited_one_as_they_are() {
    let folder = scratch("users-files");
    let emit = || routegen(&["emit-tf", "-p", "items", "--quiet", "--out", folder.as_str()]);
    std::fs::create_dir(folder.join("routegen")).unwrap();
    let api = folder.join("routegen/api.tf");
    std::fs::write(&api, "# mine\n").unwrap();
    let error = fail(&mut emit());
    assert!(error.contains("RG0018") && error.contains("api.tf"), "{error}");
    assert_eq!(std::fs::read_to_string(&api).unwrap(), "# mine\n");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "a failing command writes nothing");

    std::fs::remove_file(&api).unwrap();
    succeed(&mut emit());
    let edited = std::fs::read_to_string(&api).unwrap() + "# by hand\n";
    std::fs::write(&api, &edited).unwrap();
    let error = fail(&mut emit());
    assert!(error.contains("RG0019") && error.contains("api.tf"), "{error}");
    assert_eq!(std::fs::read_to_string(&api).unwrap(), edited);
}

#[test]
fn emit_tf_check_shows_what_is_stale_and_writes_nothing() {
    let folder = scratch("stale");
    let check = || routegen(&["emit-tf", "-p", "items", "--quiet", "--check", "--out", folder.as_str()]);
    // Nothing has been emitted yet: a diff would be the text of all files.
    assert!(fail(&mut check()).contains("files of the module are missing or out of date"));
    assert_eq!(check().output().unwrap().stdout, b"");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    succeed(&mut routegen(&["emit-tf", "-p", "items", "--quiet", "--out", folder.as_str()]));
    assert_eq!(succeed(&mut check()), "");

    let locals = folder.join("routegen/locals.tf");
    let fresh = std::fs::read_to_string(&locals).unwrap();
    let old = fresh.replace(" = 256\n", " = 512\n");
    assert_ne!(fresh, old);
    std::fs::write(&locals, &old).unwrap();
    let output = check().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let diff = String::from_utf8(output.stdout).unwrap();
    let changed: Vec<_> = diff.lines().filter(|line| line.contains("memory_size ")).collect();
    assert!(
        matches!(changed[..], [.., old, new] if old.starts_with('-') && old.ends_with(" = 512")
        && new.starts_with('+') && new.ends_with(" = 256")),
        "{diff}"
    );
    assert_eq!(std::fs::read_to_string(&locals).unwrap(), old);
}

#[test]
fn emit_tf_writes_no_root_beside_one_that_is_there() {
    let folder = scratch("own-root");
    std::fs::write(folder.join("network.tf"), "# mine\n").unwrap();
    let summary =
        succeed(&mut routegen(&["emit-tf", "-p", "items", "--format", "json", "--out", folder.as_str()]));
    assert_eq!(serde_json::from_str::<Value>(&summary).unwrap()["root"], "yours");
    assert_eq!(entries(&folder), ["network.tf", "routegen"]);
    assert!(folder.join("routegen/locals.tf.json").exists());
}

/// From inside such a folder, `..` leads to the parent of the folder itself, not of the link.
#[cfg(unix)]
#[test]
fn the_root_finds_the_artifacts_from_a_folder_that_is_a_link() {
    let folder = scratch("linked-root");
    let (link, artifacts) = (folder.join("terraform"), folder.join("lambda"));
    std::fs::create_dir_all(folder.join("infra/api")).unwrap();
    std::fs::create_dir(&artifacts).unwrap();
    std::os::unix::fs::symlink("infra/api", &link).unwrap();
    let folders = ["--out", link.as_str(), "--artifacts", artifacts.as_str()];
    succeed(&mut routegen(&[&["emit-tf", "-p", "items", "--quiet"][..], &folders].concat()));
    let main = std::fs::read_to_string(link.join("main.tf")).unwrap();
    let found = main.split("\"${path.module}").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let found = link.join(found.trim_start_matches('/'));
    assert_eq!(found.canonicalize_utf8().unwrap(), artifacts.canonicalize_utf8().unwrap());
}

#[test]
fn emit_tf_writes_either_syntax_and_the_last_one_takes_the_place_of_the_other() {
    let folder = scratch("syntax");
    let emit = |args: &[&str]| {
        let common = ["emit-tf", "-p", "items", "--quiet", "--out", folder.as_str()];
        routegen(&[&common[..], args].concat())
    };
    succeed(&mut emit(&["--format", "json"]));
    assert_eq!(entries(&folder), [".gitignore", "main.tf.json", "routegen", "variables.tf.json"]);
    let module = entries(&folder.join("routegen"));
    assert!(module.iter().all(|name| name.ends_with(".tf.json")), "{module:?}");
    succeed(&mut emit(&["--check"]));
    succeed(&mut emit(&[]));
    assert_eq!(entries(&folder.join("routegen")), module, "what is there stays as it is");
    assert!(fail(&mut emit(&["--check", "--syntax", "hcl"])).contains("RG0055"));
    // Programs can have the summary as JSON without JSON files.
    let summary = succeed(&mut emit(&["--format", "json", "--syntax", "hcl"]));
    assert_eq!(serde_json::from_str::<Value>(&summary).unwrap()["root"], "yours");
    let is_hcl = |name: &String| camino::Utf8Path::new(name).extension() == Some("tf");
    assert!(entries(&folder.join("routegen")).iter().all(is_hcl));
    succeed(&mut emit(&["--check", "--format", "json"]));
}

/// A project with one open route for each path and handler.
fn write_routes(project: &Project, handlers: &[(&str, &str)]) {
    let route = |(path, name): &(&str, &str)| {
        format!("#[routegen::route(GET, \"{path}\", auth = \"none\")]\nasync fn {name}() {{}}\n")
    };
    project.write("src/lib.rs", &handlers.iter().map(route).collect::<String>());
}

/// If two branches each change a route, one line has two checksums.
#[test]
fn a_merge_of_two_emissions_is_fixed_by_the_command_and_keeps_what_was_renamed() {
    let project = Project::new("merged", "");
    let routes = |handlers: &[(&str, &str)]| write_routes(&project, handlers);
    let emit = |folder: &str, more: &[&str]| {
        project.routegen(&[&["emit-tf", "--quiet", "--out", folder], more].concat())
    };
    let folder = scratch("merged-terraform");
    let at = |branch: &str| folder.join(branch).join("routegen/locals.tf");
    for (branch, more) in [("base", None), ("ours", Some(("/m", "m"))), ("theirs", None)] {
        routes(&[("/a", "a"), ("/z", "z")]);
        succeed(&mut emit(folder.join(branch).as_str(), &[]));
        let renamed = if branch == "theirs" { "b" } else { "a" };
        routes(&[&[("/a", renamed), ("/z", "z")][..], more.as_slice()].concat());
        succeed(&mut emit(folder.join(branch).as_str(), &[]));
    }
    let [ours, base, theirs] = ["ours", "base", "theirs"].map(at);
    let mut merge = std::process::Command::new("git");
    merge.args(["merge-file", ours.as_str(), base.as_str(), theirs.as_str()]);
    assert_eq!(merge.status().unwrap().code(), Some(1), "the line of the checksums, and nothing else");
    std::fs::copy(theirs.with_file_name("moved.tf"), ours.with_file_name("moved.tf")).unwrap();
    let conflict = std::fs::read_to_string(&ours).unwrap();

    routes(&[("/a", "b"), ("/m", "m"), ("/z", "z")]);
    let folder = folder.join("ours");
    let error = fail(&mut emit(folder.as_str(), &[]));
    assert!(error.contains("RG0019") && error.contains("--overwrite"), "{error}");
    assert_eq!(std::fs::read_to_string(&ours).unwrap(), conflict);
    succeed(&mut emit(folder.as_str(), &["--overwrite"]));
    succeed(&mut emit(folder.as_str(), &["--check"]));
    let moved = std::fs::read_to_string(ours.with_file_name("moved.tf")).unwrap();
    assert!(moved.contains("aws_apigatewayv2_integration.this[\"a\"]"), "{moved}");
}

/// Git leaves what both sides share out of a conflict: the braces of a block, or half of an object.
#[test]
fn a_conflict_in_the_middle_of_a_block_does_not_hide_what_was_renamed() {
    let project = Project::new("merged-blocks", "");
    let folder = scratch("merged-blocks-terraform");
    for syntax in ["hcl", "json"] {
        let emit = |branch: &str, more: &[&str]| {
            let out = folder.join(syntax).join(branch);
            let common = ["emit-tf", "--quiet", "--syntax", syntax, "--out", out.as_str()];
            project.routegen(&[&common[..], more].concat())
        };
        let base: &[_] = &[("/a", "a"), ("/z", "z")];
        let ours: &[_] = &[("/a", "b"), ("/m", "m"), ("/z", "z")];
        let theirs: &[_] = &[("/a", "a"), ("/n", "n"), ("/z", "y")];
        for (branch, routes) in [("base", base), ("ours", ours), ("theirs", theirs)] {
            write_routes(&project, base);
            succeed(&mut emit(branch, &[]));
            write_routes(&project, routes);
            succeed(&mut emit(branch, &[]));
        }
        let ending = if syntax == "json" { ".json" } else { "" };
        let at = |branch: &str, name: &str| {
            folder.join(syntax).join(branch).join("routegen").join(format!("{name}{ending}"))
        };
        // There was no such file.
        std::fs::write(at("base", "moved.tf"), "").unwrap();
        for name in ["locals.tf", "moved.tf"] {
            let [ours, base, theirs] = ["ours", "base", "theirs"].map(|branch| at(branch, name));
            let mut merge = std::process::Command::new("git");
            merge.args(["merge-file", "--zdiff3", ours.as_str(), base.as_str(), theirs.as_str()]);
            assert_ne!(merge.status().unwrap().code(), Some(0));
        }
        write_routes(&project, &[("/a", "b"), ("/m", "m"), ("/n", "n"), ("/z", "y")]);
        succeed(&mut emit("ours", &["--overwrite"]));
        let moved = std::fs::read_to_string(at("ours", "moved.tf")).unwrap();
        for handler in ["a", "b", "y", "z"] {
            let address = format!("aws_apigatewayv2_integration.this[\"{handler}\"]");
            assert!(moved.replace('\\', "").contains(&address), "{handler}: {moved}");
        }
    }
}

#[test]
fn emit_tf_refuses_the_terraform_of_another_api_and_of_another_architecture_unless_it_is_said() {
    let folder = scratch("other-api");
    let emit = |package: &str, more: &[&str]| {
        routegen(&[&["emit-tf", "--quiet", "-p", package, "--out", folder.as_str()], more].concat())
    };
    succeed(&mut emit("items", &[]));
    let locals = folder.join("routegen/locals.tf");
    let before = std::fs::read_to_string(&locals).unwrap();
    for more in [&[][..], &["--check"]] {
        let error = fail(&mut emit("pets", more));
        assert!(error.contains("RG0057") && error.contains("`items`"), "{error}");
    }
    assert_eq!(std::fs::read_to_string(&locals).unwrap(), before);
    succeed(&mut emit("pets", &["--overwrite"]));

    // As a machine of the other architecture would have left it.
    let this = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let other = if this == "arm64" { "x86_64" } else { "arm64" };
    succeed(&mut emit("pets", &["--arch", other]));
    for more in [&[][..], &["--check"]] {
        let error = fail(&mut emit("pets", more));
        assert!(error.contains("RG0058") && error.contains(&format!("arch = \"{other}\"")), "{error}");
    }
    succeed(&mut emit("pets", &["--check", "--arch", other]));
    succeed(&mut emit("pets", &["--arch", this]));
    succeed(&mut emit("pets", &["--check"]));
}

#[test]
fn emit_tf_writes_locals_alone_for_resources_of_the_users() {
    let folder = scratch("only-locals");
    let emit = |args: &[&str]| {
        let common = ["emit-tf", "-p", "items", "--quiet", "--layout", "locals", "--out", folder.as_str()];
        routegen(&[&common[..], args].concat())
    };
    assert!(fail(&mut emit(&["--check"])).contains("RG0055"));
    succeed(&mut emit(&[]));
    succeed(&mut emit(&["--check"]));
    assert_eq!(entries(&folder), ["locals.tf"]);
    let locals = std::fs::read_to_string(folder.join("locals.tf")).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("Checksum [0-9a-f]{16}", "Checksum [CHECKSUM]");
    settings.add_filter("\"(x86_64|arm64)\"", "\"[ARCHITECTURE]\"");
    settings.bind(|| insta::assert_snapshot!(locals));
    // A file of that name that belongs to the user stays.
    std::fs::write(folder.join("locals.tf"), "locals {}\n").unwrap();
    assert!(fail(&mut emit(&[])).contains("RG0018"));
}

#[test]
fn emit_tf_warns_where_the_last_route_that_asks_for_cognito_goes() {
    let project = Project::new("last-cognito-route", "");
    let emit = |auth: &str, syntax: &str| {
        project.write(
            "src/lib.rs",
            &format!("#[routegen::route(GET, \"/\", auth = {auth})]\nasync fn root() {{}}\n"),
        );
        let output = project.routegen(&["emit-tf", "--syntax", syntax]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        said.contains("RG0210")
    };
    let (cognito, none) = ("\"cognito\", scopes = [\"a/b\"]", "\"none\"");
    assert!(!emit(none, "hcl"), "there was none");
    assert!(!emit(cognito, "hcl"));
    assert!(!emit(cognito, "json"));
    assert!(emit(none, "json"));
    assert!(!emit(none, "hcl"), "it is gone");
}

#[test]
fn an_authorizer_of_another_issuer_is_named_by_routegen_toml() {
    let project = Project::new(
        "other-issuer",
        "#[routegen::route(GET, \"/\", auth = \"partners\", scopes = [\"read\"])]\nasync fn root() {}\n",
    );
    assert!(complaint(&project, &["emit-tf"]).contains("RG0103"));
    let source = "$request.querystring.token";
    project.write(
        "routegen.toml",
        &format!("[authorizers.partners]\nkind = \"jwt\"\nidentity_source = \"{source}\"\n"),
    );
    succeed(&mut project.routegen(&["emit-tf", "--quiet", "--format", "json"]));
    let locals = std::fs::read_to_string(project.root.join("terraform/routegen/locals.tf.json")).unwrap();
    let locals = &serde_json::from_str::<Value>(&locals).unwrap()["locals"];
    let partners = serde_json::json!({ "kind": "jwt", "identity_sources": [source] });
    assert_eq!(locals["authorizers"], serde_json::json!({ "partners": partners }));
    assert_eq!(locals["lambda_routes"]["root"]["authorization_type"], "JWT");
    // A scope of another issuer is not one of Cognito's.
    assert_eq!(locals["resource_servers"], serde_json::json!({}));
}

fn entries(folder: &camino::Utf8Path) -> Vec<String> {
    let entries = folder.read_dir_utf8().unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_package_without_routes_is_an_error() {
    let project = Project::new("no-routes", "pub fn unrelated() {}\n");
    insta::assert_snapshot!(complaint(&project, &["routes"]));
    // The only route was not compiled.
    project
        .write("src/forgotten.rs", "#[routegen::route(GET, \"/\", auth = \"none\")]\nasync fn root() {}\n");
    let error = fail(&mut project.routegen(&["routes"]));
    assert!(error.contains("RG0015") && error.contains("no module names its file"), "{error}");
}

#[test]
fn a_package_that_does_not_build_is_told_which_crates_have_other_versions_than_the_runtimes() {
    let handler = "#[routegen::route(POST, \"/\", auth = \"none\")]\nasync fn root(_: axum::Json<u8>) {}\n";
    let project = Project::new("other-axum", handler);
    let older = "[package]\nname = \"axum\"\nversion = \"0.7.9\"\nedition = \"2024\"\n";
    project.write("axum/Cargo.toml", older);
    project.write("axum/src/lib.rs", "pub struct Json<T>(pub T);\n");
    let manifest = project.manifest();
    project
        .write("Cargo.toml", &manifest.replace("[workspace]", "axum = { path = \"axum\" }\n\n[workspace]"));
    let error = fail(&mut project.routegen(&["check"]));
    let words = error.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("RG0007")
            && words.contains("`other-axum` depends on axum 0.7.9, and routegen on axum 0.8"),
        "{error}"
    );
}

#[test]
fn lambda_http_without_the_feature_for_it_is_an_error_before_anything_is_compiled() {
    let project = Project::new("no-lambda-http", "");
    let package = "[package]\nname = \"lambda_http\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";
    project.write("lambda_http/Cargo.toml", package);
    project.write("lambda_http/src/lib.rs", "");
    let manifest = project.manifest();
    let with = |kind: &str| {
        let dependency =
            format!("[{kind}dependencies]\nlambda_http = {{ path = \"lambda_http\" }}\n\n[workspace]");
        project.write(
            "Cargo.toml",
            &manifest
                .replace("[workspace]", &dependency)
                .replace("[dependencies]\nlambda_http", "lambda_http"),
        );
    };
    with("");
    insta::assert_snapshot!(complaint(&project, &["routes"]));
    // The feature of that name of another package does not count.
    let other = manifest.replace("[workspace]", "lambda_http = { path = \"lambda_http\" }\n\n[features]\nmore = [\"lambda_http/lambda_http\"]\n\n[workspace]");
    project.write("Cargo.toml", &other);
    project.write("lambda_http/Cargo.toml", &format!("{package}\n[features]\nlambda_http = []\n"));
    assert!(fail(&mut project.routegen(&["routes"])).contains("RG0063"));
    with("dev-");
    assert!(!fail(&mut project.routegen(&["routes"])).contains("RG0063"));
}

#[test]
fn a_route_that_the_sources_show_and_the_registry_lacks_is_an_error_with_its_place() {
    // Items under #[test] are only compiled into a test harness, so the attribute below it never runs.
    let project = Project::new(
        "absent-route",
        "use routegen::route;\n\n#[route(GET, \"/here\", auth = \"none\")]\nasync fn here() {}\n\nmod more;\n",
    );
    project
        .write("src/more.rs", "#[test]\n#[route(GET, \"/absent\", auth = \"none\")]\nasync fn absent() {}\n");
    insta::assert_snapshot!(complaint(&project, &["routes"]));
}

#[test]
fn code_that_crashes_when_it_is_loaded_is_reported() {
    let project = Project::new(
        "crashes",
        "use routegen::route;\n\n#[route(GET, \"/\", auth = \"none\")]\nasync fn root() {}\n\n\
         extern \"C\" fn crash() { std::process::abort() }\n\n\
         #[used]\n#[unsafe(link_section = \".init_array\")]\nstatic CRASH: extern \"C\" fn() = crash;\n",
    );
    insta::assert_snapshot!(complaint(&project, &["routes"]));
}

#[test]
fn what_a_route_says_of_its_deployment_reaches_the_terraform() {
    let project = Project::new(
        "deployment",
        "#[routegen::route(GET, \"/\", auth = \"none\", memory = 512, timeout = 5, env = [\"TABLE\", \"LEVEL\"], throttle = (50, 20))]\n\
         async fn root() {}\n",
    );
    succeed(&mut project.routegen(&["emit-tf", "--quiet"]));
    let locals = std::fs::read_to_string(project.root.join("terraform/routegen/locals.tf")).unwrap();
    let value = |key: &str| {
        let line =
            locals.lines().find(|line| line.trim().starts_with(key)).unwrap_or_else(|| panic!("{locals}"));
        line.split_once(" = ").unwrap().1
    };
    assert_eq!((value("memory_size"), value("timeout")), ("512", "5"));
    assert_eq!(value("environment_names"), "[\"TABLE\", \"LEVEL\"]");
    assert_eq!((value("throttling_rate_limit"), value("throttling_burst_limit")), ("50", "20"));
}

#[test]
fn a_struct_that_is_not_of_its_path_is_an_error_that_names_both() {
    let project = Project::new(
        "path-struct",
        "use routegen::{Path, route};\n\n\
         #[derive(serde::Deserialize)]\nstruct Place {\n    row: u32,\n}\n\n\
         #[route(GET, \"/shelves/{shelf}\", auth = \"none\")]\n\
         async fn get_row(Path(place): Path<Place>) -> String {\n    place.row.to_string()\n}\n",
    );
    project.write(
        "Cargo.toml",
        &project
            .manifest()
            .replace("[workspace]", "serde = { version = \"1\", features = [\"derive\"] }\n\n[workspace]"),
    );
    let error = fail(&mut project.routegen(&["routes"]));
    assert!(error.contains("RG0028") && error.contains("`row`") && error.contains("`shelf`"), "{error}");
    assert!(error.contains("src/lib.rs:8"), "{error}");
}

#[test]
fn routes_that_cannot_be_deployed_together_are_shown_together() {
    let project = Project::new(
        "conflicts",
        "use routegen::route;\n\n\
         #[route(GET, \"/pets/{id}\", auth = \"cognito\", scopes = [\"pets/read\"])]\nasync fn one() {}\n\n\
         #[route(GET, \"/pets/{petId}\", auth = \"cognito\")]\nasync fn two() {}\n\n\
         #[route(GET, \"/other\", auth = \"cogntio\", name = \"one\")]\nasync fn three() {}\n",
    );
    insta::assert_snapshot!(complaint(&project, &["check"]));
    assert!(!project.root.join("terraform").exists());
}

#[test]
fn routes_that_disagree_about_their_function_and_an_authorizer_are_shown_with_their_places() {
    let project = Project::new(
        "disagreeing",
        "use routegen::{Decision, authorizer, route};\n\n\
         #[route(GET, \"/cats\", auth = \"key\", lambda = \"pets\", memory = 256)]\nasync fn cats() {}\n\n\
         #[route(GET, \"/dogs\", auth = \"none\", lambda = \"pets\", memory = 128)]\nasync fn dogs() {}\n\n\
         #[route(GET, \"/pets\", auth = \"none\")]\nasync fn pets() {}\n\n\
         #[route(GET, \"/key\", auth = \"key\", scopes = [\"a/b\"])]\nasync fn read(body: String) { drop(body) }\n\n\
         #[authorizer(name = \"key\")]\nasync fn allow() -> Decision {\n    Decision::Allow(())\n}\n\n\
         #[authorizer(name = \"dogs\")]\nasync fn deny() -> Decision {\n    Decision::Deny\n}\n",
    );
    insta::assert_snapshot!(complaint(&project, &["check"]));
}

#[test]
fn a_mistake_in_routegen_toml_shows_its_place() {
    let project = Project::new("toml-mistake", "");
    project.write("routegen.toml", "name = \"api\"\n\n[defaults]\nmemroy = 256\n");
    insta::with_settings!({ filters => [(r"[^\s`\[]*/routegen\.toml", "routegen.toml")] }, {
        insta::assert_snapshot!(complaint(&project, &["check"]));
    });
}

#[test]
fn a_compile_error_appears_as_cargo_prints_it() {
    let project = Project::new(
        "compile-error",
        "use routegen::route;\n\n#[route(GET, \"/a/\", auth = \"none\")]\nasync fn a() {}\n",
    );
    let error = complaint(&project, &["build"]);
    assert!(
        error.contains("error: the path `/a/` ends in `/`") && error.contains("--> src/lib.rs:3:14"),
        "{error}"
    );
    assert!(error.contains("RG0007"), "{error}");
}

#[test]
fn routes_of_two_crates_a_renamed_dependency_and_a_private_module_are_all_found_and_built() {
    let project = Project::new(
        "two-crates",
        "use rg::route;\n\nmod inner {\n    #[rg::route(GET, \"/inner\", auth = \"none\", crate = rg)]\n    async fn inner() {}\n}\n\n\
         #[route(GET, \"/outer\", auth = \"none\", crate = rg)]\nasync fn outer() { other_crate::helper(); }\n",
    );
    let manifest = project.manifest();
    let (head, _) = manifest.split_once("[dependencies]").unwrap();
    let runtime = crate::fixture::repository().join("runtime");
    project.write(
        "Cargo.toml",
        &format!(
            "{head}[dependencies]\nrg = {{ package = \"routegen\", path = \"{runtime}\", default-features = false }}\nother-crate = {{ path = \"other\" }}\n\n\
             [workspace]\nmembers = [\"other\"]\n"
        ),
    );
    project.write(
        "other/Cargo.toml",
        &format!(
            "[package]\nname = \"other-crate\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
             [dependencies]\nroutegen = {{ path = \"{runtime}\", default-features = false }}\n"
        ),
    );
    project.write(
        "other/src/lib.rs",
        "pub fn helper() {}\n\n#[routegen::route(GET, \"/other\", auth = \"none\")]\nasync fn other() {}\n",
    );
    let out = project.root.join("lambda");
    let args = ["build", "-p", "two-crates", "--format", "json", "--out", out.as_str()];
    let built: Value = serde_json::from_str(&succeed(&mut project.routegen(&args))).unwrap();
    let names: Vec<_> =
        built["artifacts"].as_array().unwrap().iter().map(|artifact| &artifact["function"]).collect();
    assert_eq!(names, ["inner", "other", "outer"]);
    insta::assert_snapshot!(succeed(&mut project.routegen(&["routes", "-p", "two-crates"])));
}

#[test]
fn routes_of_a_package_outside_of_the_workspace_are_found_and_built() {
    let outside = Project::new(
        "outside",
        "pub fn helper() {}\n\n#[routegen::route(GET, \"/outside\", auth = \"none\")]\nasync fn outside() -> String { panic!() }\n",
    );
    let project = Project::new(
        "with-outside",
        "#[routegen::route(GET, \"/inside\", auth = \"none\")]\nasync fn inside() { outside::helper(); }\n",
    );
    let more = "outside = { path = \"../outside\" }\n\n[workspace]\n";
    project.write("Cargo.toml", &project.manifest().replace("\n[workspace]\n", more));
    let manifest = outside.manifest();
    outside.write("Cargo.toml", manifest.trim_end().trim_end_matches("[workspace]"));
    succeed(&mut project.routegen(&["build", "--out", "lambda"]));
    insta::assert_snapshot!(succeed(&mut project.routegen(&["routes"])));
    let bootstrap = std::fs::read(unpack(&project.root.join("lambda/outside.zip"), &project.root)).unwrap();
    let text = String::from_utf8_lossy(&bootstrap);
    assert!(text.contains("/outside/outside/src/lib.rs"), "a panic tells its file");
    assert!(!text.contains(outside.root.as_str()), "and not where it was on this machine");
}

#[test]
fn an_artifact_that_needs_a_newer_glibc_than_lambdas_is_refused_with_the_symbol() {
    if or_skip(&glibc_at_least(36)).is_none() {
        return;
    }
    let project = Project::new(
        "new-glibc",
        "unsafe extern \"C\" { safe fn arc4random() -> u32; }\n\n\
         #[routegen::route(GET, \"/\", auth = \"none\")]\nasync fn root() -> String { arc4random().to_string() }\n",
    );
    insta::assert_snapshot!(complaint(&project, &["build", "--out", "lambda"]));
    assert!(!project.root.join("lambda").exists());
}

/// The test needs a symbol that is newer than 2.34: `arc4random` was added in 2.36.
fn glibc_at_least(minor: u32) -> Result<(), String> {
    let version = std::process::Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let version = version.map_err(|error| format!("getconf cannot be run ({error})"))?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let found = version.rsplit('.').next().and_then(|minor| minor.parse::<u32>().ok());
    if found >= Some(minor) {
        Ok(())
    } else {
        Err(format!("this is {version}, and the test needs glibc 2.{minor}"))
    }
}

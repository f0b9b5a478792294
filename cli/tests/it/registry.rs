//! No route is silently missing: however it is written and wherever its crate is, it is either found or
//! reported.

use std::process::Command;

use camino::Utf8Path;
use serde_json::Value;

use crate::fixture::{Project, complaint, copy, repository, scratch, succeed};

/// `GET /path package` for every route that the command lists.
fn routes(project: &Project) -> Vec<String> {
    let manifest: Value =
        serde_json::from_str(&succeed(&mut project.routegen(&["routes", "--format", "json"]))).unwrap();
    let routes = manifest["routes"].as_array().unwrap().iter().map(|route| {
        let text = |key: &str| route[key].as_str().unwrap().to_owned();
        format!("{} {} {}", text("method"), text("path"), text("package"))
    });
    let mut routes: Vec<_> = routes.collect();
    routes.sort();
    routes
}

/// Adds a package to the project's workspace.
fn member(project: &Project, name: &str, dependencies: &str, lib: &str) {
    member_of_edition("2024", project, name, dependencies, lib);
}

fn member_of_edition(edition: &str, project: &Project, name: &str, dependencies: &str, lib: &str) {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[dependencies]\n{dependencies}"
    );
    project.write(&format!("{name}/Cargo.toml"), &manifest);
    project.write(&format!("{name}/src/lib.rs"), lib);
}

#[test]
fn routes_are_found_however_they_are_written_and_wherever_their_crate_is() {
    let runtime = repository().join("runtime");
    // The selected package does not depend on routegen itself: it gets the attribute from `prelude`, under
    // another name.
    let project = Project::new(
        "complete",
        "pub use prelude::endpoint;\n\n\
         #[endpoint(GET, \"/alias\", auth = \"none\", crate = prelude::routegen)]\nasync fn alias() {}\n\n\
         #[prelude::route(GET, \"/reexported\", auth = \"none\", crate = prelude::routegen)]\nasync fn reexported() {}\n",
    );
    project.write(
        "Cargo.toml",
        "[package]\nname = \"complete\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [features]\ndefault = [\"extra\"]\nextra = [\"dep:extra\"]\n\n\
         [dependencies]\nprelude = { path = \"prelude\" }\nmiddle = { path = \"middle\" }\n\
         extra = { path = \"extra\", optional = true }\nabsent = { path = \"absent\", optional = true }\n\n[workspace]\n",
    );
    let direct = format!("routegen = {{ path = \"{runtime}\", default-features = false }}\n");
    member(
        &project,
        "prelude",
        &direct,
        "pub use routegen;\npub use routegen::{route, route as endpoint};\n",
    );
    member_of_edition(
        "2018",
        &project,
        "middle",
        &format!(
            "rg = {{ package = \"routegen\", path = \"{runtime}\", default-features = false }}\nfar-away = {{ path = \"../far-away\" }}\n"
        ),
        "#[rg::route(GET, \"/renamed\", auth = \"none\", crate = rg)]\nasync fn renamed() {}\n",
    );
    for (name, path) in [("extra", "/optional"), ("absent", "/switched-off")] {
        let lib = format!(
            "#![deny(warnings)]\n\n#[routegen::route(GET, \"{path}\", auth = \"none\")]\n\
             async fn optional(_: routegen::Query<()>, _: String) {{}}\n"
        );
        member_of_edition("2021", &project, name, &direct, &lib);
    }
    // The code does not mention this crate.
    member(
        &project,
        "far-away",
        &direct,
        "use routegen::*;\n\n\
         /// ```ignore\n/// #[route(GET, \"/in-docs\", auth = \"none\")]\n/// async fn in_docs() {}\n/// ```\n\
         #[route(GET, \"/glob\", auth = \"none\")]\nasync fn glob() {}\n\n\
         mod outer {\n    mod inner {\n        #[routegen::route(GET, \"/inline\", auth = \"none\")]\n        async fn inline() {}\n        \
             #[path = \"moved.rs\"]\n        mod below;\n    }\n}\n\n\
         #[path = \"../elsewhere/file.rs\"]\nmod moved;\n\n\
         include!(\"included.rs\");\n\n\
         #[cfg(not(windows))]\nmod compiled;\n\n#[cfg(windows)]\nmod not_compiled;\n\n#[cfg(test)]\nmod tests;\n\n\
         macro_rules! module {\n    ($name:ident) => {\n        mod $name;\n    };\n}\nmodule!(in_a_macro);\n\n\
         macro_rules! health {\n    ($($name:ident $path:literal)*) => {\n        $(\n            #[routegen::route(GET, $path, auth = \"none\")]\n            \
             async fn $name() {}\n        )*\n    };\n}\nhealth! { made \"/made\" made_too \"/made-too\" }\n\n\
         fn function() {\n    #[route(GET, \"/in-function\", auth = \"none\")]\n    async fn in_function() {}\n}\n",
    );
    for (file, path) in [
        ("src/outer/inner/moved.rs", "/path-inline"),
        ("elsewhere/file.rs", "/path"),
        ("src/included.rs", "/included"),
        ("src/compiled.rs", "/behind-cfg"),
        ("src/not_compiled.rs", "/of-windows"),
        ("src/tests.rs", "/of-tests"),
        ("src/in_a_macro.rs", "/module-of-a-macro"),
    ] {
        let route = format!("#[routegen::route(GET, \"{path}\", auth = \"none\")]\nasync fn ");
        let name = path.trim_start_matches('/').replace('-', "_");
        project.write(&format!("far-away/{file}"), &format!("{route}{name}() {{}}\n"));
    }
    assert_eq!(
        routes(&project),
        [
            "GET /alias complete",
            "GET /behind-cfg far-away",
            "GET /glob far-away",
            "GET /in-function far-away",
            "GET /included far-away",
            "GET /inline far-away",
            "GET /made far-away",
            "GET /made-too far-away",
            "GET /module-of-a-macro far-away",
            "GET /optional extra",
            "GET /path far-away",
            "GET /path-inline far-away",
            "GET /reexported complete",
            "GET /renamed middle",
        ]
    );
}

#[test]
fn routes_in_files_that_are_no_part_of_the_library_are_reported() {
    let route = |name: &str| {
        format!("#[routegen::route(GET, \"/{name}\", auth = \"none\")]\nasync fn {name}() {{}}\n")
    };
    let project = Project::new("outside-the-library", &route("here"));
    project.write("src/main.rs", &format!("mod of_main;\n\nfn main() {{}}\n\n{}", route("main_rs")));
    project.write("src/of_main.rs", &route("of_main"));
    project.write("src/forgotten.rs", &route("forgotten"));
    project.write("tests/api.rs", &route("of_a_test"));
    insta::assert_snapshot!(complaint(&project, &["routes"]));
}

#[test]
fn a_route_that_was_compiled_and_not_registered_is_an_error() {
    let project = Project::new(
        "unregistered",
        "#[routegen::route(GET, \"/here\", auth = \"none\")]\nasync fn here() {}\n\n\
         // An entry point as of `GET /lost/{id}`, without its registration.\n\
         #[unsafe(export_name = \"routegen.unregistered.GET.lost.$id\")]\nfn lost() {}\n",
    );
    insta::assert_snapshot!(complaint(&project, &["routes"]));
}

#[test]
fn a_route_that_only_one_of_the_two_builds_has_is_an_error() {
    let project = Project::new(
        "builds-differ",
        "#[routegen::route(GET, \"/both\", auth = \"none\")]\nasync fn both() {}\n\n\
         #[cfg(not(optimised))]\n#[routegen::route(GET, \"/only/{listed}\", auth = \"none\")]\nasync fn listed() {}\n\n\
         #[cfg(optimised)]\nmod only {\n    #[routegen::route(GET, \"/only/built\", auth = \"none\")]\n    async fn built() {}\n}\n",
    );
    // The user's own code is not optimised to read the routes.
    let optimised = "\n[profile.release.package.builds-differ]\nopt-level = 1\n";
    project.write("Cargo.toml", &(project.manifest() + optimised));
    project.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rustc-check-cfg=cfg(optimised)\");\n    \
         if std::env::var(\"OPT_LEVEL\").unwrap() != \"0\" {\n        println!(\"cargo::rustc-cfg=optimised\");\n    }\n}\n",
    );
    insta::assert_snapshot!(complaint(&project, &["build", "--out", "lambda"]));
    assert!(!project.root.join("lambda").exists());
}

#[test]
fn two_libraries_of_one_name_are_refused() {
    let project = Project::new("one-name", "");
    let runtime = repository().join("runtime");
    let more = "other = { path = \"other\" }\n\n[workspace]\n";
    project.write("Cargo.toml", &project.manifest().replace("\n[workspace]\n", more));
    let direct = format!(
        "routegen = {{ path = \"{runtime}\", default-features = false }}\n\n[lib]\nname = \"one_name\"\n"
    );
    member(&project, "other", &direct, "");
    insta::assert_snapshot!(complaint(&project, &["routes"]));
}

#[test]
fn routes_of_a_git_dependency_are_found_and_built() {
    let there = scratch("shared-routes");
    write_repository_with_shared_routes(&there);
    let project = Project::new(
        "git-dependency",
        "#[routegen::route(GET, \"/own\", auth = \"none\")]\nasync fn own() {}\n",
    );
    let runtime = project.dependency_on_runtime() + "\n";
    let from_git = ["routegen", "shared"]
        .map(|name| format!("{name} = {{ git = \"file://{there}\", default-features = false }}\n"));
    project.write("Cargo.toml", &project.manifest().replace(&runtime, &from_git.concat()));
    let mut command = project.routegen(&["build", "--quiet", "--format", "json", "--out", "lambda"]);
    let built: Value = serde_json::from_str(&succeed(&mut command)).unwrap();
    let names: Vec<_> =
        built["artifacts"].as_array().unwrap().iter().map(|artifact| &artifact["function"]).collect();
    assert_eq!(names, ["own", "shared-health"]);
}

/// Creates a git repository with this one's libraries, and another one with a route.
fn write_repository_with_shared_routes(folder: &Utf8Path) {
    for library in ["apigw", "macros", "runtime", "spec"] {
        copy(&repository().join(library), &folder.join(library));
    }
    let workspace = std::fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let (before, after) = workspace.split_once("members = [").unwrap();
    let (_, after) = after.split_once(']').unwrap();
    let after = after.replace("default-members = [\"cli\"]\n", "");
    let members = "members = [\"apigw\", \"macros\", \"runtime\", \"spec\", \"shared\"]";
    std::fs::write(folder.join("Cargo.toml"), format!("{before}{members}{after}")).unwrap();
    std::fs::create_dir_all(folder.join("shared/src")).unwrap();
    std::fs::write(
        folder.join("shared/Cargo.toml"),
        "[package]\nname = \"shared\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nroutegen.workspace = true\n",
    )
    .unwrap();
    std::fs::write(
        folder.join("shared/src/lib.rs"),
        "#[routegen::route(GET, \"/shared/health\", auth = \"none\")]\nasync fn shared_health() {}\n",
    )
    .unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=test", "-c", "user.email=test@localhost"]).args(arguments);
        succeed(git.current_dir(folder));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "Routes that APIs share"]);
}

//! `routegen diff`: what it reads, how it reports findings, and when it fails.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use camino::Utf8Path;
use serde_json::{Value, json};

use crate::{
    emulator::python,
    fixture::{Project, fail, repository, routegen, scratch, succeed},
};

/// A document with one route, with these members added.
fn document(own: &Value) -> String {
    let mut operation = json!({
        "operationId": "get_item",
        "responses": { "200": { "description": "The answer" } },
        "x-routegen": { "auth": "cognito", "authorizer": "cognito", "scopes": ["items/read"], "source": "src/lib.rs:7" },
    });
    operation["x-routegen"].as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    json!({ "openapi": "3.1.1", "info": { "title": "a", "version": "1" }, "paths": { "/items": { "get": operation } } })
        .to_string()
}

fn open() -> String {
    document(&json!({ "auth": "none", "scopes": [] }))
}

/// A folder with both documents, and the command that compares them there.
fn files(name: &str, base: &str, head: &str) -> impl Fn(&[&str]) -> Command + use<> {
    let folder = scratch(name);
    std::fs::write(folder.join("base.json"), base).unwrap();
    std::fs::write(folder.join("head.json"), head).unwrap();
    move |args: &[&str]| {
        let mut command = routegen(&[&["diff", "base.json", "head.json"], args].concat());
        command.current_dir(&folder);
        command
    }
}

fn stdout(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Fails if the JSON does not match the schema in docs.
#[track_caller]
fn validate(report: &str) {
    const SCRIPT: &str = "import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(json.load(sys.stdin))";
    let Some(python) = python::json_schema() else { return };
    let schema = repository().join("docs/diff.schema.json");
    let mut command = Command::new(python.path());
    command.args(["-c", SCRIPT, schema.as_str()]).stdin(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(report.as_bytes()).unwrap();
    assert!(process.wait().unwrap().success(), "{report}");
}

#[test]
fn what_is_found_is_told_in_each_format_and_by_the_exit_code() {
    let diff = files(
        "diff-formats",
        &document(&json!({})),
        &document(&json!({ "scopes": ["items/read", "items,all"] })),
    );
    let (code, text) = stdout(&mut diff(&["--quiet"]));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("loosening GET /items: scope-added  src/lib.rs:7\n"), "{text}");
    let (code, json) = stdout(&mut diff(&["--quiet", "--format", "json", "--fail-on", "breaking,widening"]));
    assert_eq!(code, Some(0));
    validate(&json);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        report["findings"][0],
        json!({
            "id": "scope-added",
            "verdict": "loosening",
            "operation": "GET /items",
            "message": "a token with the scope `items,all` is now accepted",
            "before": { "scopes": ["items/read"] },
            "after": { "scopes": ["items,all", "items/read"] },
            "place": { "file": "src/lib.rs", "line": 7 },
        })
    );
    assert_eq!(
        (&report["base"], report["findings"].as_array().unwrap().len()),
        (&json!({ "source": "file", "file": "base.json" }), 1)
    );
    let (_, github) = stdout(&mut diff(&["--format", "github"]));
    let begin = "::error file=src/lib.rs,line=7,title=scope-added (loosening)::GET /items: a token with the scope `items,all`";
    assert!(github.starts_with(begin) && github.lines().count() == 1, "{github}");
    let (code, github) = stdout(&mut diff(&["--format", "github", "--fail-on", "none"]));
    assert!(code == Some(0) && github.starts_with("::warning file="), "{github}");
    let (_, markdown) = stdout(&mut diff(&["--format", "markdown"]));
    assert!(markdown.contains("| loosening | <code>GET /items</code> |"), "{markdown}");
    let (_, sarif) = stdout(&mut diff(&["--format", "sarif"]));
    let run: Value = serde_json::from_str::<Value>(&sarif).unwrap()["runs"][0].take();
    let result = &run["results"][0];
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        (&place["artifactLocation"]["uri"], &place["region"]["startLine"]),
        (&json!("src/lib.rs"), &json!(7))
    );
    for refused in [&["--fail-on", "none,breaking"][..], &["--fail-on", "all"], &["--format", "yaml"]] {
        assert_eq!(diff(refused).output().unwrap().status.code(), Some(2), "{refused:?}");
    }
}

#[test]
fn that_everyone_may_call_counts_whatever_else_does() {
    let diff = files("diff-open", &document(&json!({})), &open());
    let code = |args: &[&str]| diff(args).output().unwrap().status.code();
    assert_eq!(code(&["--fail-on", "breaking"]), Some(1));
    assert_eq!(code(&["--fail-on", "none"]), Some(0));
}

#[test]
fn a_change_is_accepted_by_its_fingerprint_and_an_entry_for_nothing_is_an_error() {
    let diff = files("diff-accepted", &document(&json!({})), &open());
    let folder = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff-accepted");
    let (_, text) = stdout(&mut diff(&[]));
    let fingerprint = text.split("fingerprint: ").nth(1).unwrap().split_whitespace().next().unwrap();
    let entry = |id: &str, fingerprint: &str, more: &str| {
        let text = format!(
            "[[accepted]]\nid = \"{id}\"\noperation = \"GET /items\"\nfingerprint = \"{fingerprint}\"\n{more}\n"
        );
        std::fs::write(folder.join("routegen.toml"), text).unwrap();
    };
    entry("auth-removed", fingerprint, "reason = \"it is public now\"\nuntil = \"9999-01-01\"");
    let accepted = succeed(&mut diff(&[]));
    assert!(accepted.contains("accepted in routegen.toml: 1"), "{accepted}");
    entry("auth-removed", fingerprint, "reason = \"it is public now\"\nuntil = \"2020-01-01\"");
    assert!(fail(&mut diff(&[])).contains("RG0070"));
    for (id, fingerprint, more, complaint) in [
        ("auth-removed", "000000000000", "reason = \"a\"", "no change matches this entry"),
        ("scope-added", fingerprint, "reason = \"a\"", "no change matches this entry"),
        ("auth-remove", fingerprint, "reason = \"a\"", "did you mean `auth-removed`?"),
        ("auth-removed", fingerprint, "reason = \" \"", "`reason` must explain why"),
        ("auth-removed", fingerprint, "", "missing field `reason`"),
        (
            "auth-removed",
            fingerprint,
            "reason = \"a\"\nuntil = \"2027-02-30\"",
            "there is no day `2027-02-30`",
        ),
    ] {
        entry(id, fingerprint, more);
        let shown = fail(&mut diff(&[]));
        assert!(
            shown.contains("RG0016") && shown.contains("routegen.toml:") && shown.contains(complaint),
            "{shown}"
        );
    }
}

#[test]
fn what_is_no_document_is_refused_with_its_name() {
    let diff = files("diff-refused", "[1", &open());
    let shown = fail(&mut diff(&[]));
    assert!(shown.contains("RG0073") && shown.contains("the file `base.json`"), "{shown}");
    let diff = files("diff-refused", &open(), r#"{ "swagger": "2.0" }"#);
    let shown = fail(&mut diff(&[]));
    assert!(shown.contains("RG0073") && shown.contains("the file `head.json`"), "{shown}");
}

fn git(folder: &Utf8Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]);
    succeed(command.arg("-C").arg(folder).args(args))
}

#[test]
fn revisions_are_read_from_git_without_a_checkout_and_never_taken_for_options() {
    let project = Project::new("diff-revisions", "");
    let commit = |text: &str| {
        project.write("openapi.json", text);
        git(&project.root, &["add", "."]);
        git(&project.root, &["commit", "--quiet", "--allow-empty", "-m", "a"]);
        git(&project.root, &["rev-parse", "HEAD"]).trim().to_owned()
    };
    git(&project.root, &["init", "--quiet"]);
    git(&project.root, &["commit", "--quiet", "--allow-empty", "-m", "nothing"]);
    git(&project.root, &["tag", "nothing"]);
    let parted = commit(&document(&json!({})));
    git(&project.root, &["checkout", "--quiet", "-b", "work"]);
    commit(&open());
    git(&project.root, &["checkout", "--quiet", "main"]);
    let tip = commit(&document(&json!({ "scopes": [] })));
    git(&project.root, &["checkout", "--quiet", "work"]);
    git(&project.root, &["update-ref", "refs/heads/--help", "work"]);
    let diff = |args: &[&str]| project.routegen(&[&["diff", "--format", "json"], args].concat());
    let report = |args: &[&str]| -> Value {
        let (_, json) = stdout(&mut diff(args));
        validate(&json);
        serde_json::from_str(&json).unwrap()
    };
    // For a branch, the merge base with the other side; for anything else, the revision itself.
    let of_branch = report(&["main", "work"]);
    assert_eq!(
        (&of_branch["base"]["commit"], &of_branch["base"]["merge_base"]),
        (&json!(parted), &json!(true))
    );
    assert_eq!(of_branch["findings"][0]["before"]["scopes"], json!(["items/read"]));
    assert_eq!(of_branch["head"]["file"], "openapi.json");
    let of_commit = report(&[&tip, "work"]);
    assert_eq!(
        (&of_commit["base"]["commit"], &of_commit["base"]["merge_base"]),
        (&json!(tip), &json!(false))
    );
    assert_eq!(of_commit["findings"][0]["before"].get("scopes"), None);
    let of_file = report(&["openapi.json", "HEAD"]);
    assert_eq!(of_file["findings"], json!([]));
    // An argument that looks like an option is a revision if git has one of that name.
    assert_eq!(report(&["--", "--help", "work"])["findings"], json!([]));
    for word in ["--output=stolen", "--upload-pack=a", "-x", "no-such-branch", "main:openapi.json", ""] {
        assert!(fail(&mut diff(&["--", word, "work"])).contains("RG0071"), "{word}");
    }
    assert!(!project.root.join("stolen").exists());
    assert!(fail(&mut diff(&["nothing", "work"])).contains("RG0072"));

    // A file with a branch's name takes precedence, and the command reports what it has read.
    project.write("main", &open());
    let output = diff(&["main", "work"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("the file `main`"));

    // In a shallow clone, git finds no common commit.
    let clone = scratch("diff-shallow");
    let origin = format!("file://{}", project.root);
    git(&clone, &["clone", "--quiet", "--depth", "1", "--branch", "work", &origin, "."]);
    git(&clone, &["fetch", "--quiet", "--depth", "1", "origin", "main:refs/remotes/origin/main"]);
    let mut command = routegen(&["diff", "origin/main", "HEAD", "--format", "json"]);
    let (code, json) = stdout(command.current_dir(&clone));
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&report["base"]["commit"], &report["base"]["merge_base"]), (&json!(tip), &json!(false)));
    assert_eq!(code, Some(1));
}

#[test]
fn each_rule_has_its_place_on_the_page_with_its_verdict_and_its_words() {
    let diff = files("diff-rules", &open(), &open());
    let (_, sarif) = stdout(&mut diff(&["--format", "sarif"]));
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let expected: Vec<String> = rules
        .iter()
        .map(|rule| {
            let title = rule["shortDescription"]["text"].as_str().unwrap();
            let verdict = rule["properties"]["verdict"].as_str().unwrap();
            format!("#### {}\n\n**{verdict}**: {title}.\n", rule["id"].as_str().unwrap())
        })
        .collect();
    let page = std::fs::read_to_string(repository().join("docs/diff.md")).unwrap();
    let sections: Vec<_> = page.split("#### ").skip(1).collect();
    assert_eq!(sections.len(), expected.len());
    for (section, expected) in sections.iter().zip(&expected) {
        let section = format!("#### {section}");
        assert!(section.starts_with(expected), "{expected}\n{section}");
        assert!(section.contains("- *Example*: ") && section.contains("- *What to do*: "), "{section}");
    }
}

/// A document with this many routes, each with a body and a response of several types.
fn large(routes: usize, changed: bool) -> String {
    let schema = |name: String| {
        let properties =
            (0..12).map(|at| (format!("p{at}"), json!({ "type": "string", "maxLength": 9 + at })));
        let mut properties: serde_json::Map<_, _> = properties.collect();
        properties.insert(
            "again".to_owned(),
            json!({ "type": "array", "items": { "$ref": format!("#/components/schemas/{name}") } }),
        );
        let required: Vec<_> = (0..if changed { 6 } else { 5 }).map(|at| format!("p{at}")).collect();
        json!({ "type": "object", "properties": properties, "required": required })
    };
    let schemas = (0..40).map(|at| (format!("S{at}"), schema(format!("S{at}"))));
    let route = |at: usize| {
        let content = json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/S{}", at % 40) } } });
        let own = json!({ "auth": "cognito", "authorizer": "cognito", "path": format!("/r{at}/{{id}}"), "timeout": if changed { 5 } else { 10 } });
        let operation = json!({
            "operationId": format!("r{at}"),
            "requestBody": { "required": true, "content": content },
            "responses": { "200": { "content": content }, "404": { "content": content } },
            "x-routegen": own,
        });
        (format!("/r{at}/{{id}}"), json!({ "put": operation }))
    };
    let schemas: serde_json::Map<_, _> = schemas.collect();
    let paths: serde_json::Map<_, _> = (0..routes).map(route).collect();
    json!({ "openapi": "3.1.1", "paths": paths, "components": { "schemas": schemas } }).to_string()
}

#[test]
#[ignore = "a benchmark: `cargo xtask bench-diff`"]
fn benchmark() {
    let folder = scratch("diff-benchmark");
    let write = |name: &str, changed: bool| std::fs::write(folder.join(name), large(300, changed)).unwrap();
    write("base.json", false);
    write("changed.json", true);
    let program = std::env::var("ROUTEGEN_BENCH_PROGRAM").unwrap();
    let seconds = |head: &str| {
        let once = |_| {
            let begin = std::time::Instant::now();
            let mut command = Command::new(&program);
            command.args(["diff", "base.json", head, "--quiet", "--fail-on", "none"]).current_dir(&folder);
            succeed(&mut command);
            begin.elapsed().as_secs_f64()
        };
        (0..10).map(once).fold(f64::INFINITY, f64::min)
    };
    let figures = format!(
        "| 300 routes | s |\n|---|---|\n| the same | {:.3} |\n| all changed | {:.3} |\n",
        seconds("base.json"),
        seconds("changed.json")
    );
    std::fs::write(std::env::var("ROUTEGEN_BENCH_OUT").unwrap(), figures).unwrap();
}

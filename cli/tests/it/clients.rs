//! What other tools make of the documents: TypeScript types, a client in Rust, and requests that look for a
//! response that is not in the document.
//!
//! These are the documents in the repository, which other tests compare with the code.

use std::{process::Command, sync::LazyLock};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::{
    dev::{KEYS, server::Server},
    emulator::python,
    fixture::{repository, routegen, scratch, succeed, target},
    requirement::or_skip,
};

/// The folder with npm's programs, which `cargo xtask test` installs.
const NPM: &str = "ROUTEGEN_TEST_NPM";

fn npm() -> Option<&'static Utf8PathBuf> {
    static FOUND: LazyLock<Result<Utf8PathBuf, String>> = LazyLock::new(|| {
        let folder = std::env::var(NPM).map_err(|_| {
            format!("{NPM} names no folder with tsc and openapi-typescript; `cargo xtask test` makes one and names it")
        })?;
        let folder = Utf8PathBuf::from(folder);
        let missing =
            ["tsc", "openapi-typescript"].into_iter().find(|program| !folder.join(program).exists());
        missing.map_or(Ok(folder.clone()), |program| Err(format!("{folder} has no {program}")))
    });
    or_skip(&FOUND)
}

/// The document in an insta snapshot.
fn snapshot(name: &str) -> String {
    let path = repository().join("cli/tests/it/snapshots").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.splitn(3, "---\n").nth(2).unwrap().to_owned()
}

fn example(name: &str) -> String {
    std::fs::read_to_string(repository().join("examples").join(name).join("openapi.json")).unwrap()
}

/// Code that a person writes with the types. If a line after `@ts-expect-error` compiles, that is an error
/// too.
const USES: &str = r#"
import type { operations as Items } from "./items";
import type { components, operations as Pets } from "./pets";
import type { operations as Shop } from "./shop";

type Body<T> = T extends { content: { "application/json": infer B } } ? B : never;
type Problem<T> = T extends { content: { "application/problem+json": infer B } } ? B : never;

export const item: Body<Items["create_item"]["requestBody"]> = { name: "pen", description: "" };
// @ts-expect-error: a name is a text
export const nameless: Body<Items["create_item"]["requestBody"]> = { name: 7 };
export const id = (created: Body<Items["create_item"]["responses"][201]>): number => created.id;
// @ts-expect-error: no such query
export const query: Items["get_items"]["parameters"]["query"] = { page: 1 };

export const path: Pets["get_pet"]["parameters"]["path"] = { shelter: "north", id: 1 };
export const pet = (found: Body<Pets["get_pet"]["responses"][200]>): components["schemas"]["Pet"] => found;
export const missing = (problem: Problem<Pets["get_pet"]["responses"][404]>): string | undefined => problem.detail;

export const order = (created: Body<Shop["said"]["responses"][201]>): string[] => created.notes;
// @ts-expect-error: nothing is said of what a 404 has
export type None = Shop["said"]["responses"][404]["content"]["application/json"];
"#;

#[test]
fn the_types_that_typescript_makes_of_the_documents_compile_and_say_what_is_in_them() {
    let Some(npm) = npm() else { return };
    let folder = scratch("clients-typescript");
    let documents = [
        ("items.json", example("items")),
        ("pets.json", example("pets")),
        ("shop.yaml", snapshot("it__contract__document.snap")),
    ];
    for (file, document) in documents {
        std::fs::write(folder.join(file), document).unwrap();
        let types = folder.join(file).with_extension("ts");
        let mut command = Command::new(npm.join("openapi-typescript"));
        succeed(command.args([folder.join(file).as_str(), "--output", types.as_str()]).env("CI", "true"));
    }
    std::fs::write(folder.join("uses.ts"), USES).unwrap();
    let configuration = json!({
        "compilerOptions": { "strict": true, "noEmit": true, "target": "es2022", "module": "preserve", "types": [] },
        "include": ["*.ts"],
    });
    std::fs::write(folder.join("tsconfig.json"), configuration.to_string()).unwrap();
    succeed(Command::new(npm.join("tsc")).args(["--project", folder.as_str()]));
}

/// The package of the client. Its documents are OpenAPI 3.0, the only version that progenitor reads.
fn client_package() -> Utf8PathBuf {
    repository().join("cli/tests/openapi-client")
}

/// Fails if the client was generated from another document than the example's. The parts that only routegen
/// reads are left out.
#[track_caller]
pub(crate) fn is_of_the_client(example: &str, document: &str) {
    let mut document: Value = serde_json::from_str(document).unwrap();
    for path in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in path.as_object_mut().unwrap().values_mut() {
            operation.as_object_mut().unwrap().remove("x-routegen");
        }
    }
    document.as_object_mut().unwrap().remove("x-routegen-functions");
    let file = client_package().join(example).with_extension("json");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(&file, serde_json::to_string_pretty(&document).unwrap() + "\n").unwrap();
    }
    let of_client: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(of_client == document, "{file} is of another document: run `just bless`");
}

/// The client, built once, in a folder that is kept.
fn client() -> &'static Utf8Path {
    static CLIENT: LazyLock<Utf8PathBuf> = LazyLock::new(|| {
        let folder = target().join("tests/openapi-client");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked", "--quiet"]).current_dir(client_package());
        succeed(cargo.env("CARGO_TARGET_DIR", &folder).env_remove("RUSTFLAGS").env("CARGO_INCREMENTAL", "0"));
        folder.join("debug/openapi-client")
    });
    &CLIENT
}

/// The responses that an example's client got.
fn answered(example: &str, server: &Server, caller: &str) -> Value {
    let answered = succeed(Command::new(client()).args([example, &server.url, caller]));
    serde_json::from_str(&answered).unwrap()
}

/// Runs schemathesis against the API, to check with generated requests whether it responds as documented.
/// Responses under `default` are removed from the document first, because they would allow anything.
#[track_caller]
fn answers_as_documented(name: &str, server: &Server, header: &str, parameters: &str) {
    let Some(python) = python::openapi() else { return };
    let folder = scratch(&format!("clients-schemathesis-{name}"));
    let mut document: Value = serde_json::from_str(&example(name)).unwrap();
    for path in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in path.as_object_mut().unwrap().values_mut() {
            operation["responses"].as_object_mut().unwrap().remove("default");
        }
    }
    std::fs::write(folder.join("openapi.json"), document.to_string()).unwrap();
    std::fs::write(folder.join("schemathesis.toml"), format!("[parameters]\n{parameters}")).unwrap();
    let mut command = Command::new(python.path());
    command.current_dir(&folder).args([
        "-m",
        "schemathesis.cli",
        "run",
        "openapi.json",
        "--url",
        &server.url,
    ]);
    command.args(["--header", header, "--seed", "1", "--max-examples", "25", "--phases", "coverage,fuzzing"]);
    // A handler refuses what no schema can express, and API Gateway responds with 404 to methods without a
    // route.
    command.args(["--checks", "all", "--exclude-checks", "positive_data_acceptance,unsupported_method"]);
    command.args(["--warnings", "off", "--generation-database", "none"]);
    let report =
        succeed(command.env("HYPOTHESIS_STORAGE_DIRECTORY", folder.join("hypothesis")).env("CI", "true"));
    let tested = format!("Tested: {}", document["paths"].as_object().unwrap().len());
    assert!(report.contains(&tested), "{report}");
}

fn has_chromium() -> bool {
    static FOUND: LazyLock<Result<(), String>> = LazyLock::new(|| {
        let version = Command::new("chromium").arg("--version").output();
        version
            .map(drop)
            .map_err(|error| format!("chromium cannot be run ({error}); Debian has it in chromium"))
    });
    or_skip(&FOUND).is_some()
}

/// A page as Chromium renders it after its scripts have run, offline, and the messages about it.
fn rendered(name: &str, url: &str) -> (String, String) {
    let mut command = Command::new("chromium");
    command.args(["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-sandbox"]);
    // Host names resolve to nothing but this machine. The page's messages go to stderr.
    command.args([
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--enable-logging=stderr",
        "--v=0",
    ]);
    let profile = scratch(&format!("clients-chromium-{name}"));
    command.arg(format!("--user-data-dir={profile}"));
    command.args(["--virtual-time-budget=20000", "--dump-dom", url]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let said = text(output.stderr)
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .map(|line| line.to_owned() + "\n")
        .collect();
    (text(output.stdout), said)
}

#[test]
fn the_page_of_a_document_is_one_file_that_is_rendered_offline_without_a_complaint() {
    if !has_chromium() {
        return;
    }
    let page = scratch("clients-html").join("pets.html");
    succeed(&mut routegen(&["openapi", "-p", "pets", "--html", page.as_str()]));
    let (html, said) = rendered("page", &format!("file://{page}"));
    assert_eq!(said, "");
    for text in ["/shelters/{shelter}/pets", "Says whether a home suits a species", "OAS", "ProblemDetails"] {
        assert!(html.contains(text), "{text}: {html}");
    }
    // With all operations open. The policy is off: it has the hash of the start script, which this changes.
    let text = std::fs::read_to_string(&page).unwrap();
    let open =
        text.replace("docExpansion: \"list\"", "docExpansion: \"full\"").replace("http-equiv=", "data-was=");
    let opened = page.with_file_name("opened.html");
    std::fs::write(&opened, open).unwrap();
    let (html, said) = rendered("opened", &format!("file://{opened}"));
    assert_eq!(said, "");
    assert!(html.contains("class=\"response-col_description"), "{html}");
    assert!(!html.contains("class=\"errors-wrapper"), "references are not resolved: {html}");
    // A counter-check: if the policy blocks something, there is a message.
    let broken = page.with_file_name("broken.html");
    let script = "<script>fetch('https://elsewhere.example/')</script></body>";
    std::fs::write(&broken, text.replace("</body>", script)).unwrap();
    let (_, said) = rendered("broken", &format!("file://{broken}"));
    assert!(said.contains("Content Security Policy"), "{said}");
}

#[test]
fn a_client_in_rust_creates_an_item_and_lists_it_and_no_answer_is_outside_of_the_document() {
    let database = format!("ITEMS_DB={}", scratch("clients-items").join("items.redb"));
    let mut command =
        routegen(&["dev", "-p", "items", "--port", "0", "--format", "json", "--env", &database]);
    let items = Server::start(&mut command);
    let port = items.port();
    let token = ["token", "-p", "items", "--port", &port, "--scope", "items/read", "--scope", "items/write"];
    let token = succeed(&mut routegen(&token)).trim().to_owned();
    let pen = json!({ "id": 1, "name": "pen", "description": "blue" });
    let expected =
        json!({ "created": [201, pen], "listed": [pen], "refused": [422, "an item needs a name"] });
    assert_eq!(answered("items", &items, &token), expected);
    answers_as_documented("items", &items, &format!("Authorization: Bearer {token}"), "");
    items.stop();
}

#[test]
fn a_client_in_rust_gets_a_typed_404_and_no_answer_is_outside_of_the_document() {
    let mut command = routegen(&["dev", "-p", "pets", "--port", "0", "--format", "json", "--env", KEYS]);
    let pets = Server::start(&mut command);
    let missing =
        json!([404, "https://pets.example/problems/no-pet", "the shelter north has no pet 9", null]);
    assert_eq!(answered("pets", &pets, "k1"), json!({ "found": "Ada", "missing": missing }));
    answers_as_documented("pets", &pets, "x-api-key: k1", "\"path.shelter\" = \"north\"\n");
    // The same page, beside the one with the requests.
    if has_chromium() {
        let reference = pets.ready["page"].as_str().unwrap().replace("/_routegen#", "/_routegen/reference#");
        let (html, said) = rendered("reference", &reference);
        assert_eq!(said, "");
        for text in ["/shelters/{shelter}/pets", "Says whether a home suits a species", "ProblemDetails"] {
            assert!(html.contains(text), "{text}: {html}");
        }
    }
    pets.stop();
}

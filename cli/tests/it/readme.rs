//! The README: its commands do what it says, and print what it shows.

use std::process::Command;

use crate::{
    dev::server::Server,
    fixture::{repository, routegen, succeed},
};

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).unwrap()
}

/// The code blocks in this language, without the API's code.
fn blocks(language: &str) -> Vec<String> {
    let blocks = blocks_of(&readme()).into_iter().filter(|(of, _)| of == language);
    blocks.map(|(_, text)| text).collect()
}

/// The code blocks of a page, each with the text after its opening fence.
pub(crate) fn blocks_of(page: &str) -> Vec<(String, String)> {
    let blocks = page.split("```").skip(1).step_by(2);
    blocks
        .map(|block| block.split_once('\n').unwrap())
        .map(|(of, text)| (of.to_owned(), text.to_owned()))
        .collect()
}

/// The parts of an output that are the same on all machines, profiles and terminals.
pub(crate) fn alike(text: &str) -> Vec<String> {
    let number = |word: &str| if word.parse::<f64>().is_ok() { "N" } else { word }.to_owned();
    let line = |line: &str| line.split_whitespace().map(number).collect::<Vec<_>>().join(" ");
    let lines = text.lines().map(line).filter(|line| !line.is_empty());
    lines.map(|line| line.replace("arm64", "x86_64")).collect()
}

/// Checks the output of the first command; this run writes to other folders.
#[track_caller]
pub(crate) fn assert_shown(stdout: &str, folders: [(&str, &str); 2]) {
    assert_eq!(blocks("sh")[0], "routegen package -p shop\n");
    let shown = &blocks("text")[0];
    let (steps, outcome) = shown.split_once("\n\n").unwrap();
    let expected = ["Checked 2 routes of `shop`", "Building 1 function for x86_64", "Linked items"];
    assert_eq!(steps.lines().map(str::trim).collect::<Vec<_>>(), expected);
    let printed = folders.iter().fold(stdout.to_owned(), |text, (folder, usual)| text.replace(folder, usual));
    assert_eq!(alike(&printed), alike(outcome));
}

#[test]
fn it_is_short_and_its_second_command_is_what_ci_runs() {
    assert!(readme().lines().count() <= 120);
    assert_eq!(blocks("sh")[1], "cargo xtask test\n");
    let ci = std::fs::read_to_string(repository().join(".ci/run")).unwrap();
    assert!(ci.lines().last().unwrap().ends_with("cargo --locked xtask test"), "{ci}");
}

#[test]
fn the_api_is_served_and_called_as_it_says() {
    let [dev, call] = &blocks("sh")[2..4] else { panic!("the page has fewer commands") };
    assert_eq!(dev, "routegen dev -p shop\n");
    let server = Server::start(&mut routegen(&["dev", "-p", "shop", "--port", "0", "--format", "json"]));
    let program = format!("'{}'", env!("CARGO_BIN_EXE_routegen"));
    let script = call
        .replace("routegen token", &format!("{program} token"))
        .replace("http://127.0.0.1:9000", &server.url);
    // The same environment as the server's, because the server keeps its key below the target directory.
    let mut shell = routegen(&[]);
    let environment: Vec<_> = shell.get_envs().filter_map(|(name, value)| Some((name, value?))).collect();
    let mut sh = Command::new("sh");
    sh.args(["-ec", &script.replace("curl ", "curl --silent --fail ")])
        .current_dir(repository())
        .envs(environment);
    let item = r#"{"name":"New Item","description":"Item description"}"#;
    assert_eq!(succeed(&mut sh), format!("{item}[{item}]"));
    assert_eq!(server.get("/items", &[]).status, 401);
    let other = succeed(shell.args(["token", "-p", "shop", "--scope", "items/write"]));
    let header = [("authorization", &*format!("Bearer {}", other.trim()))];
    assert_eq!(server.get("/items", &header).status, 403);
    server.stop();
}

#[test]
fn a_project_of_ones_own_begins_as_it_says() {
    let commands = &blocks("sh")[4];
    let new = commands.lines().find_map(|line| line.strip_prefix("routegen new ../api ")).unwrap();
    let options = new.split('#').next().unwrap().split_whitespace();
    let folder = tempfile::tempdir().unwrap();
    let api = folder.path().join("api");
    let mut command = routegen(&["new", api.to_str().unwrap()]);
    assert!(succeed(command.args(options)).ends_with("routegen dev\n"));
    let mut metadata = Command::new("cargo");
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(&api);
    assert!(succeed(&mut metadata).contains("\"name\":\"routegen-gateway\""));
    assert!(commands.ends_with("cd ../api && routegen dev\n"), "{commands}");
}

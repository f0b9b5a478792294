//! The tutorial: its commands, typed as they are printed, do what it says, and print what it shows.
//! `MiniStack` takes the place of AWS.
//!
//! The only command that is not typed is the installation. `routegen dev` uses a free port. A program `curl`,
//! which is found before the real one, redirects requests for port 9000 to that port, and requests for AWS to
//! the emulator.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Emulator, ministack, python::python};
use crate::{
    dev::server::Server,
    fixture::{executable, repository, routegen, scratch, target},
    new::{artifacts_folder, elsewhere},
    readme::{alike, blocks_of},
    terraform::tool::{Terraform, terraform_with_provider},
};

/// Runs before and after each block, so that all blocks behave as in one shell. `NAMES` are the variables
/// that the page sets.
const BEFORE: &str = "if test -f \"$STATE\"; then . \"$STATE\"; fi; cd \"$(cat \"$STATE.folder\")\"\n";
const AFTER: &str =
    "\nexport -p | grep -E \"^export ($NAMES)=\" > \"$STATE\" || true; pwd > \"$STATE.folder\"\n";

const CURL: &str = r#"#!/bin/sh
for word do
  shift
  case $word in
    http://127.0.0.1:9000*) set -- "$@" "$SERVER${word#http://127.0.0.1:9000}" ;;
    https://*.amazoncognito.com/*) set -- "$@" "$EMULATOR/${word#https://*/}" ;;
    https://*.execute-api.*)
      id=${word#https://} path=${word#https://*/}
      set -- "$@" --header "Host: ${id%%.*}.execute-api.localhost" "$EMULATOR/$path" ;;
    *) set -- "$@" "$word" ;;
  esac
done
exec "$REAL_CURL" --silent --noproxy '*' "$@"
"#;

/// A shell whose variables and working folder carry over from one block to the next.
struct Shell {
    /// Files of the test and not of the reader: the state between two blocks, and `curl`.
    own: Utf8PathBuf,
    variables: String,
    server: Option<Server>,
    aws: Option<(&'static Terraform, Emulator)>,
}

impl Shell {
    fn in_folder(folder: &Utf8Path, page: &str) -> Self {
        let own = scratch("tutorial");
        std::fs::write(own.join("state.folder"), folder.as_str()).unwrap();
        std::fs::create_dir(own.join("bin")).unwrap();
        executable(&own.join("bin/curl"), CURL.as_bytes());
        let set = page.lines().filter_map(|line| line.split_once("=$(")).map(|(name, _)| name);
        let variables = set.filter(|name| name.bytes().all(|byte| byte.is_ascii_uppercase()));
        let variables = variables.collect::<Vec<_>>().join("|");
        Self { own, variables, server: None, aws: None }
    }

    /// The reader's current folder.
    fn folder(&self) -> Utf8PathBuf {
        std::fs::read_to_string(self.own.join("state.folder")).unwrap().trim().into()
    }

    /// The environment of all blocks, which is that of the tests' own commands.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let of_routegen = routegen(&[]);
        for (name, value) in of_routegen.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some((terraform, emulator)) = &self.aws {
            terraform.configure(&mut command);
            // Answers Terraform's question.
            let answers = ["apply", "destroy"].map(|verb| format!("TF_CLI_ARGS_{verb}"));
            command.envs(answers.map(|name| (name, "-auto-approve"))).env("EMULATOR", &emulator.address);
        }
        command
    }

    /// Types a block, and returns its output.
    #[track_caller]
    fn types(&self, block: &str) -> String {
        let mut sh = self.command("sh");
        let path = std::env::var("PATH").unwrap();
        let real =
            path.split(':').map(|folder| Utf8Path::new(folder).join("curl")).find(|curl| curl.exists());
        sh.env("REAL_CURL", real.expect("the tutorial calls curl"));
        let programs = Utf8Path::new(env!("CARGO_BIN_EXE_routegen")).parent().unwrap();
        sh.env("PATH", format!("{}/bin:{programs}:{path}", self.own)).env("STATE", self.own.join("state"));
        sh.env("NAMES", &self.variables);
        sh.envs(self.server.as_ref().map(|server| ("SERVER", &server.url)));
        sh.args(["-aec", &format!("{BEFORE}{block}{AFTER}")]);
        let output = sh.current_dir(&self.own).output().unwrap();
        let [printed, said] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(output.status.success(), "{block}\n{printed}{said}");
        printed
    }
}

#[test]
fn its_commands_do_what_it_says() {
    let page = std::fs::read_to_string(repository().join("docs/tutorial.md")).unwrap();
    let (_guard, folder) = elsewhere();
    // For `cargo test`: the profiles for which its dependencies are already compiled, and no network.
    std::fs::create_dir(folder.join(".cargo")).unwrap();
    let profiles = std::fs::read_to_string(repository().join(".cargo/config.toml")).unwrap();
    std::fs::write(folder.join(".cargo/config.toml"), format!("net.offline = true\n{profiles}")).unwrap();
    let _artifacts = artifacts_folder();
    let mut shell = Shell::in_folder(&folder, &page);
    let mut printed = String::new();
    let mut typed = 0;
    for (language, block) in blocks_of(&page) {
        match (language.as_str(), block.as_str()) {
            ("sh", block) if block.starts_with("git clone ") => {}
            ("sh", block) if block.starts_with("routegen new ") => {
                let clone = format!("--routegen-path '{}'", repository());
                assert!(block.contains("--routegen-path routegen"), "{block}");
                printed = shell.types(&block.replace("--routegen-path routegen", &clone));
                // No dependencies are resolved.
                std::fs::copy(repository().join("Cargo.lock"), shell.folder().join("Cargo.lock")).unwrap();
            }
            ("sh", "routegen dev\n") => {
                let mut dev = shell.command(env!("CARGO_BIN_EXE_routegen"));
                dev.args(["dev", "--port", "0", "--format", "json"]).current_dir(shell.folder());
                shell.server = Some(Server::start(&mut dev));
            }
            ("sh", block) => {
                if block.contains("terraform -chdir=terraform init") {
                    shell.server.take().expect("a server that was started").stop();
                    // If one of them is missing, everything before is still tested.
                    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else {
                        return;
                    };
                    let emulator = ministack::start(python, &shell.own);
                    let provider = shell.folder().join("terraform/emulator_override.tf");
                    std::fs::write(provider, emulator.provider()).unwrap();
                    shell.aws = Some((terraform, emulator));
                }
                printed = shell.types(block);
                typed += 1;
            }
            ("text", shown) => {
                let printed = printed.replace(target().as_str(), "target");
                assert_eq!(alike(&printed), alike(shown));
            }
            ("rust,ignore", code) => shown_or_added(&shell, code),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(typed, 9, "blocks were typed");
    assert_eq!(shell.types("terraform state list"), "");
}

/// Code that is in the project, or code that the reader adds, followed by a wait for the rebuild.
fn shown_or_added(shell: &Shell, code: &str) {
    let file = shell.folder().join("src/lib.rs");
    let text = std::fs::read_to_string(&file).unwrap();
    if !text.contains(code) {
        std::fs::write(file, format!("{text}\n{code}")).unwrap();
        shell.server.as_ref().expect("it is added while the server runs").heard("Rebuilt");
    }
}

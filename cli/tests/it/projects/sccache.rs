//! sccache as the user's wrapper: what it has compiled before comes from its cache.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::LazyLock,
};

use camino::Utf8Path;

use crate::{
    fixture::{Project, scratch, succeed, unpack},
    requirement::or_skip,
    runtime_api::answer,
};

/// The program, which `cargo xtask test` installs beside the interpreter.
fn sccache() -> Option<&'static PathBuf> {
    static FOUND: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let python = std::env::var_os("ROUTEGEN_TEST_PYTHON").map(PathBuf::from);
        let beside = python.and_then(|python| Some(python.parent()?.join("sccache")));
        let mut programs = beside.into_iter().chain([PathBuf::from("sccache")]);
        let runs = |program: &PathBuf| {
            let mut version = Command::new(program);
            version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
            version.status().is_ok_and(|status| status.success())
        };
        programs.find(runs).ok_or_else(|| "there is no sccache".to_owned())
    });
    or_skip(&FOUND)
}

/// An sccache server with its own address.
struct Server<'a> {
    sccache: &'a PathBuf,
    /// A short path, because the address of a socket has at most 107 bytes.
    folder: tempfile::TempDir,
}

impl Server<'_> {
    fn set<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("SCCACHE_DIR", self.folder.path().join("cache"));
        command
            .env("SCCACHE_SERVER_UDS", self.folder.path().join("socket"))
            .env("SCCACHE_IDLE_TIMEOUT", "300")
    }

    fn call(&self, argument: &str) -> String {
        let mut command = Command::new(self.sccache);
        succeed(self.set(command.args([argument, "--stats-format", "json"])))
    }

    /// The number of crates that came from its cache.
    fn hits(&self) -> u64 {
        let stats: serde_json::Value = serde_json::from_str(&self.call("--show-stats")).unwrap();
        stats["stats"]["cache_hits"]["counts"]["Rust"].as_u64().unwrap_or_default()
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let mut command = Command::new(self.sccache);
        let _ = self.set(command.arg("--stop-server")).output();
    }
}

#[test]
fn sccache_gives_what_rustc_would() {
    let Some(sccache) = sccache() else { return };
    let route = |text: &str| {
        format!(
            "#[routegen::route(GET, \"/\", auth = \"none\")]\nasync fn root() -> &'static str {{ \"{text}\" }}\n"
        )
    };
    let project = Project::new("with-sccache", &route("first"));
    let server = Server { sccache, folder: tempfile::tempdir().unwrap() };
    let out = scratch("with-sccache-out");
    let build = |folder: &Utf8Path| {
        let mut command = project.routegen(&["build", "--out", folder.as_str()]);
        succeed(server.set(command.env("RUSTC_WRAPPER", sccache)));
        std::fs::read(folder.join("root.zip")).unwrap()
    };
    let [first, second, again] = ["first", "second", "again"].map(|name| out.join(name));
    let bytes = build(&first);
    project.write("src/lib.rs", &route("second"));
    assert!(bytes != build(&second));
    let before = server.hits();
    project.write("src/lib.rs", &route("first"));
    assert!(bytes == build(&again), "what comes out of the cache is another artifact");
    assert!(server.hits() > before, "nothing came out of the cache");
    assert_eq!(answer(&unpack(&again.join("root.zip"), &out), "GET", "/")["body"], "first");
}

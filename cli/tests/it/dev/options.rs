//! A named stage, host names of this machine, and the number of parallel processes.

use std::thread;

use super::server::{Server, ask};
use crate::fixture::{Project, fail, routegen};

/// `/wait` ends when `/go` has written the file, which is only in time if another process serves `/go`.
const SOURCE: &str = r#"
use std::{path::Path, time::Duration};

use routegen::{lambda_http::{Request, RequestExt}, route};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/gone");

#[route(GET, "/wait", auth = "none", lambda = "both", timeout = 3)]
async fn wait() {
    eprintln!("it waits");
    while !Path::new(FILE).exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[route(GET, "/go", auth = "none", lambda = "both", timeout = 3)]
async fn go(request: Request) -> String {
    std::fs::write(FILE, "").unwrap();
    request.raw_http_path().to_owned()
}
"#;

#[test]
fn a_stage_is_the_first_segment_and_a_single_process_lets_requests_wait() {
    let project = Project::new("dev-options", SOURCE);
    let options = ["dev", "--port", "0", "--format", "json", "--stage", "live", "--instances", "1"];
    let mut command = project.routegen(&options);
    let server = Server::start(command.args(["--allow-host", "one.test", "--allow-host", "two.test"]));
    let origin = server.url.strip_suffix("/live").expect("the stage is part of the address");
    assert_eq!(server.ready["routes"][0]["url"], format!("{}/go", server.url));
    let begun = thread::spawn({
        let url = server.url.clone();
        move || ask(&url, "GET", "/wait", &[], "")
    });
    server.entry(|entry| entry["line"] == "it waits");
    let second = server.get("/go", &[]);
    assert_eq!((second.status, second.body.as_str()), (200, "/live/go"));
    assert_eq!(begun.join().unwrap().status, 500, "it had to end before the other one began");
    assert_eq!(ask(origin, "GET", "/go", &[], "").status, 404);
    for (name, status) in [("one.test", 200), ("two.test:80", 200), ("three.test", 403)] {
        assert_eq!(server.get("/go", &[("host", name)]).status, status, "{name}");
    }
    server.stop();
}

#[test]
fn what_no_stage_is_called_is_told() {
    let error = fail(&mut routegen(&["dev", "-p", "pets", "--port", "0", "--stage", "a stage"]));
    assert!(error.contains("the stage name `a stage` is not one of 1 to 128"), "{error}");
}

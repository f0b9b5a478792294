//! Callers whose access is decided elsewhere: by an external issuer, by an AWS-style access key, and by an
//! authorizer, whose lines are logged with its request.

use serde_json::Value;

use super::server::Server;
use crate::{
    emulator::python::python,
    fixture::{Project, succeed},
};

const SOURCE: &str = r#"
use routegen::{AuthorizerRequest, Decision, authorizer, lambda_http::{Request, RequestExt}, route};

#[route(GET, "/items", auth = "cognito", scopes = ["items/read"])]
async fn items() {}

#[route(PUT, "/signed/{name}", auth = "iam")]
async fn signed(request: Request) -> String {
    format!("{:?}", request.request_context())
}

#[route(GET, "/asked", auth = "door")]
async fn asked() -> String {
    std::env::var("AWS_REGION").unwrap()
}

/// Knows everyone
#[authorizer(identity_sources = ["$request.header.who"])]
async fn door(_: AuthorizerRequest) -> Decision {
    eprintln!("somebody asks");
    Decision::Allow(())
}
"#;

#[test]
fn tokens_of_another_issuer_and_signatures_open_what_they_are_for() {
    let project = Project::new("dev-callers", SOURCE);
    // The external issuer belongs to another server.
    let issuer = Server::start(&mut project.routegen(&["dev", "--port", "0", "--format", "json"]));
    let url = issuer.ready["issuer"].as_str().unwrap();
    let client = issuer.ready["client_id"].as_str().unwrap();
    let args = ["dev", "--port", "0", "--format", "json", "--issuer", url, "--audience", client];
    let mut command = project.routegen(&args);
    let server = Server::start(command.args(["--env", "AWS_REGION"]).env("AWS_REGION", "eu-central-1"));
    assert_eq!(server.ready["issuer"], Value::Null);
    let status = |token: &str| server.get("/items", &[("authorization", &format!("Bearer {token}"))]).status;
    let token = |words: &[&str]| {
        let port = issuer.port();
        let mut command = project.routegen(&["token", "--port", &port]);
        succeed(command.args(words)).trim().to_owned()
    };
    for (words, expected) in [
        (&["--scope", "items/read"][..], 200),
        (&["--scope", "items/write"], 403),
        (&["--scope", "items/read", "--forged"], 401),
        (&["--scope", "items/read", "--expired"], 401),
        (&["--scope", "items/read", "--audience", "somebody-else"], 401),
    ] {
        assert_eq!(status(&token(words)), expected, "{words:?}");
    }

    // Nothing listens on a port this low.
    let warns = |port: &str| {
        let output = project.routegen(&["token", "--port", port]).output().unwrap();
        String::from_utf8(output.stderr).unwrap().contains("RG0211")
    };
    assert!(warns("1") && !warns(&issuer.port()));

    let asked = server.get("/asked", &[("who", "ann")]);
    assert_eq!((asked.status, asked.body.as_str()), (200, "eu-central-1"));
    let request = server.entry(|entry| entry["path"] == "/asked");
    let line = server.entry(|entry| entry["type"] == "log");
    assert_eq!((&line["function"], &line["line"]), (&"door".into(), &"somebody asks".into()));
    assert!(
        line["invocation"].is_string() && line["invocation"] == request["authorizer_invocation"],
        "{line}"
    );

    signatures(&server);
    issuer.stop();
    server.stop();
}

/// Signs requests as AWS's own client does.
fn signatures(server: &Server) {
    let Some(python) = python() else { return };
    let iam = &server.ready["iam"];
    let key = |name: &str| iam[name].as_str().unwrap();
    let body = r#"{"a":"\u00fc"}"#;
    let url = format!("{}/signed/a%20b", server.url);
    // What it sends: a space in a parameter becomes `+`, and is signed as `%20`.
    let query = r#"{"x": "1", "a": "\u00fc", "q": "a b", "p": "a+b"}"#;
    let sign = |secret: &str, body: &str| -> (String, Vec<(String, String)>) {
        let arguments = ["PUT", &url, query, body, key("access_key_id"), secret, key("region")];
        serde_json::from_str(&python.run(include_str!("sign.py"), &arguments)).unwrap()
    };
    let put = |(path, headers): &(String, Vec<(String, String)>)| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        server.put(path, &headers, body)
    };
    let secret = key("secret_access_key");
    assert_eq!(key("region"), "eu-central-1");
    let signed = sign(secret, body);
    assert!(signed.0.contains("q=a+b") && signed.0.contains("p=a%2Bb"), "{}", signed.0);
    let answer = put(&signed);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains(&format!("{:?}", key("access_key_id"))), "{}", answer.body);
    for (how, headers) in [
        ("with another secret", sign("another", body)),
        ("for another body", sign(secret, "{}")),
        ("not at all", (signed.0.clone(), Vec::new())),
    ] {
        assert_eq!(put(&headers).status, 403, "signed {how}");
    }
}

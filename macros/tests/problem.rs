//! `#[derive(Problem)]` at work: what clients receive of a value, what the log is told, and what `?` makes of other errors.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::{error::Error, fmt};

use axum::body::to_bytes;
use futures_util::FutureExt as _;
use routegen::{IntoProblem as _, Problem, http::StatusCode};
use serde_json::{Value, json};

/// No error of the standard library: it takes all of them.
#[derive(Debug, Problem)]
enum ShopError {
    #[problem(
        status = 404,
        type = "https://example.com/problems/no-item",
        title = "No such item",
        detail = "no item {id:?}, {{id}}"
    )]
    NoItem {
        #[problem(member)]
        id: String,
        secret: u64,
    },
    #[problem(status = StatusCode::CONFLICT, detail = "{0} of {1} are left, {0}", instance = "/stock/{1}")]
    OutOfStock(#[problem(member = "left")] u32, &'static str),
    #[problem(status = 503)]
    Store(#[from] std::io::Error),
    #[problem(status = 400, detail = "{0}")]
    NoNumber(#[from] std::num::ParseIntError),
    #[problem(status = 500)]
    Broken,
    #[problem(transparent)]
    Other(#[from] Problem),
}

/// An error by thiserror, which reads `#[from]` too.
#[derive(Debug, Problem, thiserror::Error)]
enum PayError {
    #[error("the card {0} is refused")]
    #[problem(status = 402, detail = "{self}")]
    Refused(String),
    #[error("no bank answers")]
    #[problem(status = 502)]
    NoBank(#[from] std::io::Error),
    #[error("the shop failed: {0:?}")]
    #[problem(transparent)]
    Shop(ShopError),
}

/// A struct, with a type parameter.
#[derive(Problem)]
#[problem(status = 429, title = "Too many", detail = "at most {most}")]
struct TooMany<T: fmt::Display + serde::Serialize> {
    #[problem(member)]
    most: T,
}

/// A cause that is none: no `Error`, and no field that is one.
#[derive(Problem)]
#[problem(status = 500)]
struct Silent(#[source] u8);

/// Names that the expansion has too, and one that is a keyword.
#[derive(Problem)]
enum Names {
    #[problem(status = 400, detail = "{problem} {error} {source} {type}")]
    Taken {
        problem: u8,
        error: u8,
        source: u8,
        #[problem(member = "kind")]
        r#type: u8,
    },
}

/// The status, and the body without it and the title.
fn received(error: impl routegen::IntoResponse) -> (u16, Value) {
    let response = error.into_response();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).now_or_never().unwrap().unwrap();
    let mut body: Value = serde_json::from_slice(&body).unwrap();
    let members = body.as_object_mut().unwrap();
    assert_eq!(members.remove("status").unwrap(), status);
    if StatusCode::from_u16(status).unwrap().canonical_reason() == members["title"].as_str() {
        members.remove("title");
    }
    (status, body)
}

/// What the log is told.
fn cause(problem: &Problem) -> Option<String> {
    let text = format!("{problem:?}");
    let (_, cause) = text.rsplit_once("cause: ").unwrap();
    cause.strip_prefix("Some(\"").map(|cause| cause.trim_end_matches("\") }").to_owned())
}

fn fails<T>(with: impl Into<T>) -> T {
    with.into()
}

#[test]
fn a_variant_answers_with_what_stands_over_it_and_with_nothing_else() {
    let no_item = || ShopError::NoItem { id: "pen".into(), secret: 7 };
    let expected = json!({
        "type": "https://example.com/problems/no-item", "title": "No such item", "detail": "no item \"pen\", {id}", "id": "pen",
    });
    assert_eq!(received(no_item()), (404, expected));
    assert_eq!(cause(&no_item().into_problem()), None);
    let left = json!({ "detail": "2 of pens are left, 2", "instance": "/stock/pens", "left": 2 });
    assert_eq!(received(ShopError::OutOfStock(2, "pens")), (409, left));
    assert_eq!(
        received(TooMany { most: 3 }),
        (429, json!({ "title": "Too many", "detail": "at most 3", "most": 3 }))
    );
    let names = Names::Taken { problem: 1, error: 2, source: 3, r#type: 4 };
    assert_eq!(received(names), (400, json!({ "detail": "1 2 3 4", "kind": 4 })));
    assert_eq!(
        received(PayError::Refused("1234".into())),
        (402, json!({ "detail": "the card 1234 is refused" }))
    );
}

#[test]
fn what_others_fail_with_is_the_variant_that_is_from_it_and_else_the_one_for_all() {
    let io = || std::io::Error::other("secret");
    assert!(matches!(fails(io()), ShopError::Store(_)));
    assert_eq!(received(fails::<ShopError>(io())), (503, json!({})));
    let number: ShopError = fails("x".parse::<u8>().unwrap_err());
    assert_eq!(received(number), (400, json!({ "detail": "invalid digit found in string" })));
    // Boxed, it is still the same error.
    let boxed: Box<dyn Error + Send + Sync> = io().into();
    assert!(matches!(fails(boxed), ShopError::Store(_)));
    // A problem stays the one it is.
    let gone = Problem::new(StatusCode::GONE).with_detail("gone").with_cause("secret");
    let gone: ShopError = fails(gone);
    let problem = gone.into_problem();
    assert_eq!(cause(&problem).as_deref(), Some("secret"));
    assert_eq!(received(problem), (410, json!({ "detail": "gone" })));
    for other in [fails::<ShopError>("secret"), fails(fmt::Error)] {
        assert_eq!(received(other), (500, json!({})));
    }
    assert!(matches!(fails(io()), PayError::NoBank(_)));
    assert_eq!(received(PayError::Shop(ShopError::OutOfStock(0, "x"))).0, 409);
}

#[test]
fn what_is_wrong_with_the_server_is_logged_with_all_that_is_known_of_it() {
    let io = || std::io::Error::other("the disk is full");
    // Of an error its own text, and then its sources.
    assert_eq!(
        cause(&PayError::NoBank(io()).into_problem()).as_deref(),
        Some("no bank answers: the disk is full")
    );
    // Of another type its source, and where it has none its name.
    assert_eq!(cause(&ShopError::Store(io()).into_problem()).as_deref(), Some("the disk is full"));
    assert_eq!(cause(&ShopError::Broken.into_problem()).as_deref(), Some("ShopError::Broken"));
    assert_eq!(cause(&Silent(0).into_problem()).as_deref(), Some("Silent"));
    // What is wrong with a request is its client's.
    assert_eq!(cause(&fails::<ShopError>("x".parse::<u8>().unwrap_err()).into_problem()), None);
}

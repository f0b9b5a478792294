//! A handler receives what a client sends, whatever it contains: the way through the event, with random
//! requests.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use futures_util::FutureExt as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use routegen::{
    Json, Path, Query,
    axum::body::Bytes,
    http::{HeaderMap, Method},
    route, testing,
};
use serde::{Deserialize, Serialize};

/// A request as both ends see it: the model that the way is compared with.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Seen {
    method: String,
    first: String,
    rest: Vec<String>,
    query: Vec<(String, String)>,
    /// The values of one header, in order.
    values: Vec<String>,
    cookies: Vec<(String, String)>,
    body: Vec<u8>,
}

#[route(ANY, "/seen/{first}/{rest+}", auth = "none")]
async fn see(
    method: Method,
    Path((first, rest)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Json<Seen> {
    let split = |name: &str, by: &str| -> Vec<String> {
        let values = headers.get_all(name).into_iter().flat_map(|value| value.to_str().unwrap().split(by));
        values.map(|value| value.trim().to_owned()).collect()
    };
    let cookies = split("cookie", ";").into_iter().map(|cookie| {
        let (name, value) = cookie.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    Json(Seen {
        method: method.to_string(),
        first,
        rest: rest.split('/').map(str::to_owned).collect(),
        query,
        values: split("x-value", ","),
        cookies: cookies.collect(),
        body: body.to_vec(),
    })
}

fn send(request: &Seen) -> testing::Answer {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let rest: Vec<String> = request.rest.iter().map(|part| encode(part)).collect();
    let query: Vec<String> =
        request.query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let target = format!("/seen/{}/{}?{}", encode(&request.first), rest.join("/"), query.join("&"));
    let mut call = testing::call(request.method.parse().unwrap(), target);
    for value in &request.values {
        call = call.header("X-Value", value);
    }
    for (name, value) in &request.cookies {
        call = call.cookie(name, value);
    }
    call.body(request.body.clone()).call(see).now_or_never().expect("nothing here waits")
}

fn request() -> impl Strategy<Value = Seen> {
    let method = prop_oneof![Just("GET"), Just("POST"), Just("DELETE"), Just("OPTIONS")];
    // A segment is never empty; a slash within one is percent-encoded, and `rest` shows no difference.
    let segment = "[^/]{1,6}";
    let token = "[a-zA-Z0-9_-]{1,6}";
    (
        method,
        "\\PC{1,6}",
        prop::collection::vec(segment, 1..4),
        prop::collection::vec((".{0,6}", ".{0,6}"), 0..4),
        prop::collection::vec(token, 0..4),
        prop::collection::vec((token, token), 0..4),
        prop::collection::vec(any::<u8>(), 0..32),
    )
        .prop_map(|(method, first, rest, query, values, cookies, body)| Seen {
            method: method.to_owned(),
            first,
            rest,
            query,
            values,
            cookies,
            body,
        })
}

#[route(GET, "/cookies", auth = "none")]
async fn cookies(headers: HeaderMap) -> String {
    let cookies = headers.get_all("cookie").iter().map(|value| str::from_utf8(value.as_bytes()).unwrap());
    cookies.collect::<Vec<_>>().join("|")
}

#[test]
fn an_odd_cookie_takes_no_other_with_it() {
    let get = || testing::get("/cookies").cookie("a", "1");
    let seen =
        |call: testing::Call| call.cookie("b", "2").call(cookies).now_or_never().unwrap().text().to_owned();
    assert_eq!(seen(get()), "a=1; b=2");
    for odd in ["\0", "x\u{1}y", "\r\n", "\u{7f}"] {
        assert_eq!(seen(get().cookie("odd", odd)), "a=1; b=2", "{odd:?}");
    }
    for unusual in ["\u{e4}", "\"x, y\"", "", "=", "x\ty"] {
        assert_eq!(seen(get().cookie("c", unusual)), format!("a=1; c={unusual}; b=2"));
    }
    let lines = get().header("Cookie", "c=3;d=4; ;e=\u{e4}").header("cookie", "f=5");
    assert_eq!(seen(lines), "a=1; b=2; c=3; d=4; e=\u{e4}; f=5");
}

proptest! {
    #[test]
    fn what_is_sent_is_what_arrives(request in request()) {
        let answer = send(&request);
        prop_assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(answer.bytes()));
        prop_assert_eq!(answer.json::<Seen>(), request);
    }
}

//! Requests that are too large.

use super::{Place, Row, message, row};
use crate::client::request;

/// Rows for [`PLAIN`](super::setup::PLAIN).
pub fn limits(place: &Place<'_>) -> Vec<Row> {
    let head = |bytes: usize| {
        // The request line, three headers and the empty line, as they are sent.
        let fixed = "GET /items HTTP/1.1\r\n".len()
            + format!("host: {}\r\n", place.host).len()
            + "connection: close\r\n\r\n".len()
            + "x-fill: \r\n".len();
        request("GET /items").header("x-fill", "x".repeat(bytes - fixed))
    };
    vec![
        row("headers of 10,240 bytes", "[A]", head(10_240), 200, vec![]),
        row(
            "headers of 10,241 bytes",
            "[A], the body [?]",
            head(10_241),
            431,
            vec![message("Request Header Fields Too Large")],
        )
        .ministack("status", "200", NO_LIMIT),
        row(
            "a body over 10 MB by its length",
            "[A], the body [?]",
            // The body is not sent: the client waits for permission.
            request("POST /items").header("content-length", "10485761").header("expect", "100-continue"),
            413,
            vec![message("Request Entity Too Large")],
        )
        .not_of_ministack("it has no such limit, and waits for the body"),
        row(
            "an event over 6 MB",
            "[T]",
            request("POST /items").body("text/plain", vec![b'a'; 6 * 1024 * 1024]),
            413,
            vec![message("Request Entity Too Large")],
        )
        .ministack("status", "200", NO_LIMIT),
    ]
}

pub(super) const NO_LIMIT: &str = "it has no such limit";

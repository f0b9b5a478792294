//! Entries for the tests of the journal.

use routegen_gateway::Observation;

use super::{
    entry::{Answered, Delivered, JournalLine},
    listener::Heard,
};

/// A line of a function.
pub(super) fn log(invocation: Option<&str>, line: &str) -> Observation {
    let invocation = invocation.map(str::to_owned);
    Observation::Log { function: "items".into(), invocation, line: line.to_owned() }
}

/// The same, as the journal reads it.
pub(super) fn heard(invocation: Option<&str>, line: &str) -> Heard {
    let invocation = invocation.map(str::to_owned);
    Heard::Log { function: "items".into(), invocation, line: line.to_owned() }
}

pub(super) fn request(invocation: &str) -> Answered {
    Answered {
        request_id: "id".to_owned(),
        method: "GET".to_owned(),
        path: "/".to_owned(),
        route_key: None,
        function: None,
        invocation: Some(invocation.to_owned()),
        authorizer_invocation: None,
        status: 200,
        duration_ms: 1.0,
        cold_start: false,
        error: None,
    }
}

pub(super) fn delivery(change: impl FnOnce(&mut Delivered)) -> Delivered {
    let mut delivered = Delivered {
        function: "on-order".to_owned(),
        event_source: "queue orders".to_owned(),
        invocation: "1".to_owned(),
        records: vec!["a".to_owned(), "b".to_owned()],
        attempt: 1,
        failed: Vec::new(),
        error: None,
        again_s: None,
        duration_ms: 1.5,
        cold_start: false,
    };
    change(&mut delivered);
    delivered
}

/// An entry without colours.
pub(super) fn plain(line: &JournalLine) -> String {
    anstream::adapter::strip_str(&line.to_string()).to_string()
}

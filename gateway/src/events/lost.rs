//! The events and records that functions failed on for the last time.
//!
//! In: what is given up. Out: what is sent again. The list is bounded: the oldest entries are dropped first.

use std::{collections::VecDeque, sync::Arc};

use routegen_apigw::consumer::StreamRecord;
use serde_json::Value;

use super::shard;

/// The maximum number of entries, and their bytes.
const LOST: usize = 200;
const LOST_BYTES: usize = 32 * 1024 * 1024;

/// There is no room for any of the entries that would be sent again.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct NoRoom;

/// What a function failed on.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) id: String,
    pub(super) function: Arc<str>,
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "only the page shows it"))]
    pub(super) why: String,
    /// Milliseconds since 1970.
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "only the page shows it"))]
    pub(super) time: u64,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Event(Value),
    Records(Vec<StreamRecord>),
}

#[derive(Debug, Default)]
pub(super) struct LostEvents {
    /// The oldest first, each with its bytes.
    entries: VecDeque<(Lost, usize)>,
}

impl LostEvents {
    pub(super) fn keep(&mut self, lost: Lost) {
        let bytes = match &lost.what {
            What::Event(event) => event.to_string().len(),
            What::Records(records) => shard::bytes(records),
        };
        self.entries.push_back((lost, bytes));
        let mut all: usize = self.entries.iter().map(|(_, bytes)| bytes).sum();
        while self.entries.len() > LOST || all > LOST_BYTES {
            let Some((_, bytes)) = self.entries.pop_front() else { break };
            all -= bytes;
        }
    }

    /// Passes the entries of a function to `put`, the one with this id or all, and removes those that it
    /// takes. From the first that it refuses on, the rest stays. Returns the number of those removed, or an
    /// error if `put` takes none.
    pub(super) fn revive(
        &mut self,
        function: &str,
        id: Option<&str>,
        mut put: impl FnMut(&Lost) -> bool,
    ) -> Result<usize, NoRoom> {
        let (mut sent, mut is_full) = (0, false);
        self.entries.retain(|(lost, _)| {
            if is_full || *lost.function != *function || id.is_some_and(|id| lost.id != id) {
                return true;
            }
            is_full = !put(lost);
            sent += usize::from(!is_full);
            is_full
        });
        if is_full && sent == 0 { Err(NoRoom) } else { Ok(sent) }
    }

    /// The number of entries of a function.
    pub(super) fn count(&self, function: &str) -> usize {
        self.entries.iter().filter(|(lost, _)| *lost.function == *function).count()
    }

    /// The entries, oldest first.
    #[cfg(feature = "page")]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Lost> {
        self.entries.iter().map(|(lost, _)| lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(id: &str, function: &str) -> Lost {
        Lost {
            id: id.to_owned(),
            function: function.into(),
            why: String::new(),
            time: 0,
            what: What::Event(Value::Null),
        }
    }

    fn ids(events: &LostEvents) -> Vec<&str> {
        events.entries.iter().map(|(lost, _)| &*lost.id).collect()
    }

    #[test]
    fn what_does_not_fit_stays_in_order_with_what_is_behind_it() {
        let mut events = LostEvents::default();
        for (id, function) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "a")] {
            events.keep(lost(id, function));
        }
        let mut room = 1;
        let put = |_: &Lost| {
            room -= 1;
            room >= 0
        };
        assert_eq!(events.revive("a", None, put), Ok(1));
        assert_eq!(ids(&events), ["2", "3", "4"]);
        assert_eq!(events.revive("a", Some("4"), |_| false), Err(NoRoom));
        assert_eq!(events.revive("a", Some("3"), |_| false), Ok(0), "it is of another function");
        assert_eq!(ids(&events), ["2", "3", "4"]);
        assert_eq!(events.revive("a", Some("4"), |_| true), Ok(1));
        assert_eq!(events.revive("b", None, |_| true), Ok(1));
        assert_eq!(ids(&events), ["2"]);
    }

    #[test]
    fn the_oldest_make_room_for_new_ones_by_their_number_and_their_bytes() {
        let mut events = LostEvents::default();
        for id in 0..=LOST {
            events.keep(lost(&id.to_string(), "a"));
        }
        assert_eq!((events.count("a"), ids(&events)[0]), (LOST, "1"));
        let text = Value::from("a".repeat(LOST_BYTES - 4));
        events.keep(Lost { what: What::Event(text), ..lost("large", "a") });
        assert_eq!(ids(&events), ["large"], "the others need four bytes each");
    }
}

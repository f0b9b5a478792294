//! The open spans.
//!
//! In: what tracing reports about spans. Out: their names and fields, for the lines of events inside them. A
//! span exists as long as it has a holder; the spans inside it count as holders.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tracing::{
    Metadata,
    span::{Attributes, Id, Record},
};
use tracing_core::span::Current;

use super::line::{Fields, Line};

/// Every span that has a holder.
#[derive(Default)]
pub(super) struct Spans(Mutex<Open>);

#[derive(Default)]
struct Open {
    last: u64,
    spans: HashMap<u64, Span>,
}

struct Span {
    metadata: &'static Metadata<'static>,
    fields: Fields,
    parent: Option<Id>,
    holders: usize,
}

thread_local! {
    /// The spans that this thread has entered, the innermost last.
    static ENTERED: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) };
}

/// The innermost span that this thread has entered.
pub(super) fn entered() -> Option<Id> {
    ENTERED.with_borrow(|entered| entered.last().cloned())
}

pub(super) fn enter(span: &Id) {
    ENTERED.with_borrow_mut(|entered| entered.push(span.clone()));
}

/// Guards may be dropped in any order.
pub(super) fn exit(span: &Id) {
    ENTERED.with_borrow_mut(|entered| {
        if let Some(at) = entered.iter().rposition(|other| other == span) {
            entered.remove(at);
        }
    });
}

impl Spans {
    pub(super) fn open(&self, attributes: &Attributes<'_>) -> Id {
        // A value's `Debug` may log, which must not happen while the lock is held.
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let inside = || attributes.is_contextual().then(entered).flatten();
        let parent = attributes.parent().cloned().or_else(inside);
        let mut open = self.lock();
        if let Some(parent) = &parent {
            open.hold(parent);
        }
        open.last += 1;
        let id = open.last;
        open.spans.insert(id, Span { metadata: attributes.metadata(), fields, parent, holders: 1 });
        Id::from_u64(id)
    }

    pub(super) fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = match self.lock().spans.get_mut(&span.into_u64()) {
            Some(span) => std::mem::take(&mut span.fields),
            None => return,
        };
        values.record(&mut fields);
        if let Some(span) = self.lock().spans.get_mut(&span.into_u64()) {
            span.fields = fields;
        }
    }

    pub(super) fn share(&self, span: &Id) {
        self.lock().hold(span);
    }

    /// Returns whether it was the last holder.
    pub(super) fn release(&self, span: &Id) -> bool {
        self.lock().release(span)
    }

    pub(super) fn current(&self) -> Current {
        let current = entered().and_then(|id| {
            let metadata = self.lock().spans.get(&id.into_u64())?.metadata;
            Some(Current::new(id, metadata))
        });
        current.unwrap_or_else(Current::none)
    }

    /// Adds the spans around an event to its line, the outermost first.
    pub(super) fn outwards(&self, innermost: Option<Id>, line: &mut Line) {
        let Some(innermost) = innermost else { return };
        let open = self.lock();
        let inner = open.spans.get(&innermost.into_u64());
        let parent = |span: &&Span| open.spans.get(&span.parent.as_ref()?.into_u64());
        let mut spans: Vec<&Span> = std::iter::successors(inner, parent).collect();
        spans.reverse();
        line.list("spans", spans.iter().map(|span| (span.metadata.name(), &span.fields)));
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.lock().spans.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn hold(&mut self, span: &Id) {
        if let Some(span) = self.spans.get_mut(&span.into_u64()) {
            span.holders += 1;
        }
    }

    fn release(&mut self, span: &Id) -> bool {
        let mut next = Some(span.clone());
        let mut closed = false;
        while let Some(id) = next.take() {
            let Some(span) = self.spans.get_mut(&id.into_u64()) else { break };
            span.holders -= 1;
            if span.holders == 0 {
                closed = true;
                next = self.spans.remove(&id.into_u64()).and_then(|span| span.parent);
            }
        }
        closed
    }
}

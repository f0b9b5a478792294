//! The state of an execution environment: what it is working on, and what it is asking for.
//!
//! In: the requests to its Runtime API. Out: events from its pool, and answers for those that are waiting.
//! It starts and ends nothing.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::{
    sync::{Notify, oneshot, watch},
    time::Instant,
};

use super::{
    outcome::{InvokeError, Invoked},
    peer::NotOurs,
    pool::{Job, Pool},
};
use crate::{FunctionError, lock::lock};

/// How often the memory of a working process is checked.
pub(super) const MEMORY_CHECK: Duration = Duration::from_millis(100);

/// The state of an environment, which its Runtime API shares with its watcher.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) pool: Arc<Pool>,
    pub(super) address: String,
    pub(super) state: Mutex<State>,
    /// Notified when the watcher must check again.
    pub(super) changed: Notify,
    /// The invocation that ended last, if no other was in flight at that time.
    pub(super) ended: watch::Sender<Option<Author>>,
}

/// The function and the invocation that something belongs to.
pub(super) type Author = (Arc<str>, String);

#[derive(Debug, Default)]
pub(super) struct State {
    /// Whether it has asked for an event.
    pub(super) started: bool,
    /// Whether it has been given one.
    pub(super) served: bool,
    pub(super) in_flight: Vec<InFlight>,
    /// Answers after which it has not asked again.
    pub(super) returning: usize,
    /// What it worked on last, which late log lines belong to.
    pub(super) last: Option<Author>,
    /// When the watcher checks next; `None` while there is nothing to watch.
    pub(super) check: Option<Instant>,
    /// The error that it reported as the reason why it cannot start.
    pub(super) init_error: Option<FunctionError>,
    /// The owner of the connection that was refused last.
    pub(super) refused: Option<NotOurs>,
}

/// An event that the process is working on.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) request_id: String,
    pub(super) function: Arc<str>,
    pub(super) timeout: Duration,
    pub(super) deadline: Instant,
    pub(super) cold_start: bool,
    pub(super) reply: oneshot::Sender<Invoked>,
}

/// An event as the process gets it.
#[derive(Debug)]
pub(super) struct Dispatched {
    pub(super) job: Given,
    /// Milliseconds since 1970.
    pub(super) deadline: u128,
}

/// A [`Job`] without its receiver.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) trace: String,
    pub(super) arn: hyper::header::HeaderValue,
}

/// Why a process may not ask for an event.
#[derive(Debug)]
pub(super) struct StillBusy;

impl Environment {
    pub(super) fn new(pool: Arc<Pool>, address: String) -> Self {
        Self {
            pool,
            address,
            state: Mutex::default(),
            changed: Notify::new(),
            ended: watch::Sender::default(),
        }
    }

    /// The next event, when there is one.
    pub(super) async fn next(&self) -> Result<Dispatched, StillBusy> {
        {
            let mut state = lock(&self.state);
            if state.in_flight.len() >= self.pool.program.concurrency {
                return Err(StillBusy);
            }
            if !state.started {
                state.started = true;
                self.pool.started();
                self.changed.notify_one();
            } else if state.returning > 0 {
                state.returning -= 1;
                self.pool.returned();
            }
        }
        let job = self.pool.next().await;
        Ok(self.dispatch(job))
    }

    fn dispatch(&self, job: Job) -> Dispatched {
        let Job { request_id, payload, trace, function, arn, timeout, reply } = job;
        let deadline = Instant::now() + timeout;
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + timeout;
        let mut state = lock(&self.state);
        let cold_start = !std::mem::replace(&mut state.served, true);
        let id = request_id.clone();
        state.in_flight.push(InFlight { request_id: id, function, timeout, deadline, cold_start, reply });
        let check = deadline.min(Instant::now() + MEMORY_CHECK);
        if state.check.is_none_or(|at| check < at) {
            state.check = Some(check);
            self.changed.notify_one();
        }
        let job = Given { request_id, payload, trace, arn };
        Dispatched { job, deadline: wall.as_millis() }
    }

    /// Completes an invocation; `false` if there is none with that id.
    pub(super) fn complete(&self, request_id: &str, outcome: Result<Bytes, InvokeError>) -> bool {
        let mut state = lock(&self.state);
        let Some(at) = state.in_flight.iter().position(|work| work.request_id == request_id) else {
            return false;
        };
        let work = state.in_flight.swap_remove(at);
        state.returning += 1;
        self.pool.returning();
        let author = (work.function, work.request_id);
        if state.in_flight.is_empty() {
            self.ended.send_replace(Some(author.clone()));
        }
        state.last = Some(author);
        drop(state);
        let _ = work.reply.send(Invoked { outcome, cold_start: work.cold_start });
        true
    }

    /// Whether an invocation is in flight.
    pub(super) fn works_on(&self, request_id: &str) -> bool {
        lock(&self.state).in_flight.iter().any(|work| work.request_id == request_id)
    }

    /// Whether this invocation was the last one to end, and none is in flight.
    pub(super) fn has_just_ended(&self, request_id: &str) -> bool {
        let state = lock(&self.state);
        state.in_flight.is_empty() && state.last.as_ref().is_some_and(|(_, last)| last == request_id)
    }

    /// Records that the process reported that it cannot start.
    pub(super) fn cannot_start(&self, error: FunctionError) {
        lock(&self.state).init_error = Some(error);
        self.changed.notify_one();
    }

    /// Records that another user's connection was refused.
    pub(super) fn refused(&self, whose: NotOurs) {
        lock(&self.state).refused = Some(whose);
    }

    /// The function and the invocation that a log line belongs to, if that is certain.
    pub(super) fn author(&self) -> (Arc<str>, Option<String>) {
        let state = lock(&self.state);
        match (state.in_flight.as_slice(), &state.last) {
            ([one], _) => (one.function.clone(), Some(one.request_id.clone())),
            // A client that handles one event at a time is still logging for the last one.
            ([], Some((function, id))) if self.pool.program.concurrency == 1 => {
                (function.clone(), Some(id.clone()))
            }
            _ => (self.pool.name.clone(), None),
        }
    }
}

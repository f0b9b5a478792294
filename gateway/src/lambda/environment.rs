//! An execution environment: one process, the Runtime API that it speaks to, and the time that it has.
//!
//! In: the events of its pool. Out: answers, or why there is none. It ends when the process does, when an invocation takes too
//! long or too much memory, or when the pool is closed; whatever it worked on then fails.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    process::ExitStatus,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{
    InvokeError, Invoked, connection,
    log::LogReaders,
    peer::{self, NotOurs},
    pool::{Job, Pool},
    process::{self, About, Process},
};
use crate::{FunctionError, lock::lock, observe::Observation};

/// How often the memory of a process that works is looked at.
const MEMORY_CHECK: Duration = Duration::from_millis(100);

/// How long a process has to end by itself after it said that it cannot start.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// More connections than this no runtime client needs.
const CONNECTIONS: usize = 64;

/// Between a connection that cannot be taken and the next try: where file descriptors are wanting, one of them has to go first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// The state of an environment, which its Runtime API shares with whoever watches over it.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) pool: Arc<Pool>,
    pub(super) address: String,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Whether it asked for an event.
    started: bool,
    /// Whether it was given one.
    served: bool,
    in_flight: Vec<InFlight>,
    /// Answers after which it has not asked again.
    returning: usize,
    /// What it worked on last, which a late line of the log belongs to.
    last: Option<(Arc<str>, String)>,
    /// When whoever watches looks next; nothing while there is nothing to watch.
    check: Option<Instant>,
    /// What it said of why it cannot start.
    init_error: Option<FunctionError>,
    /// Whose connection was refused last.
    refused: Option<NotOurs>,
}

/// An event that the process works on.
#[derive(Debug)]
struct InFlight {
    request_id: String,
    function: Arc<str>,
    timeout: Duration,
    deadline: Instant,
    cold_start: bool,
    reply: oneshot::Sender<Invoked>,
}

/// An event as the process gets it.
#[derive(Debug)]
pub(super) struct Dispatched {
    pub(super) job: Given,
    /// Milliseconds since 1970.
    pub(super) deadline: u128,
}

/// A [`Job`] without whoever waits for it.
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
    /// Starts a process, serves it to its end, and tells the pool of it.
    pub(super) async fn run(pool: Arc<Pool>) {
        // Held until the process is reaped.
        let _alive = pool.services.alive.clone();
        match Self::start(&pool).await {
            Ok((environment, listener, process)) => {
                let failed_start = environment.clone().serve(listener, process).await;
                let returning = lock(&environment.state).returning;
                pool.ended(failed_start, returning);
            }
            Err(error) => {
                let why = format!("{}: {error}", pool.program.path.display());
                pool.ended(Some(InvokeError::Init(why)), 0);
            }
        }
    }

    async fn start(pool: &Arc<Pool>) -> io::Result<(Arc<Self>, TcpListener, Process)> {
        peer::can_tell()?;
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = listener.local_addr()?.to_string();
        let about = About {
            function: &pool.name,
            region: &pool.services.region,
            runtime_api: &address,
            instance: &pool.services.ids.invocation().replace('-', ""),
            logged: pool.services.observer.is_on(),
        };
        let process = process::spawn(&pool.program, &about, &pool.services.processes).await?;
        pool.services
            .observer
            .tell(|| Observation::ProcessStarted { function: pool.name.clone(), process: process.id() });
        let environment =
            Self { pool: pool.clone(), address, state: Mutex::default(), changed: Notify::new() };
        Ok((Arc::new(environment), listener, process))
    }

    /// Gives the reason where it never asked for an event.
    async fn serve(self: Arc<Self>, listener: TcpListener, mut process: Process) -> Option<InvokeError> {
        let id = process.id();
        let logs = LogReaders::start(&self, process.output());
        let mut connections = JoinSet::new();
        let why = tokio::select! {
            why = self.watch(&mut process) => why,
            () = self.accept(listener, &mut connections) => InvokeError::Closed,
        };
        process.end().await;
        // Nobody can ask any more, and an event that was given at this moment goes back to the pool.
        connections.shutdown().await;
        logs.end().await;
        self.pool.services.observer.tell(|| Observation::ProcessEnded {
            function: self.pool.name.clone(),
            process: id,
            reason: why.to_string(),
        });
        let mut state = lock(&self.state);
        for InFlight { reply, timeout, deadline, cold_start, .. } in state.in_flight.drain(..) {
            // Of several at once, only those that took too long are at fault.
            let own = match &why {
                InvokeError::TimedOut(_) if deadline <= Instant::now() => InvokeError::TimedOut(timeout),
                InvokeError::TimedOut(_) => InvokeError::Crashed("another invocation timed out".to_owned()),
                why => why.clone(),
            };
            let _ = reply.send(Invoked { outcome: Err(own), cold_start });
        }
        if state.started {
            return None;
        }
        let why = match (state.init_error.take(), why) {
            (Some(error), _) => InvokeError::Init(error.to_string()),
            (None, InvokeError::Crashed(how)) => InvokeError::Init(how),
            (None, why) => why,
        };
        Some(match (&state.refused, why) {
            // A program that goes on as another user is refused as everyone else is.
            (Some(whose), InvokeError::Init(why)) => InvokeError::Init(format!(
                "{why}; its Runtime API is for the gateway's own user, and refused a connection of {whose}"
            )),
            (_, why) => why,
        })
    }

    async fn accept(self: &Arc<Self>, listener: TcpListener, connections: &mut JoinSet<()>) {
        loop {
            while connections.try_join_next().is_some() {}
            if connections.len() >= CONNECTIONS {
                connections.join_next().await;
            }
            // Errors are those of a single connection, or pass when a file descriptor is free again.
            let Ok((stream, _)) = listener.accept().await else {
                sleep(ACCEPT_PAUSE).await;
                continue;
            };
            connections.spawn(connection::serve(self.clone(), stream));
        }
    }

    /// Waits for whatever ends the environment.
    async fn watch(&self, process: &mut Process) -> InvokeError {
        let program = &self.pool.program;
        let mut closed = self.pool.closed();
        let mut start_by = Some(Instant::now() + program.init_timeout);
        loop {
            let check = {
                let state = lock(&self.state);
                if state.started {
                    start_by = None;
                } else if state.init_error.is_some() {
                    start_by = start_by.map(|by| by.min(Instant::now() + LAST_WORDS));
                }
                state.check
            };
            let at = |at: Option<Instant>| sleep_until(at.unwrap_or_else(Instant::now));
            tokio::select! {
                status = process.wait() => return InvokeError::Crashed(how(status)),
                _ = closed.wait_for(|closed| *closed) => return InvokeError::Closed,
                () = self.changed.notified() => {}
                () = at(start_by), if start_by.is_some() => {
                    let seconds = program.init_timeout;
                    return InvokeError::Init(format!("it did not ask for an event within {seconds:?}"));
                }
                () = at(check), if check.is_some() => {
                    if let Some(why) = self.check(process.id()) {
                        return why;
                    }
                }
            }
        }
    }

    /// Looks at what is in flight: its time, and the memory.
    fn check(&self, process: u32) -> Option<InvokeError> {
        let now = Instant::now();
        let memory = self.pool.program.memory;
        let mut state = lock(&self.state);
        let Some(first) = state.in_flight.iter().min_by_key(|work| work.deadline) else {
            state.check = None;
            return None;
        };
        let deadline = first.deadline;
        if deadline <= now {
            return Some(InvokeError::TimedOut(first.timeout));
        }
        if process::resident(process).is_some_and(|used| used > u64::from(memory) * 1024 * 1024) {
            return Some(InvokeError::OutOfMemory(memory));
        }
        state.check = Some(deadline.min(now + MEMORY_CHECK));
        None
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

    /// Ends an invocation; `false` where there is none of that id.
    pub(super) fn complete(&self, request_id: &str, outcome: Result<Bytes, InvokeError>) -> bool {
        let mut state = lock(&self.state);
        let Some(at) = state.in_flight.iter().position(|work| work.request_id == request_id) else {
            return false;
        };
        let work = state.in_flight.swap_remove(at);
        state.returning += 1;
        self.pool.returning();
        state.last = Some((work.function, work.request_id));
        drop(state);
        let _ = work.reply.send(Invoked { outcome, cold_start: work.cold_start });
        true
    }

    /// Whether an invocation is in flight.
    pub(super) fn works_on(&self, request_id: &str) -> bool {
        lock(&self.state).in_flight.iter().any(|work| work.request_id == request_id)
    }

    /// The process said that it cannot start.
    pub(super) fn cannot_start(&self, error: FunctionError) {
        lock(&self.state).init_error = Some(error);
        self.changed.notify_one();
    }

    /// A connection of somebody else was refused.
    pub(super) fn refused(&self, whose: NotOurs) {
        lock(&self.state).refused = Some(whose);
    }

    /// The function and the invocation that a line of the log belongs to, where that is certain.
    pub(super) fn author(&self) -> (Arc<str>, Option<String>) {
        let state = lock(&self.state);
        match (state.in_flight.as_slice(), &state.last) {
            ([one], _) => (one.function.clone(), Some(one.request_id.clone())),
            // Whoever does one thing after the other still speaks of the last one.
            ([], Some((function, id))) if self.pool.program.concurrency == 1 => {
                (function.clone(), Some(id.clone()))
            }
            _ => (self.pool.name.clone(), None),
        }
    }
}

fn how(status: io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

/// Waits no longer than a moment, for what should be over.
pub(super) async fn shortly(work: impl Future<Output = ()>) {
    let _ = timeout(LAST_WORDS, work).await;
}

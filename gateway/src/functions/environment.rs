//! An execution environment: one process, its Runtime API, and its time limits.
//!
//! In: the events of its pool. Out: answers, or why there is none. It ends when the process does, when an
//! invocation takes too long or uses too much memory, or when the pool is closed; invocations in flight
//! then fail.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    process::ExitStatus,
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::TcpListener,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{
    connection,
    log::LogReaders,
    outcome::{InvokeError, Invoked},
    peer,
    pool::{Pool, PoolHandle, Services},
    process::{self, About, Process},
    state::{Environment, InFlight, MEMORY_CHECK},
};
use crate::{Program, lock::lock, observe::Observation};

/// How long a process may take to exit after it has reported that it cannot start.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The maximum number of connections; no runtime client needs more.
const CONNECTIONS: usize = 64;

/// The pause after a failed accept: if file descriptors are exhausted, one of them must be closed first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// A pool for a program, without environments yet.
pub(crate) fn new_pool(name: Arc<str>, program: Program, services: Services) -> PoolHandle {
    PoolHandle::new(name, program, services, |pool| drop(tokio::spawn(Environment::run(pool))))
}

impl Environment {
    /// Starts a process, serves it until it ends, and reports the end to the pool.
    async fn run(pool: Arc<Pool>) {
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
        Ok((Arc::new(Self::new(pool.clone(), address)), listener, process))
    }

    /// Returns the reason if the process never asked for an event.
    async fn serve(self: Arc<Self>, listener: TcpListener, mut process: Process) -> Option<InvokeError> {
        let id = process.id();
        let logs = LogReaders::start(&self, process.output());
        let mut connections = JoinSet::new();
        let why = tokio::select! {
            why = self.watch(&mut process) => why,
            () = self.accept(listener, &mut connections) => InvokeError::Closed,
        };
        process.end().await;
        // No more events are requested, and one that was handed over at this moment goes back to the pool.
        connections.shutdown().await;
        logs.end().await;
        self.pool.services.observer.tell(|| Observation::ProcessEnded {
            function: self.pool.name.clone(),
            process: id,
            reason: why.to_string(),
        });
        let mut state = lock(&self.state);
        for InFlight { reply, timeout, deadline, cold_start, .. } in state.in_flight.drain(..) {
            // Of several invocations in flight, only those that took too long are at fault.
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
            // A program that changes its user is refused like any other user.
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
            // An error concerns a single connection, or passes when a file descriptor is free again.
            let Ok((stream, _)) = listener.accept().await else {
                sleep(ACCEPT_PAUSE).await;
                continue;
            };
            connections.spawn(connection::serve(self.clone(), stream));
        }
    }

    /// Waits for anything that ends the environment.
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

    /// Checks the time and the memory of what is in flight.
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
}

fn how(status: io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

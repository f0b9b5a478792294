//! The execution environments of one program, and the events that wait for them.
//!
//! An event goes to the environment that asked last, which is the warmest; where none asks, it waits, and an environment is
//! started unless as many as may run are running. Lambda would refuse what finds none free; here it waits.

use std::{
    collections::VecDeque,
    future::poll_fn,
    ops::Deref,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::header::HeaderValue;
use tokio::sync::{mpsc, oneshot, watch};

use super::{InvokeError, Invoked, environment::Environment};
use crate::{Program, ids::Ids, lock::lock, observe::Observer};

/// What all functions of a gateway use.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) ids: Arc<Ids>,
    pub(crate) observer: Observer,
    pub(crate) region: Arc<str>,
    /// Held by every environment until its process is reaped; the gateway waits until nobody holds it.
    pub(crate) alive: mpsc::Sender<()>,
}

/// An event on its way to a function.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    pub(crate) trace: String,
    pub(crate) function: Arc<str>,
    pub(crate) arn: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) reply: oneshot::Sender<Invoked>,
}

impl Job {
    fn fail(self, error: InvokeError) {
        // Whoever waited may have gone.
        let _ = self.reply.send(Invoked { outcome: Err(error), cold_start: true });
    }
}

/// The environments of a program.
#[derive(Debug)]
pub(crate) struct Pool {
    /// The name of the function or process.
    pub(crate) name: Arc<str>,
    pub(crate) program: Program,
    pub(crate) services: Services,
    state: Mutex<State>,
    closed: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Environments that asked for an event, the last one last.
    asking: Vec<oneshot::Sender<Job>>,
    /// Environments that exist, and how many of them have not asked yet.
    environments: usize,
    starting: usize,
}

/// Ends the environments of a pool when it goes.
#[derive(Debug)]
pub(crate) struct PoolHandle(Arc<Pool>);

impl Deref for PoolHandle {
    type Target = Arc<Pool>;

    fn deref(&self) -> &Arc<Pool> {
        &self.0
    }
}

impl Drop for PoolHandle {
    fn drop(&mut self) {
        self.0.closed.send_replace(true);
        for job in lock(&self.0.state).waiting.drain(..) {
            job.fail(InvokeError::Closed);
        }
    }
}

impl PoolHandle {
    /// A pool without environments yet.
    pub(crate) fn new(name: Arc<str>, program: Program, services: Services) -> Self {
        let closed = watch::Sender::new(false);
        Self(Arc::new(Pool { name, program, services, state: Mutex::default(), closed }))
    }
}

impl Pool {
    /// Hands an event to an environment, now or when one is free.
    pub(crate) fn give(self: &Arc<Self>, mut job: Job) {
        let mut state = lock(&self.state);
        while let Some(asking) = state.asking.pop() {
            match asking.send(job) {
                Ok(()) => return,
                Err(back) => job = back,
            }
        }
        state.waiting.push_back(job);
        self.start_if_needed(&mut state);
    }

    /// The next event, for an environment that is free.
    pub(super) async fn next(self: &Arc<Self>) -> Job {
        let receiver = {
            let mut state = lock(&self.state);
            while let Some(job) = state.waiting.pop_front() {
                // Nobody waits for what API Gateway gave up on.
                if !job.reply.is_closed() {
                    return job;
                }
            }
            let (sender, receiver) = oneshot::channel();
            state.asking.retain(|asking| !asking.is_closed());
            state.asking.push(sender);
            receiver
        };
        let mut asked = Asked { pool: self, receiver };
        poll_fn(|context| asked.poll(context)).await
    }

    /// An environment asked for the first time.
    pub(super) fn started(&self) {
        lock(&self.state).starting -= 1;
    }

    /// An environment is gone, after a successful start or not.
    pub(super) fn ended(self: &Arc<Self>, failed_start: Option<InvokeError>) {
        let mut state = lock(&self.state);
        state.environments -= 1;
        if let Some(error) = failed_start {
            state.starting -= 1;
            // It was started for one event. If the next start fails too, the next event knows.
            if let Some(job) = state.waiting.pop_front() {
                job.fail(error);
            }
        }
        self.start_if_needed(&mut state);
    }

    pub(super) fn closed(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    fn start_if_needed(self: &Arc<Self>, state: &mut State) {
        let expected = state.starting * self.program.concurrency;
        if state.waiting.len() <= expected
            || state.environments >= self.program.instances
            || *self.closed.borrow()
        {
            return;
        }
        state.environments += 1;
        state.starting += 1;
        tokio::spawn(Environment::run(self.clone()));
    }
}

/// An environment that waits for an event. Where it goes at the very moment that it gets one, the event goes to another.
struct Asked<'a> {
    pool: &'a Arc<Pool>,
    receiver: oneshot::Receiver<Job>,
}

impl Asked<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Job> {
        match Pin::new(&mut self.receiver).poll(context) {
            Poll::Ready(Ok(job)) => Poll::Ready(job),
            // The sender stays with the pool, which whoever asks holds, until it has sent.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(job) = self.receiver.try_recv() {
            self.pool.give(job);
        }
    }
}

#[cfg(test)]
impl Services {
    pub(crate) fn for_tests() -> Self {
        let (ids, observer) = (Arc::default(), Observer::default());
        Self { ids, observer, region: crate::Api::REGION.into(), alive: mpsc::channel(1).0 }
    }
}

//! The execution environments of one program, and the events that wait for them.
//!
//! An event goes to the environment that asked last, which is the warmest. If none is asking, the event
//! waits, and another environment is started unless the maximum is running. Lambda would refuse the event
//! in that case; here it waits. An environment that has just answered is about to ask again: the pool waits
//! a moment for it, so that sequential requests stay with one process.

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

use super::{
    outcome::{InvokeError, Invoked},
    processes::Processes,
};
use crate::{Program, ids::Ids, lock::lock, observe::Observer};

/// How long the pool waits for an environment that has answered to ask again, before it starts another one.
const GRACE: Duration = Duration::from_millis(20);

/// What all functions of a gateway share.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) ids: Arc<Ids>,
    pub(crate) observer: Observer,
    pub(crate) region: Arc<str>,
    pub(crate) processes: Processes,
    /// Every environment holds it until its process is reaped; the gateway waits until nothing holds it.
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
        // The receiver may be gone.
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
    /// Starts an environment, which reports to the pool when it has [`ended`](Pool::ended).
    start: fn(Arc<Pool>),
    state: Mutex<State>,
    closed: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Environments that are asking for an event, the most recent last.
    asking: Vec<oneshot::Sender<Job>>,
    /// The environments that exist, and how many of them have not asked yet.
    environments: usize,
    starting: usize,
    /// Answers whose environment has not asked again yet.
    returning: usize,
    /// Whether a check after [`GRACE`] is scheduled.
    patient: bool,
}

/// Ends the environments of a pool when it is dropped.
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
    pub(super) fn new(name: Arc<str>, program: Program, services: Services, start: fn(Arc<Pool>)) -> Self {
        let closed = watch::Sender::new(false);
        Self(Arc::new(Pool { name, program, services, start, state: Mutex::default(), closed }))
    }
}

impl Pool {
    /// Passes an event to an environment, now or when one is free.
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

    /// Drops waiting events whose client has disconnected.
    pub(super) fn drop_abandoned(&self) {
        lock(&self.state).waiting.retain(|job| !job.reply.is_closed());
    }

    /// The next event, for a free environment.
    pub(super) async fn next(self: &Arc<Self>) -> Job {
        let receiver = {
            let mut state = lock(&self.state);
            while let Some(job) = state.waiting.pop_front() {
                // API Gateway may have given up on it.
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

    /// Records that an environment asked for the first time.
    pub(super) fn started(&self) {
        lock(&self.state).starting -= 1;
    }

    /// Records that an environment answered, and will ask again.
    pub(super) fn returning(&self) {
        lock(&self.state).returning += 1;
    }

    /// Records that it asked again.
    pub(super) fn returned(&self) {
        lock(&self.state).returning -= 1;
    }

    /// Records that an environment has ended, possibly without a successful start. `returning` is the
    /// number of its answers after which it has not asked again.
    pub(super) fn ended(self: &Arc<Self>, failed_start: Option<InvokeError>, returning: usize) {
        let mut state = lock(&self.state);
        state.environments -= 1;
        state.returning -= returning;
        if let Some(error) = failed_start {
            state.starting -= 1;
            // The environment was started for one event. If the next start also fails, the next event gets
            // its error.
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
        if state.waiting.len() <= self.starting_for(state) || !self.may_start(state) {
            return;
        }
        if state.waiting.len() > self.starting_for(state) + state.returning {
            self.start(state);
        } else if !state.patient {
            state.patient = true;
            let pool = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(GRACE).await;
                pool.after_grace();
            });
        }
    }

    fn after_grace(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        state.patient = false;
        if state.waiting.len() > self.starting_for(&state) && self.may_start(&state) {
            self.start(&mut state);
        }
        self.start_if_needed(&mut state);
    }

    /// The number of events that starting environments will take.
    fn starting_for(&self, state: &State) -> usize {
        state.starting * self.program.concurrency
    }

    fn may_start(&self, state: &State) -> bool {
        state.environments < self.program.instances && !*self.closed.borrow()
    }

    fn start(self: &Arc<Self>, state: &mut State) {
        state.environments += 1;
        state.starting += 1;
        (self.start)(self.clone());
    }
}

/// An environment that is waiting for an event. If it ends just as it gets one, the event goes to another.
struct Asked<'a> {
    pool: &'a Arc<Pool>,
    receiver: oneshot::Receiver<Job>,
}

impl Asked<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Job> {
        match Pin::new(&mut self.receiver).poll(context) {
            Poll::Ready(Ok(job)) => Poll::Ready(job),
            // The sender stays in the pool, which the caller holds, until it has sent.
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

#[cfg(any(test, fuzzing))]
impl Services {
    pub(crate) fn for_tests() -> Self {
        let (ids, observer) = (Arc::default(), Observer::default());
        let region = crate::Api::REGION.into();
        Self { ids, observer, region, processes: Processes::default(), alive: mpsc::channel(1).0 }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{
        super::{Call, LambdaFunction, RunBy},
        *,
    };

    fn job() -> (Job, oneshot::Receiver<Invoked>) {
        let (reply, invoked) = oneshot::channel();
        let job = Job {
            request_id: "id".to_owned(),
            payload: Bytes::new(),
            trace: String::new(),
            function: "f".into(),
            arn: HeaderValue::from_static("arn"),
            timeout: Duration::from_secs(3),
            reply,
        };
        (job, invoked)
    }

    /// A pool whose only environment has answered, and has not asked again.
    fn returning() -> PoolHandle {
        let pool = super::super::new_pool(
            "f".into(),
            Program::new("/bin/sleep").argument("1000"),
            Services::for_tests(),
        );
        let mut state = lock(&pool.state);
        (state.environments, state.returning) = (1, 1);
        drop(state);
        pool
    }

    fn environments(pool: &Pool) -> usize {
        lock(&pool.state).environments
    }

    #[tokio::test(start_paused = true)]
    async fn an_environment_that_asks_again_at_once_gets_the_event() {
        let pool = returning();
        let (job, _invoked) = job();
        pool.give(job);
        pool.returned();
        assert_eq!(pool.next().await.request_id, "id");
        tokio::time::sleep(GRACE * 2).await;
        assert_eq!(environments(&pool), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_does_not_ask_again_is_not_waited_for_longer_than_a_moment() {
        let pool = returning();
        let (job, _invoked) = job();
        pool.give(job);
        assert_eq!(environments(&pool), 1);
        tokio::time::sleep(GRACE * 2).await;
        assert_eq!(environments(&pool), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_environment_cannot_take_starts_another_at_once() {
        let pool = returning();
        let ((first, _one), (second, _two)) = (job(), job());
        pool.give(first);
        pool.give(second);
        assert_eq!(environments(&pool), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_of_one_that_goes_at_that_moment_is_given_to_another() {
        let pool = returning();
        let (job, _invoked) = job();
        {
            let asking = pool.next();
            tokio::pin!(asking);
            let asked =
                std::future::poll_fn(|context| Poll::Ready(asking.as_mut().poll(context).is_pending()));
            assert!(asked.await);
            pool.give(job);
            // It is dropped after it was given the event, without having taken it.
        }
        assert_eq!(pool.next().await.request_id, "id");
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_that_nobody_waits_for_any_more_is_not_kept() {
        let pool = Arc::new(returning());
        let function = LambdaFunction {
            name: "f".into(),
            arn: HeaderValue::from_static("arn"),
            timeout: Duration::from_secs(3),
            backend: RunBy::Pool(pool.clone()),
        };
        let invoke = || {
            let call = Call { request_id: "id".to_owned(), payload: Bytes::new(), trace: String::new() };
            Box::pin(function.invoke(call))
        };
        let (mut stays, mut goes) = (invoke(), invoke());
        for invocation in [&mut stays, &mut goes] {
            let waits = poll_fn(|context| Poll::Ready(invocation.as_mut().poll(context).is_pending()));
            assert!(waits.await);
        }
        assert_eq!(lock(&pool.state).waiting.len(), 2);
        drop(goes);
        assert_eq!(lock(&pool.state).waiting.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pool_that_is_closed_fails_what_waits() {
        let pool = returning();
        let (job, invoked) = job();
        pool.give(job);
        drop(pool);
        assert_eq!(invoked.await.unwrap().outcome, Err(InvokeError::Closed));
    }
}

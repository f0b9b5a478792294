//! A function, as the gateway invokes it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use hyper::header::HeaderValue;
use routegen_spec::limits::{ANSWER_BYTES, PAYLOAD_BYTES};
use tokio::sync::oneshot;

use super::{
    outcome::{InvokeError, Invoked},
    pool::{Job, Pool, PoolHandle},
};
use crate::{Invocation, model::Handler};

/// A function with its backend.
#[derive(Debug)]
pub(crate) struct LambdaFunction {
    pub(crate) name: Arc<str>,
    pub(crate) arn: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) backend: RunBy,
}

#[derive(Clone, Debug)]
pub(crate) enum RunBy {
    Pool(Arc<PoolHandle>),
    InProcess(Handler),
}

/// The arguments of an invocation.
#[derive(Debug)]
pub(crate) struct Call {
    /// Lambda's id of the invocation.
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    pub(crate) trace: String,
}

impl LambdaFunction {
    /// Invokes it. The invocation continues even if nobody waits for its end any more, as in Lambda.
    pub(crate) async fn invoke(&self, call: Call) -> Invoked {
        if call.payload.len() > PAYLOAD_BYTES {
            return Invoked { outcome: Err(InvokeError::EventTooLarge), cold_start: false };
        }
        match &self.backend {
            RunBy::InProcess(handler) => {
                let outcome = self.in_process(handler, call).await;
                Invoked { outcome, cold_start: false }
            }
            RunBy::Pool(pool) => {
                let (reply, invoked) = oneshot::channel();
                let mut awaited = Awaited { pool, invoked, ended: false };
                pool.give(Job {
                    request_id: call.request_id,
                    payload: call.payload,
                    trace: call.trace,
                    function: self.name.clone(),
                    arn: self.arn.clone(),
                    timeout: self.timeout,
                    reply,
                });
                awaited.end().await
            }
        }
    }

    async fn in_process(&self, handler: &Handler, call: Call) -> Result<Bytes, InvokeError> {
        let Call { request_id, payload, .. } = call;
        let deadline = SystemTime::now() + self.timeout;
        let work = (handler.0)(Invocation { payload, request_id, deadline });
        match tokio::spawn(tokio::time::timeout(self.timeout, work)).await {
            Ok(Ok(Ok(answer))) => {
                let answer = Bytes::from(answer.to_string());
                if answer.len() > ANSWER_BYTES {
                    Err(InvokeError::AnswerTooLarge { bytes: answer.len() as u64 })
                } else {
                    Ok(answer)
                }
            }
            Ok(Ok(Err(error))) => Err(InvokeError::Function(error)),
            Ok(Err(_)) => Err(InvokeError::TimedOut(self.timeout)),
            Err(panic) => Err(InvokeError::Crashed(panic.to_string())),
        }
    }
}

/// A pending answer. If its client disconnects, the event is dropped unless a process already has it:
/// otherwise, the events of clients that do not wait would pile up while all processes are busy.
struct Awaited<'a> {
    pool: &'a Pool,
    invoked: oneshot::Receiver<Invoked>,
    ended: bool,
}

impl Awaited<'_> {
    async fn end(&mut self) -> Invoked {
        let invoked = (&mut self.invoked).await;
        self.ended = true;
        invoked.unwrap_or_else(|_| Invoked { outcome: Err(InvokeError::Closed), cold_start: false })
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.invoked.close();
            self.pool.drop_abandoned();
        }
    }
}

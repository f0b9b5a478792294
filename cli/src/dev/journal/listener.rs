//! What the journal reads of the gateway's observations.
//!
//! In: observations, on the gateway's own threads. Out: their parts that the journal needs. It never blocks:
//! what finds no room in the queue is only counted.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
    mpsc::SyncSender,
};

use routegen_gateway::Observation;

use super::entry::{Answered, Delivered, Happened};

/// Observes the gateway without ever blocking.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    pub(super) tell: SyncSender<Heard>,
    pub(super) left_out: Arc<AtomicU64>,
}

/// The parts of an observation that the journal needs: neither events nor answers.
#[derive(Debug)]
pub(super) enum Heard {
    Request(Box<Answered>),
    Delivery(Box<Delivered>),
    Event(Box<Happened>),
    Log { function: Arc<str>, invocation: Option<String>, line: String },
}

impl Listener {
    pub(crate) fn hear(&self, observation: Observation) {
        let heard = match observation {
            Observation::Request(request) => Heard::Request(Box::new((*request).into())),
            Observation::Log { function, invocation, line } => Heard::Log { function, invocation, line },
            Observation::Delivery(delivery) => Heard::Delivery(Box::new((*delivery).into())),
            Observation::Event(event) => match Happened::new(*event) {
                Some(happened) => Heard::Event(Box::new(happened)),
                None => return,
            },
            _ => return,
        };
        if self.tell.try_send(heard).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

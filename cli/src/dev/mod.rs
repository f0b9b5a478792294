//! The API on this machine: what the local gateway runs, and what it logs.
//!
//! In: the checked manifest with its libraries, or its zips. Out: programs that can be run, the
//! [`Api`](routegen_gateway::Api) for the gateway, and its request log as lines. It starts nothing and
//! listens to nothing.

mod api;
mod changes;
mod error;
mod folder;
mod ignored;
mod journal;
mod news;
mod programs;
mod sources;
mod variables;
pub(crate) mod watch;

pub(crate) use self::{
    api::{IAM_KEY_ID, Issuer, Settings, api, functions},
    changes::Changes,
    error::Error,
    folder::{DevFolder, listens},
    journal::{Journal, LogLine},
    news::News,
    programs::{Programs, link, unpack},
    variables::Variables,
};

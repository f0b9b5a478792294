//! A small service: orders arrive through an API, a queue's function accepts them, and events, a schedule and
//! the table's own stream do the rest.
//!
//! ```text
//! POST /orders ──→ queue orders ──→ accept_order ──→ table ──→ count_order (its stream)
//! GET /orders/{id} ←──────────────────────────────── table
//!                        event "Payment Received" ─→ table
//!                          every hour, expire_orders ─→ table
//! ```
//!
//! The types of a function's arguments declare what it may do in AWS. No policy is written by hand.

mod events;
mod order;
mod routes;
mod store;

pub use crate::{
    order::{NewOrder, Order, PlacedOrder, Status},
    store::{CountOrders, ExpireOrders, ReadOrders, Store, WriteOrders},
};

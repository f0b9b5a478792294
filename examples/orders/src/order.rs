//! An order, from the client's request to the row in the table.

use std::time::{SystemTime, UNIX_EPOCH};

use routegen::QueueMessage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A client's order.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct NewOrder {
    /// The item.
    pub item: String,
    /// The number of units.
    pub quantity: u32,
}

/// An order on its way through the queue `orders`.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, QueueMessage, Serialize)]
#[queue_message(orders)]
pub struct PlacedOrder {
    /// The order's id, which the client has received.
    pub id: String,
    /// The client's order.
    pub order: NewOrder,
    /// When it was placed, in seconds since the beginning of 1970.
    pub placed_at: u64,
}

/// An order in the table, as clients see it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Order {
    /// The order's id.
    pub id: String,
    /// The item.
    pub item: String,
    /// The number of units.
    pub quantity: u32,
    /// When it was placed, in seconds since the beginning of 1970.
    pub placed_at: u64,
    /// The order's status.
    pub status: Status,
}

/// The status of an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits for a payment.
    Accepted,
    /// It has been paid.
    Paid,
    /// It was not paid in time.
    Expired,
}

impl Status {
    /// The status in the table.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Paid => "paid",
            Self::Expired => "expired",
        }
    }
}

impl PlacedOrder {
    /// A client's order, placed now, with a new id.
    pub(crate) fn now(order: NewOrder) -> Self {
        Self { id: uuid::Uuid::new_v4().to_string(), order, placed_at: seconds(SystemTime::now()) }
    }

    /// The accepted order.
    pub(crate) fn accepted(self) -> Order {
        let NewOrder { item, quantity } = self.order;
        Order { id: self.id, item, quantity, placed_at: self.placed_at, status: Status::Accepted }
    }
}

/// Seconds since the beginning of 1970.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

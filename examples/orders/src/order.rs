//! An order, from the client's wish to the row of the table.

use std::time::{SystemTime, UNIX_EPOCH};

use routegen::QueueMessage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a client orders.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct NewOrder {
    /// What it is.
    pub item: String,
    /// How many of it.
    pub quantity: u32,
}

/// An order on its way through the queue `orders`.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, QueueMessage, Serialize)]
#[queue_message(orders)]
pub struct PlacedOrder {
    /// The order's id, which the client has been given.
    pub id: String,
    /// What was ordered.
    pub order: NewOrder,
    /// When, in seconds since the beginning of 1970.
    pub placed_at: u64,
}

/// An order as the table has it and clients see it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// What was ordered.
    pub item: String,
    /// How many of it.
    pub quantity: u32,
    /// When, in seconds since the beginning of 1970.
    pub placed_at: u64,
    /// What has become of it.
    pub status: Status,
}

/// What has become of an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits for a payment.
    Accepted,
    /// It is paid.
    Paid,
    /// Nobody has paid for it in time.
    Expired,
}

impl Status {
    /// The word for it in the table.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Paid => "paid",
            Self::Expired => "expired",
        }
    }
}

impl PlacedOrder {
    /// What a client orders, now, under a new id.
    pub(crate) fn now(order: NewOrder) -> Self {
        Self { id: uuid::Uuid::new_v4().to_string(), order, placed_at: seconds(SystemTime::now()) }
    }

    /// The order as it is accepted.
    pub(crate) fn accepted(self) -> Order {
        let NewOrder { item, quantity } = self.order;
        Order { id: self.id, item, quantity, placed_at: self.placed_at, status: Status::Accepted }
    }
}

/// Since the beginning of 1970.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

//! Where the orders are stored: a DynamoDB table in the cloud, an embedded database on a machine without AWS.
//!
//! A handler takes one of the types below, and its function may do in AWS what that type declares, and no
//! more.

mod dynamodb;
mod embedded;

use std::path::PathBuf;

use routegen::{Error, Init, Res, Resource};

use self::{dynamodb::DynamoDb, embedded::Embedded};
use crate::order::{Order, Status};

/// The variable with the name of the table, derived from the resource `orders_table`.
const TABLE: &str = "ORDERS_TABLE";

/// The place of the orders. It has no permissions of its own.
pub struct Store(Place);

enum Place {
    Cloud(DynamoDb),
    Local(Embedded),
}

impl Resource for Store {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self(match std::env::var(TABLE) {
            Ok(table) => Place::Cloud(DynamoDb::connect(table).await),
            Err(_) => Place::Local(Embedded::from_env()),
        }))
    }
}

impl Store {
    /// Stores the orders in a file on this machine.
    pub fn on_disk(path: impl Into<PathBuf>) -> Self {
        Self(Place::Local(Embedded::new(path)))
    }
}

/// Reads single orders and totals.
#[derive(Resource)]
#[grant(orders_table, actions = ["dynamodb:GetItem"])]
pub struct ReadOrders {
    store: Res<Store>,
}

impl ReadOrders {
    /// Returns the order with this id, if it has been accepted.
    pub(crate) async fn order(&self, id: &str) -> Result<Option<Order>, Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.order(id).await,
            Place::Local(store) => Ok(store.order(id)?),
        }
    }

    /// Returns how many units of an item were ordered.
    pub(crate) async fn total(&self, item: &str) -> Result<u64, Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.total(item).await,
            Place::Local(store) => Ok(store.total(item)?),
        }
    }
}

/// Writes orders, without reading any.
#[derive(Resource)]
#[grant(orders_table, actions = ["dynamodb:PutItem", "dynamodb:UpdateItem"])]
pub struct WriteOrders {
    store: Res<Store>,
}

impl WriteOrders {
    /// Stores a new order. An existing one stays unchanged.
    pub(crate) async fn accept(&self, order: Order) -> Result<(), Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.accept(&order).await,
            Place::Local(store) => Ok(store.accept(&order)?),
        }
    }

    /// Sets the status of an order, which must exist.
    pub(crate) async fn set_status(&self, id: &str, status: Status) -> Result<(), Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.set_status(id, status).await,
            Place::Local(store) => Ok(store.set_status(id, status)?),
        }
    }
}

/// Finds orders that wait for a payment, and expires them.
#[derive(Resource)]
#[grant(orders_table, actions = ["dynamodb:Query", "dynamodb:UpdateItem"])]
pub struct ExpireOrders {
    store: Res<Store>,
}

impl ExpireOrders {
    /// Expires unpaid orders that were placed before this time, in seconds since the beginning of 1970.
    pub(crate) async fn expire(&self, before: u64) -> Result<(), Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.expire(before).await,
            Place::Local(store) => Ok(store.expire(before)?),
        }
    }
}

/// Adds to the totals.
#[derive(Resource)]
#[grant(orders_table, actions = ["dynamodb:UpdateItem"])]
pub struct CountOrders {
    store: Res<Store>,
}

impl CountOrders {
    /// Adds to the total of an item.
    pub(crate) async fn add(&self, item: &str, quantity: u32) -> Result<(), Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.add(item, quantity).await,
            Place::Local(store) => Ok(store.add(item, quantity)?),
        }
    }
}

//! Where the orders live: a table of DynamoDB in the cloud, an embedded database on a machine without AWS.
//!
//! What a handler may do with it, the handler's signature says: it takes one of the types below, and its function may do in AWS what that
//! one says, and no more.

mod dynamodb;
mod embedded;

use std::path::PathBuf;

use routegen::{Init, Res, Resource, lambda_http::Error};

use self::{dynamodb::DynamoDb, embedded::Embedded};
use crate::order::{Order, Status};

/// The variable that names the table: that of the resource `orders_table`.
const TABLE: &str = "ORDERS_TABLE";

/// Where the orders are. By itself it may do nothing with them.
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
    /// The orders in a file of this machine.
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
    /// The order of this id, if it is accepted.
    pub(crate) async fn order(&self, id: &str) -> Result<Option<Order>, Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.order(id).await,
            Place::Local(store) => Ok(store.order(id)?),
        }
    }

    /// How many of an item were ordered.
    pub(crate) async fn total(&self, item: &str) -> Result<u64, Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.total(item).await,
            Place::Local(store) => Ok(store.total(item)?),
        }
    }
}

/// Writes orders, and reads none.
#[derive(Resource)]
#[grant(orders_table, actions = ["dynamodb:PutItem", "dynamodb:UpdateItem"])]
pub struct WriteOrders {
    store: Res<Store>,
}

impl WriteOrders {
    /// Keeps a new order. One that is there already stays as it is.
    pub(crate) async fn accept(&self, order: Order) -> Result<(), Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.accept(&order).await,
            Place::Local(store) => Ok(store.accept(&order)?),
        }
    }

    /// Says what has become of an order, which must be there.
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
    /// Expires what was placed before this time, in seconds since the beginning of 1970, and is not paid.
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

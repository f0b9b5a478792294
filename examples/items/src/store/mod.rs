//! Where the items are stored: a DynamoDB table in the cloud, an embedded database on a machine without AWS.
//!
//! It is a resource: the client is created once, in Lambda's init phase, and shared by all requests of an
//! execution environment. A handler takes [`ReadItems`] or [`WriteItems`], and its function may do in AWS
//! what that type declares, and no more.

mod dynamodb;
mod embedded;

use std::path::PathBuf;

use routegen::{Error, Init, Res, Resource};

use self::{dynamodb::DynamoDb, embedded::Embedded};
use crate::{Item, NewItem};

/// The variable with the name of the table, derived from the resource `items_table`.
const TABLE: &str = "ITEMS_TABLE";

/// The place of the items. It has no permissions of its own.
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
    /// Stores the items in a file on this machine.
    pub fn on_disk(path: impl Into<PathBuf>) -> Self {
        Self(Place::Local(Embedded::new(path)))
    }
}

/// Reads items, without changing any.
#[derive(Resource)]
#[grant(items_table, actions = ["dynamodb:Query"])]
pub struct ReadItems {
    store: Res<Store>,
}

impl ReadItems {
    /// Returns at most `limit` items in the order of their ids, beginning with the id `from`.
    pub(crate) async fn list(&self, from: u64, limit: usize) -> Result<Vec<Item>, Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.list(from, limit).await,
            Place::Local(store) => Ok(store.list(from, limit)?),
        }
    }
}

/// Writes items, without reading any.
#[derive(Resource)]
#[grant(items_table, actions = ["dynamodb:PutItem", "dynamodb:UpdateItem"])]
pub struct WriteItems {
    store: Res<Store>,
}

impl WriteItems {
    /// Stores a new item under the next free id.
    pub(crate) async fn create(&self, new: NewItem) -> Result<Item, Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.create(new).await,
            Place::Local(store) => Ok(store.create(new)?),
        }
    }
}

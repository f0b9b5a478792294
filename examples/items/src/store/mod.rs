//! Where the items live: a table of DynamoDB in the cloud, an embedded database on a machine without AWS.
//!
//! It is a resource: the client is made once, in Lambda's init phase, and shared by all requests of an execution
//! environment. What a handler may do with it, the handler's signature says: it takes [`ReadItems`] or [`WriteItems`], and its function may
//! do in AWS what these say, and no more.

mod dynamodb;
mod embedded;

use std::path::PathBuf;

use routegen::{Init, Res, Resource, lambda_http::Error};

use self::{dynamodb::DynamoDb, embedded::Embedded};
use crate::{Item, NewItem};

/// The variable that names the table: that of the resource `items_table`.
const TABLE: &str = "ITEMS_TABLE";

/// Where the items are. By itself it may do nothing with them.
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
    /// The items in a file of this machine.
    pub fn on_disk(path: impl Into<PathBuf>) -> Self {
        Self(Place::Local(Embedded::new(path)))
    }
}

/// Reads items, and changes none.
#[derive(Resource)]
#[grant(items_table, actions = ["dynamodb:Query"])]
pub struct ReadItems {
    store: Res<Store>,
}

impl ReadItems {
    /// At most `limit` items in the order of their ids, beginning with the id `from`.
    pub(crate) async fn list(&self, from: u64, limit: usize) -> Result<Vec<Item>, Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.list(from, limit).await,
            Place::Local(store) => Ok(store.list(from, limit)?),
        }
    }
}

/// Writes items, and sees none of the others.
#[derive(Resource)]
#[grant(items_table, actions = ["dynamodb:PutItem", "dynamodb:UpdateItem"])]
pub struct WriteItems {
    store: Res<Store>,
}

impl WriteItems {
    /// Keeps a new item, under the next free id.
    pub(crate) async fn create(&self, new: NewItem) -> Result<Item, Error> {
        match &self.store.0 {
            Place::Cloud(store) => store.create(new).await,
            Place::Local(store) => Ok(store.create(new)?),
        }
    }
}

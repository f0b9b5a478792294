//! Where the items live: a table of DynamoDB in the cloud, an embedded database on a machine without AWS.
//!
//! It is a resource: the client is made once, in Lambda's init phase, and shared by all requests of an execution
//! environment.

mod dynamodb;
mod embedded;

use std::path::PathBuf;

use routegen::{Init, Resource, lambda_http::Error};

use self::{dynamodb::DynamoDb, embedded::Embedded};
use crate::{Item, NewItem};

/// The variable that names the table.
const TABLE: &str = "ITEMS_TABLE";

/// The items.
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

    /// Keeps a new item, under the next free id.
    pub(crate) async fn create(&self, new: NewItem) -> Result<Item, Error> {
        match &self.0 {
            Place::Cloud(store) => store.create(new).await,
            Place::Local(store) => Ok(store.create(new)?),
        }
    }

    /// At most `limit` items in the order of their ids, beginning with the id `from`.
    pub(crate) async fn list(&self, from: u64, limit: usize) -> Result<Vec<Item>, Error> {
        match &self.0 {
            Place::Cloud(store) => store.list(from, limit).await,
            Place::Local(store) => Ok(store.list(from, limit)?),
        }
    }
}

//! Where the items live: a table of DynamoDB in the cloud, an embedded database on a machine without AWS.
//!
//! It is a resource: the client is made once, in Lambda's init phase, and shared by all requests of an execution
//! environment.

mod dynamodb;
mod embedded;

use routegen::{Init, Resource, lambda_http::Error};

use self::{dynamodb::DynamoDb, embedded::Embedded};
use crate::{Item, NewItem};

/// The variable that names the table.
const TABLE: &str = "ITEMS_TABLE";

pub(crate) enum Store {
    Cloud(DynamoDb),
    Local(Embedded),
}

impl Resource for Store {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(match std::env::var(TABLE) {
            Ok(table) => Self::Cloud(DynamoDb::connect(table).await),
            Err(_) => Self::Local(Embedded::from_env()),
        })
    }
}

impl Store {
    /// Keeps a new item, under the next free id.
    pub(crate) async fn create(&self, new: NewItem) -> Result<Item, Error> {
        match self {
            Self::Cloud(store) => store.create(new).await,
            Self::Local(store) => Ok(store.create(new)?),
        }
    }

    /// At most `limit` items in the order of their ids, beginning with the id `from`.
    pub(crate) async fn list(&self, from: u64, limit: usize) -> Result<Vec<Item>, Error> {
        match self {
            Self::Cloud(store) => store.list(from, limit).await,
            Self::Local(store) => Ok(store.list(from, limit)?),
        }
    }
}

//! The orders on disk, in an embedded database, for a machine without AWS.
//!
//! Each function is a process, and redb allows one process at a time: each operation opens the database under
//! a lock that the processes share, and closes it again.

use std::{fs::File, io, path::PathBuf};

use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition, TableError};

use crate::order::{Order, Status};

/// Id and JSON of each order.
const ORDERS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("orders");

/// How many units of an item were ordered.
const TOTALS: TableDefinition<'_, &str, u64> = TableDefinition::new("totals");

/// Errors here are never the client's fault: one type is enough, and `redb::Error` covers all of them.
type Result<T> = std::result::Result<T, redb::Error>;

pub(crate) struct Embedded {
    path: PathBuf,
}

impl Embedded {
    /// Opens the database in this file, which need not exist yet.
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Opens the database that the variable `ORDERS_DB` names, or one in the temporary folder.
    pub(crate) fn from_env() -> Self {
        let path = std::env::var_os("ORDERS_DB").map(PathBuf::from);
        Self::new(path.unwrap_or_else(|| std::env::temp_dir().join("orders.redb")))
    }

    pub(crate) fn order(&self, id: &str) -> Result<Option<Order>> {
        self.locked(|database| {
            let table = match database.begin_read()?.open_table(ORDERS) {
                Err(TableError::TableDoesNotExist(_)) => return Ok(None),
                table => table?,
            };
            table.get(id)?.map(|json| read(json.value())).transpose()
        })
    }

    pub(crate) fn total(&self, item: &str) -> Result<u64> {
        self.locked(|database| match database.begin_read()?.open_table(TOTALS) {
            Err(TableError::TableDoesNotExist(_)) => Ok(0),
            table => Ok(table?.get(item)?.map_or(0, |total| total.value())),
        })
    }

    pub(crate) fn accept(&self, order: &Order) -> Result<()> {
        self.change(|orders| {
            if orders.get(order.id.as_str())?.is_some() {
                return Ok(());
            }
            write(orders, order)
        })
    }

    pub(crate) fn set_status(&self, id: &str, status: Status) -> Result<()> {
        self.change(|orders| {
            let order: Option<Order> = orders.get(id)?.map(|json| read(json.value())).transpose()?;
            let mut order = order.ok_or_else(|| io::Error::other(format!("there is no order `{id}`")))?;
            order.status = status;
            write(orders, &order)
        })
    }

    pub(crate) fn expire(&self, before: u64) -> Result<()> {
        self.change(|orders| {
            let mut due = Vec::new();
            for row in orders.iter()? {
                let order: Order = read(row?.1.value())?;
                if order.status == Status::Accepted && order.placed_at < before {
                    due.push(Order { status: Status::Expired, ..order });
                }
            }
            due.iter().try_for_each(|order| write(orders, order))
        })
    }

    pub(crate) fn add(&self, item: &str, quantity: u32) -> Result<()> {
        self.locked(|database| {
            let transaction = database.begin_write()?;
            {
                let mut totals = transaction.open_table(TOTALS)?;
                let total = totals.get(item)?.map_or(0, |total| total.value());
                totals.insert(item, total + u64::from(quantity))?;
            }
            Ok(transaction.commit()?)
        })
    }

    fn change(&self, work: impl FnOnce(&mut redb::Table<'_, &str, &[u8]>) -> Result<()>) -> Result<()> {
        self.locked(|database| {
            let transaction = database.begin_write()?;
            work(&mut transaction.open_table(ORDERS)?)?;
            Ok(transaction.commit()?)
        })
    }

    fn locked<T>(&self, work: impl FnOnce(&Database) -> Result<T>) -> Result<T> {
        // Closing the file releases the lock, on every return and also when the process ends.
        let lock = File::create(self.path.with_extension("lock"))?;
        lock.lock()?;
        work(&Database::create(&self.path)?)
    }
}

fn read(json: &[u8]) -> Result<Order> {
    Ok(serde_json::from_slice(json).map_err(io::Error::from)?)
}

fn write(orders: &mut redb::Table<'_, &str, &[u8]>, order: &Order) -> Result<()> {
    let json = serde_json::to_vec(order).map_err(io::Error::from)?;
    orders.insert(order.id.as_str(), json.as_slice())?;
    Ok(())
}

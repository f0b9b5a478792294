//! The items on disk, in an embedded database, for a machine without AWS.
//!
//! The two functions are two processes, and redb allows one process at a time: each request opens the
//! database under a lock that the processes share, and closes it again.

use std::{fs::File, io, path::PathBuf};

use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition, TableError};

use crate::{Item, NewItem};

/// Id and JSON of each item.
const ITEMS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("items");

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

    /// Opens the database that the variable `ITEMS_DB` names, or one in the temporary folder.
    pub(crate) fn from_env() -> Self {
        let path = std::env::var_os("ITEMS_DB").map(PathBuf::from);
        Self::new(path.unwrap_or_else(|| std::env::temp_dir().join("items.redb")))
    }

    /// Stores a new item under the next free id.
    pub(crate) fn create(&self, new: NewItem) -> Result<Item> {
        self.locked(|database| {
            let transaction = database.begin_write()?;
            let item = {
                let mut table = transaction.open_table(ITEMS)?;
                let id = table.last()?.map_or(1, |(id, _)| id.value() + 1);
                let json = serde_json::to_vec(&new).map_err(io::Error::from)?;
                table.insert(id, json.as_slice())?;
                Item { id, new }
            };
            transaction.commit()?;
            Ok(item)
        })
    }

    /// Returns at most `limit` items in the order of their ids, beginning with the id `from`.
    pub(crate) fn list(&self, from: u64, limit: usize) -> Result<Vec<Item>> {
        self.locked(|database| {
            let table = match database.begin_read()?.open_table(ITEMS) {
                Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
                table => table?,
            };
            let mut items = Vec::new();
            for entry in table.range(from..)?.take(limit) {
                let (id, json) = entry?;
                let new = serde_json::from_slice(json.value()).map_err(io::Error::from)?;
                items.push(Item { id: id.value(), new });
            }
            Ok(items)
        })
    }

    fn locked<T>(&self, work: impl FnOnce(&Database) -> Result<T>) -> Result<T> {
        // Closing the file releases the lock, on every return and also when the process ends.
        let lock = File::create(self.path.with_extension("lock"))?;
        lock.lock()?;
        work(&Database::create(&self.path)?)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use tempfile::TempDir;

    use super::*;

    /// A store that exists as long as its folder.
    fn store() -> (Embedded, TempDir) {
        let folder = TempDir::new().unwrap();
        (Embedded::new(folder.path().join("items.redb")), folder)
    }

    fn pen(name: &str) -> NewItem {
        NewItem { name: name.to_owned(), description: String::new() }
    }

    #[test]
    fn a_created_item_is_listed_under_its_id() {
        let (store, _folder) = store();
        assert_eq!(store.list(0, 10).unwrap(), []);
        let item = store.create(pen("pen")).unwrap();
        assert_eq!(item, Item { id: 1, new: pen("pen") });
        assert_eq!(store.list(0, 10).unwrap(), [item]);
        assert_eq!(store.list(2, 10).unwrap(), []);
        assert_eq!(store.list(0, 0).unwrap(), []);
    }

    #[test]
    fn writers_at_the_same_time_lose_nothing() {
        let (store, _folder) = store();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| store.create(pen("pen")).unwrap());
            }
        });
        assert_eq!(store.list(0, 10).unwrap().last().unwrap().id, 8);
    }
}

//! A cache of authorizers' decisions, bounded by its size in bytes.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, sync::Mutex};

use crate::lock::lock;

/// The approximate size of an entry besides its texts, so that small entries are bounded too.
const ENTRY_BYTES: usize = 256;

/// Values by their keys, at most this many bytes in total.
#[derive(Debug)]
pub(super) struct DecisionCache<K, V, const BYTES: usize>(Mutex<Entries<K, V>>);

#[derive(Debug)]
struct Entries<K, V> {
    map: HashMap<K, Entry<V>>,
    /// The total of all entries.
    bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
}

impl<K, V, const BYTES: usize> Default for DecisionCache<K, V, BYTES> {
    fn default() -> Self {
        Self(Mutex::new(Entries { map: HashMap::new(), bytes: 0 }))
    }
}

impl<K: Eq + Hash, V: Clone, const BYTES: usize> DecisionCache<K, V, BYTES> {
    pub(super) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        lock(&self.0).map.get(key).map(|entry| entry.value.clone())
    }

    /// Stores a value. `text_bytes` is the size of its texts and those of its key. A value larger than the
    /// whole cache is not stored.
    pub(super) fn put(&self, key: K, value: V, text_bytes: usize) {
        let bytes = ENTRY_BYTES + text_bytes;
        if bytes > BYTES {
            return;
        }
        let entries = &mut *lock(&self.0);
        if let Some(before) = entries.map.remove(&key) {
            entries.bytes -= before.bytes;
        }
        if entries.bytes + bytes > BYTES {
            // This is rare, so the simplest way to stay within the bound is good enough.
            entries.map.clear();
            entries.bytes = 0;
        }
        entries.bytes += bytes;
        entries.map.insert(key, Entry { value, bytes });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: usize = 8 * 1024 * 1024;

    #[test]
    fn the_bytes_stay_below_their_bound_whether_entries_are_large_or_many() {
        for (text_bytes, most) in [(0, BYTES / ENTRY_BYTES), (1024 * 1024, 7), (6 * 1024 * 1024, 1)] {
            let kept = DecisionCache::<_, _, BYTES>::default();
            let mut largest = 0;
            for number in 0..=2 * most {
                kept.put(number, number, text_bytes);
                assert_eq!(kept.get(&number), Some(number));
                let entries = lock(&kept.0);
                assert_eq!(entries.bytes, entries.map.len() * (ENTRY_BYTES + text_bytes));
                assert!(entries.bytes <= BYTES);
                largest = largest.max(entries.map.len());
            }
            assert_eq!(largest, most, "of {text_bytes} bytes");
        }
    }

    #[test]
    fn what_is_put_again_counts_once_and_what_is_too_large_drives_out_nothing() {
        let kept = DecisionCache::<_, _, BYTES>::default();
        for value in 0..100 {
            kept.put("same".to_owned(), value, 1024 * 1024);
        }
        kept.put("huge".to_owned(), 0, BYTES);
        assert_eq!((kept.get("same"), kept.get("huge")), (Some(99), None));
        let entries = lock(&kept.0);
        assert_eq!((entries.map.len(), entries.bytes), (1, ENTRY_BYTES + 1024 * 1024));
    }
}

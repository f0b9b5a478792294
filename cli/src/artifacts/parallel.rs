//! Runs the same work for many items in parallel.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::Error;
use crate::support::interrupt;

/// Calls `work` for each of `items` on `threads` threads, or as many as there are cores, and keeps their
/// order. After a failure, or an interruption by the user, no further item is started; the first failure in
/// the order of `items` is returned.
pub(super) fn in_parallel<T: Sync, R: Send>(
    threads: Option<NonZero<usize>>,
    items: &[T],
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let next = AtomicUsize::new(0);
    let threads = threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break done };
            let result = interrupt::check().map_err(Error::from).and_then(|()| work(item));
            if result.is_err() {
                next.store(items.len(), Ordering::Relaxed);
            }
            done.push((index, result));
        }
    };
    let mut done: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(items.len())).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain;

    #[test]
    fn work_in_parallel_keeps_its_order_and_stops_at_a_failure() {
        let items: Vec<usize> = (0..100).collect();
        for threads in [None, NonZero::new(1), NonZero::new(7)] {
            assert_eq!(in_parallel(threads, &items, |item| Ok(item * 2)).unwrap()[99], 198);
            let failed = in_parallel(threads, &items, |item| {
                if *item == 7 { Err(toolchain::Error::Cargo { others: Vec::new() }.into()) } else { Ok(()) }
            });
            assert!(matches!(failed, Err(Error::Toolchain(toolchain::Error::Cargo { .. }))));
        }
        assert!(in_parallel(None, &[] as &[u8], |_| Ok(())).unwrap().is_empty());
    }
}

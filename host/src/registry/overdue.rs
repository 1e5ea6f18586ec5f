//! Threads that a plugin keeps although nobody waits for its answer any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// More threads than this are not lent to one plugin that gives none back.
const LENT: usize = 64;

/// A plugin that keeps a thread for longer than this is wedged.
const POLITE: Duration = Duration::from_secs(1);

/// The threads of one plugin.
#[derive(Default)]
pub(super) struct Threads {
    /// When the caller of a call stopped waiting, by the id of the call.
    overdue: Mutex<HashMap<u64, Instant>>,
}

/// Stands for the caller: when it is dropped before the thread has come back, the thread is overdue.
pub(super) struct Waiting {
    threads: Arc<Threads>,
    returned: Arc<Mutex<bool>>,
    call: u64,
}

/// Stands for the thread: dropped when the thread comes back.
pub(super) struct Lent {
    threads: Arc<Threads>,
    returned: Arc<Mutex<bool>>,
    call: u64,
}

impl Threads {
    /// One more thread, unless too many are overdue.
    pub(super) fn lend(self: &Arc<Self>, call: u64) -> Option<(Waiting, Lent)> {
        if self.overdue().len() >= LENT {
            return None;
        }
        let returned = Arc::new(Mutex::new(false));
        let waiting = Waiting { threads: Arc::clone(self), returned: Arc::clone(&returned), call };
        Some((waiting, Lent { threads: Arc::clone(self), returned, call }))
    }

    /// How many calls hold a thread although nobody waits for them, for however short a time.
    pub(super) fn overdue_calls(&self) -> usize {
        self.overdue().len()
    }

    /// How many calls hold a thread that was due long ago.
    pub(super) fn wedged(&self) -> usize {
        self.overdue().values().filter(|since| since.elapsed() > POLITE).count()
    }

    fn overdue(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.overdue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let returned = self.returned.lock().unwrap_or_else(PoisonError::into_inner);
        if !*returned {
            self.threads.overdue().insert(self.call, Instant::now());
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut returned = self.returned.lock().unwrap_or_else(PoisonError::into_inner);
        *returned = true;
        self.threads.overdue().remove(&self.call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_comes_back_late_is_overdue_until_then() {
        let threads = Arc::new(Threads::default());
        let (waiting, lent) = threads.lend(1).unwrap();
        drop(waiting);
        assert_eq!(threads.overdue().len(), 1);
        drop(lent);
        assert_eq!(threads.overdue().len(), 0);
    }

    #[test]
    fn a_thread_that_comes_back_in_time_never_is() {
        let threads = Arc::new(Threads::default());
        let (waiting, lent) = threads.lend(1).unwrap();
        drop(lent);
        drop(waiting);
        assert_eq!(threads.overdue().len(), 0);
    }

    #[test]
    fn a_plugin_that_gives_no_thread_back_gets_no_more() {
        let threads = Arc::new(Threads::default());
        let lent: Vec<Lent> = (0..LENT as u64).map(|call| threads.lend(call).unwrap().1).collect();
        assert!(threads.lend(1000).is_none());
        drop(lent);
        assert!(threads.lend(1000).is_some());
    }
}

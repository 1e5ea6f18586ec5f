//! How many calls may run at the same time.

use super::problem::{Kind, Problem};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places for calls.
pub(super) struct Admission {
    free: Arc<Semaphore>,
    all: usize,
}

/// The place of one call, until it is dropped.
pub(super) struct Admitted(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

impl Admission {
    pub(super) fn new(all: usize) -> Self {
        let all = all.clamp(1, Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(all)), all }
    }

    /// A place, or the problem that there is none. Nobody queues: who waits here would be answered
    /// after its client has given up.
    pub(super) fn enter(&self) -> Result<Admitted, Problem> {
        let place = Arc::clone(&self.free).try_acquire_owned();
        place.map(Admitted).map_err(|_| {
            let detail = format!("{} calls are running, and no more may", self.all);
            Problem::new(Kind::TooManyCalls, &detail).retry_after(Duration::from_secs(1))
        })
    }

    /// How many calls are running.
    pub(super) fn taken(&self) -> usize {
        self.all - self.free.available_permits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_too_many_is_refused_until_another_ends() {
        let admission = Admission::new(2);
        let (first, _second) = (admission.enter().unwrap(), admission.enter().unwrap());
        assert_eq!(admission.taken(), 2);
        assert_eq!(admission.enter().err().unwrap().kind(), Kind::TooManyCalls);
        drop(first);
        assert_eq!(admission.taken(), 1);
        assert!(admission.enter().is_ok());
    }
}

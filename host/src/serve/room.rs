//! How many bytes of bodies are held at the same time.

use super::problem::{Kind, Problem};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The memory for bodies.
pub(super) struct Room {
    free: Arc<Semaphore>,
}

/// The memory of one body, until it is dropped.
#[derive(Debug)]
pub(super) struct Held(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

/// What is counted: bytes alone would be more than a semaphore lends at once.
const PART: usize = 1 << 10;

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        let parts = parts(bytes).min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(parts)) }
    }

    /// Room for a body of so many bytes, or the problem that there is none now.
    pub(super) fn hold(&self, bytes: usize) -> Result<Held, Problem> {
        let wanted = u32::try_from(parts(bytes)).unwrap_or(u32::MAX);
        let held = Arc::clone(&self.free).try_acquire_many_owned(wanted);
        held.map(Held).map_err(|_| {
            let detail = "the bodies of other requests leave no room for this one";
            Problem::new(Kind::TooManyBytes, detail).retry_after(Duration::from_secs(1))
        })
    }
}

fn parts(bytes: usize) -> usize {
    bytes.div_ceil(PART)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_too_many_is_refused_until_another_is_gone() {
        let room = Room::new(10 * PART);
        let first = room.hold(6 * PART).unwrap();
        let _second = room.hold(4 * PART).unwrap();
        assert_eq!(room.hold(1).unwrap_err().kind(), Kind::TooManyBytes);
        assert!(room.hold(0).is_ok());
        drop(first);
        assert!(room.hold(6 * PART).is_ok());
    }
}

//! Blocks of bytes that are used again: a source or a transform fills one, and it comes home when the
//! last record in it is settled, whichever library let go of it last.

use crate::buf::Buf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A store of blocks of about the same size. Cloning it gives a second door to the same store.
#[derive(Clone, Debug)]
pub struct Arenas {
    store: Arc<Store>,
}

#[derive(Debug)]
struct Store {
    block: usize,
    keep: usize,
    free: Mutex<Vec<Vec<u8>>>,
}

impl Arenas {
    /// A store of blocks of `block` bytes that keeps up to `keep` of them for later.
    #[must_use]
    pub fn new(block: usize, keep: usize) -> Self {
        Self { store: Arc::new(Store { block, keep, free: Mutex::default() }) }
    }

    /// A block as long as the store's blocks are. What its last user wrote is still in it.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        let Some(mut block) = self.free() else { return vec![0; self.store.block] };
        block.resize(self.store.block, 0);
        block
    }

    /// An empty block with room for what the store's blocks hold, to be written from its start.
    #[must_use]
    pub fn take_empty(&self) -> Vec<u8> {
        let Some(mut block) = self.free() else { return Vec::with_capacity(self.store.block) };
        block.clear();
        block
    }

    fn free(&self) -> Option<Vec<u8>> {
        self.store.free.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Lends a block out. It comes back when its last share is dropped; one that is smaller than the
    /// store's blocks or far larger, or one of a store that is gone, is freed instead.
    #[must_use]
    pub fn share(&self, bytes: Vec<u8>) -> Buf {
        let (ptr, len) = (bytes.as_ptr(), bytes.len());
        let lent = Lent { bytes, home: Arc::downgrade(&self.store) };
        // SAFETY: the vector moves into `lent`, its heap block stays where it is, and nobody writes
        // to it before `lent` is dropped. That drop takes a lock and moves the vector: no panic.
        unsafe { Buf::shared(ptr, len, lent) }
    }
}

/// So many times the size of a store's blocks, a block that grew is kept.
const LARGEST: usize = 4;

struct Lent {
    bytes: Vec<u8>,
    home: Weak<Store>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(home) = self.home.upgrade() else { return };
        let fits = home.block..=home.block.saturating_mul(LARGEST);
        if !fits.contains(&self.bytes.capacity()) {
            return;
        }
        let mut free = home.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < home.keep {
            free.push(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_home_with_its_last_share() {
        let arenas = Arenas::new(4, 1);
        let mut block = arenas.take();
        block.copy_from_slice(b"late");
        let at = block.as_ptr();
        let first = arenas.share(block);
        let second = first.clone();
        drop(first);
        let other = arenas.take();
        assert_ne!(other.as_ptr(), at);
        assert_eq!(second.as_slice(), b"late");
        drop(second);
        let again = arenas.take();
        assert_eq!((again.as_ptr(), again.as_slice()), (at, &b"late"[..]));
    }

    #[test]
    fn a_store_that_is_gone_and_a_grown_block_are_no_trouble() {
        let arenas = Arenas::new(4, 1);
        drop(arenas.share(vec![1; 17]));
        assert_eq!(arenas.take(), [0; 4]);
        drop(arenas.share(vec![1; 16]));
        let grown = arenas.take_empty();
        assert_eq!((grown.len(), grown.capacity()), (0, 16));
        let lent = arenas.share(arenas.take());
        drop(arenas);
        assert_eq!(lent.as_slice(), [0; 4]);
    }
}

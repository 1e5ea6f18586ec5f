//! Shared, immutable bytes with one owner: whoever allocates, frees.

use abi_stable::StableAbi;
use std::ffi::c_void;
use std::sync::Arc;

/// Bytes that any library may read and share, freed by the library that made them.
///
/// Cloning takes one more share and never copies the bytes.
#[repr(C)]
#[derive(StableAbi)]
pub struct Buf {
    ptr: *const u8,
    len: usize,
    owner: *const c_void,
    retain: unsafe extern "C" fn(*const c_void),
    release: unsafe extern "C" fn(*const c_void),
}

// SAFETY: the bytes are never written after construction, and `retain` and `release` count
// atomically in the library that made them.
unsafe impl Send for Buf {}
// SAFETY: as above; `&Buf` only reads.
unsafe impl Sync for Buf {}

impl Buf {
    /// Hands over bytes without copying them.
    #[must_use]
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        let (ptr, len) = (bytes.as_ptr(), bytes.len());
        // SAFETY: the vector moves into its share; its heap block, which `ptr` names, stays where it
        // is, and nobody writes to it any more.
        unsafe { Self::shared(ptr, len, bytes) }
    }

    /// # Safety
    /// `owner` keeps `len` readable bytes at `ptr` alive and unwritten as long as it lives, wherever
    /// it is moved. Its drop must not panic.
    pub(crate) unsafe fn shared<T: Send + Sync>(ptr: *const u8, len: usize, owner: T) -> Self {
        let owner = Arc::into_raw(Arc::new(owner)).cast::<c_void>();
        Self { ptr, len, owner, retain: retain::<T>, release: release::<T> }
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: whoever made this value gave `len` readable bytes at `ptr`, and our share keeps
        // them alive.
        unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Clone for Buf {
    fn clone(&self) -> Self {
        // SAFETY: `owner` is alive because `self` holds a share of it.
        unsafe { (self.retain)(self.owner) };
        Self { ..*self }
    }
}

impl Drop for Buf {
    fn drop(&mut self) {
        // SAFETY: gives back exactly the one share that this value holds.
        unsafe { (self.release)(self.owner) };
    }
}

impl Default for Buf {
    fn default() -> Self {
        Self::from_vec(Vec::new())
    }
}

impl std::fmt::Debug for Buf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Buf({} bytes)", self.len)
    }
}

unsafe extern "C" fn retain<T>(owner: *const c_void) {
    // SAFETY: `owner` came from `Arc::into_raw` in `shared`, with this `T`, and is alive.
    unsafe { Arc::increment_strong_count(owner.cast::<T>()) };
}

unsafe extern "C" fn release<T>(owner: *const c_void) {
    // SAFETY: as above, and the caller gives up the share that it holds.
    unsafe { Arc::decrement_strong_count(owner.cast::<T>()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_outlives_the_first_owner() {
        let first = Buf::from_vec(b"quake".to_vec());
        let second = first.clone();
        drop(first);
        assert_eq!(second.as_slice(), b"quake");
    }

    #[test]
    fn sharing_does_not_copy() {
        let first = Buf::from_vec(vec![7; 1 << 20]);
        assert_eq!(first.clone().as_slice().as_ptr(), first.as_slice().as_ptr());
    }
}

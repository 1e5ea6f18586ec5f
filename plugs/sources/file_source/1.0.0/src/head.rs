//! The first bytes of a file on disk, as a number: a file that was written anew in place begins with
//! others, whatever its inode and its size say. Bytes that are not final do not count, so that a
//! record which stopped a stream can be mended in its place.

use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// So many bytes are looked at.
const LONGEST: u64 = 4096;

/// How a file begins.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Head {
    /// How many bytes were looked at: fewer in a file that was short.
    pub len: u64,
    /// Their FNV-1a.
    pub hash: u64,
}

/// The first bytes of a file.
///
/// # Errors
/// The system's.
pub fn first_bytes(file: &File, len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(len.min(LONGEST)).unwrap_or_default()];
    let mut read = 0;
    while read < bytes.len() {
        match file.read_at(&mut bytes[read..], read as u64)? {
            0 => break,
            more => read += more,
        }
    }
    bytes.truncate(read);
    Ok(bytes)
}

impl Head {
    /// The head that these bytes make.
    pub fn of(bytes: &[u8]) -> Self {
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { len: bytes.len() as u64, hash }
    }

    /// Whether the file still begins like this.
    ///
    /// # Errors
    /// The system's.
    pub fn is_of(self, file: &File) -> io::Result<bool> {
        Ok(Self::of(&first_bytes(file, self.len)?) == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn what_is_appended_changes_no_head_and_what_is_written_anew_does() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"one\n").unwrap();
        let head = Head::of(&first_bytes(&file, u64::MAX).unwrap());
        assert_eq!(head.len, 4);
        file.write_all(b"two\n").unwrap();
        assert!(head.is_of(&file).unwrap());
        file.write_all_at(b"uno\n", 0).unwrap();
        assert!(!head.is_of(&file).unwrap());
        file.set_len(2).unwrap();
        assert!(!head.is_of(&file).unwrap());
    }
}

//! One host at a time writes a checkpoint: whoever holds the lock of the file beside it.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How often, and how long apart, a lock is asked for: another stream of this host may be letting go
/// of it.
const ATTEMPTS: u32 = 20;
const APART: Duration = Duration::from_millis(50);

/// The file beside a checkpoint that is locked.
pub fn path_of(checkpoint: &Path) -> PathBuf {
    let mut name = checkpoint.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Takes the lock of a checkpoint; it is given back when the file is dropped.
///
/// # Errors
/// Somebody else holds it, or the system's.
pub fn take(checkpoint: &Path) -> io::Result<File> {
    let path = path_of(checkpoint);
    if path.metadata().is_ok_and(|about| !about.is_file()) {
        let message = format!("`{}` beside it is no regular file", path.display());
        return Err(io::Error::other(message));
    }
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    for _ in 0..ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => thread::sleep(APART),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::other("another stream or another host is using it"))
}

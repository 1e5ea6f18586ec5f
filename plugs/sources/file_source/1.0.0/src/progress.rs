//! How far all lanes have come, and the thread that keeps it in the checkpoint.

use crate::checkpoint::{Checkpoint, Kept, refused};
use crate::lock;
use plugin_api::{Error, Result};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// The shortest time between two writes of a checkpoint by its thread.
const PAUSE: Duration = Duration::from_millis(200);

/// What the lanes of one source know of the files. Without a checkpoint it forgets everything.
pub struct Progress {
    kept: Option<Arc<Store>>,
    /// Wakes the thread, which ends when this is dropped.
    changed: SyncSender<()>,
}

struct Store {
    path: PathBuf,
    /// What the lanes know.
    checkpoint: Mutex<Checkpoint>,
    /// What is on disk; held while it is written, so that an older state never replaces a newer.
    written: Mutex<Checkpoint>,
    _lock: File,
}

impl Progress {
    /// Reads the checkpoint and writes it once, so that one that cannot be written is found before
    /// the first record moves.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn open(path: Option<&str>) -> Result<Self> {
        let (changed, changes) = sync_channel(1);
        let Some(path) = path.map(Path::new) else { return Ok(Self { kept: None, changed }) };
        let in_use = |error: io::Error| refused(path, &format!("cannot be used: {error}"));
        // What is no checkpoint gets no lock beside it; who gets the lock reads what is newest.
        Checkpoint::read(path)?;
        let _lock = lock::take(path).map_err(in_use)?;
        let checkpoint = Checkpoint::read(path)?;
        let unwritable = |error: io::Error| refused(path, &format!("cannot be written: {error}"));
        checkpoint.write(path).map_err(unwritable)?;
        let written = Mutex::new(checkpoint.clone());
        let store =
            Store { path: path.to_owned(), checkpoint: Mutex::new(checkpoint), written, _lock };
        let store = Arc::new(store);
        let weak = Arc::downgrade(&store);
        let writer = thread::Builder::new().name("file_source checkpoint".to_owned());
        writer.spawn(move || write_changes(&changes, &weak)).map_err(unwritable)?;
        Ok(Self { kept: Some(store), changed })
    }

    /// How far a file was read.
    pub fn of(&self, path: &str) -> Option<Kept> {
        locked(&self.kept.as_ref()?.checkpoint).files.get(path).copied()
    }

    /// Says how far a file was read. It reaches the disk a little later.
    pub fn set(&self, path: &str, now: Kept) {
        let Some(store) = &self.kept else { return };
        locked(&store.checkpoint).files.insert(path.to_owned(), now);
        // A full channel means that the thread has been woken and has not looked yet.
        let _ = self.changed.try_send(());
    }

    /// Writes what is not on disk.
    ///
    /// # Errors
    /// It cannot be written: after a restart records are read again.
    pub fn save(&self) -> Result<()> {
        let Some(store) = &self.kept else { return Ok(()) };
        store.save().map_err(|error| {
            let path = store.path.display();
            Error::retriable(format!("the checkpoint `{path}` cannot be written: {error}"))
        })
    }
}

impl Store {
    fn save(&self) -> io::Result<()> {
        let mut written = locked(&self.written);
        let now = locked(&self.checkpoint).clone();
        if *written != now {
            now.write(&self.path)?;
            *written = now;
        }
        Ok(())
    }
}

/// Life of the thread. A write that failed is tried again with the next change, and by `close`.
fn write_changes(changes: &Receiver<()>, store: &Weak<Store>) {
    while changes.recv().is_ok() {
        let Some(store) = store.upgrade() else { return };
        if let Err(error) = store.save() {
            let path = store.path.display();
            tracing::warn!("the checkpoint `{path}` cannot be written and stays behind: {error}");
        }
        drop(store);
        thread::sleep(PAUSE);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn kept(offset: u64) -> Kept {
        Kept { inode: 1, size: 9, offset, done: false, head: None }
    }

    #[test]
    fn what_lanes_say_is_on_disk_after_save() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("at.json");
        let progress = Progress::open(path.to_str()).unwrap();
        thread::scope(|scope| {
            for lane in 0..4 {
                let progress = &progress;
                scope.spawn(move || {
                    (0..50).for_each(|n| progress.set(&format!("{lane}.log"), kept(n)));
                    progress.save().unwrap();
                });
            }
        });
        let written = Checkpoint::read(&path).unwrap().files;
        assert_eq!(written.len(), 4);
        assert!(written.values().all(|file| *file == kept(49)));
        let other = Progress::open(path.to_str()).err().unwrap().message;
        assert!(other.ends_with("cannot be used: another stream or another host is using it"));
        drop(progress);
        let again = Progress::open(path.to_str()).unwrap();
        assert_eq!((again.of("3.log"), again.of("4.log")), (Some(kept(49)), None));
    }

    #[test]
    fn a_change_reaches_the_disk_without_save() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("at.json");
        let progress = Progress::open(path.to_str()).unwrap();
        progress.set("a.log", kept(5));
        let deadline = Instant::now() + Duration::from_secs(20);
        while Checkpoint::read(&path).unwrap().files.is_empty() {
            assert!(Instant::now() < deadline, "never written");
            thread::yield_now();
        }
        assert_eq!(Checkpoint::read(&path).unwrap().files["a.log"], kept(5));
    }

    #[test]
    fn a_checkpoint_that_cannot_be_written_is_refused_at_once() {
        let error = Progress::open(Some("/dev/null/at.json")).err().unwrap();
        assert_eq!(
            error.message,
            "`checkpoint`: `/dev/null/at.json` cannot be read: Not a directory (os error 20)"
        );
    }

    #[test]
    fn without_a_checkpoint_nothing_is_kept() {
        let progress = Progress::open(None).unwrap();
        progress.set("a.log", kept(5));
        progress.save().unwrap();
        assert_eq!(progress.of("a.log"), None);
    }
}

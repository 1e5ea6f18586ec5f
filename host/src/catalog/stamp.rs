//! What tells one state of a file from another without reading it.

use serde::{Deserialize, Serialize};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// One state of one file. A file that was written or replaced has another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileStamp {
    device: u64,
    inode: u64,
    /// Bytes.
    size: u64,
    /// Nanoseconds since 1970.
    modified: i128,
    /// Nanoseconds since 1970: what was written, or who may read it. Nobody sets it at will.
    changed: i128,
}

impl FileStamp {
    /// The stamp of an open file.
    #[must_use]
    pub fn of(file: &Metadata) -> Self {
        let modified = nanoseconds(file.mtime(), file.mtime_nsec());
        let changed = nanoseconds(file.ctime(), file.ctime_nsec());
        Self { device: file.dev(), inode: file.ino(), size: file.size(), modified, changed }
    }

    /// Whether a change after `now` is sure to give another stamp.
    fn is_settled(&self, now: SystemTime) -> bool {
        let until =
            now.checked_sub(CLOCK_STEP).and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        until.is_some_and(|until| self.changed < i128::try_from(until.as_nanos()).unwrap_or(0))
    }
}

/// No clock of a file system goes in longer steps.
const CLOCK_STEP: Duration = Duration::from_secs(2);

fn nanoseconds(seconds: i64, rest: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(rest)
}

/// One state of a plug: of its manifest, its library and the checksum beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// Of `plug.yaml`.
    pub manifest: FileStamp,
    /// Of the library.
    pub library: FileStamp,
    /// Of the library's checksum, where there is one: a corrected one is another state.
    pub checksum: Option<FileStamp>,
}

impl Stamp {
    /// Whether a change of any file after `now` is sure to give another stamp: files that were
    /// written a moment ago may be written again within one step of the clock.
    #[must_use]
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let files = [Some(self.manifest), Some(self.library), self.checksum];
        files.iter().flatten().all(|file| file.is_settled(now))
    }
}

#[cfg(test)]
impl FileStamp {
    /// A stamp of no file, one for each digest.
    pub(crate) fn numbered(digest: super::Sha256) -> Self {
        let number = u64::from_str_radix(&digest.to_string()[..15], 16).unwrap();
        Self { inode: number, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};

    #[test]
    fn a_file_written_anew_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let stamp = || FileStamp::of(&fs::metadata(&path).unwrap());
        fs::write(&path, "one").unwrap();
        let first = stamp();
        assert_eq!(stamp(), first);
        fs::write(&path, "three").unwrap();
        assert_ne!(stamp(), first, "another size");
        let aside = folder.path().join("aside");
        fs::write(&aside, "one").unwrap();
        fs::rename(&aside, &path).unwrap();
        assert_ne!(stamp(), first, "another file of the same size");
        let before = fs::metadata(&path).unwrap();
        loop {
            // The clock of the file system goes in steps: until one is over, nothing is to be seen.
            fs::write(&path, "two").unwrap();
            File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(before.modified().unwrap())
                .unwrap();
            let now = fs::metadata(&path).unwrap();
            if (now.ctime(), now.ctime_nsec()) != (before.ctime(), before.ctime_nsec()) {
                break;
            }
        }
        assert_ne!(stamp(), FileStamp::of(&before), "written, and the time of that set back");
    }
}

//! What trees look like from outside: cheap to take, and equal only when nothing was written.

use crate::catalog::Places;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use walkdir::WalkDir;

/// Every entry that a scan would look at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Footprint(Vec<Entry>);

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    path: PathBuf,
    device: u64,
    inode: u64,
    size: u64,
    /// When content, name, owner or mode changed last: no program can set this back.
    changed: (i64, i64),
}

/// The kernel's clock stands still for some milliseconds: a file that is written twice within them
/// looks the same after both.
const SETTLED: Duration = Duration::from_secs(1);

/// Files of a plug lie this deep in a tree.
const TREE: usize = 4;

/// Files of a plug lie this deep in its own folder.
const FOLDER: usize = 1;

impl Footprint {
    /// `None` while something is so new that another write could look the same.
    pub(super) fn of(places: &Places) -> Option<Self> {
        let trees = places.trees.iter().flat_map(|tree| entries(tree, TREE));
        let folders = places.folders.iter().flat_map(|folder| entries(folder, FOLDER));
        let footprint = Self(trees.chain(folders).collect());
        footprint.is_settled(SystemTime::now()).then_some(footprint)
    }

    fn is_settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let limit = i64::try_from(now.saturating_sub(SETTLED).as_secs()).unwrap_or(i64::MAX);
        self.0.iter().all(|entry| entry.changed.0 < limit)
    }
}

fn entries(place: &Path, depth: usize) -> impl Iterator<Item = Entry> {
    let walk = WalkDir::new(place).max_depth(depth).sort_by_file_name();
    walk.into_iter().filter_map(Result::ok).filter_map(|entry| {
        let about = entry.metadata().ok()?;
        Some(Entry {
            path: entry.into_path(),
            device: about.dev(),
            inode: about.ino(),
            size: about.size(),
            changed: (about.ctime(), about.ctime_nsec()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn taken(place: &Path) -> Footprint {
        Footprint(entries(place, TREE).collect())
    }

    #[test]
    fn every_write_shows() {
        let tree = tempfile::tempdir().unwrap();
        let folder = tree.path().join("demo/echo/1.0.0");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("libecho.so");
        let mut last = taken(tree.path());
        let acts: [(&str, &dyn Fn()); 4] = [
            ("a new file", &|| fs::write(&file, "one").unwrap()),
            ("another size", &|| fs::write(&file, "three").unwrap()),
            ("another file of that name", &|| {
                fs::write(folder.join("new"), "three").unwrap();
                fs::rename(folder.join("new"), &file).unwrap();
            }),
            ("no file", &|| fs::remove_file(&file).unwrap()),
        ];
        for (what, act) in acts {
            act();
            let now = taken(tree.path());
            assert_ne!(now, last, "{what}");
            last = now;
        }
        assert_eq!(taken(tree.path()), last);
    }

    #[test]
    fn what_was_just_written_is_not_settled() {
        let tree = tempfile::tempdir().unwrap();
        let taken = taken(tree.path());
        assert!(!taken.is_settled(SystemTime::now()));
        assert!(taken.is_settled(SystemTime::now() + 3 * SETTLED));
    }
}

//! What libraries said of themselves, so that `check` and `schema` need not open them again.
//!
//! An entry is found by the state of the plug's files, not by their bytes. That is harmless here and
//! would not be where code runs: from an entry nothing is executed, a file in another state has none,
//! and `run` opens every library with all checks, whatever an entry says. What an entry cannot see is
//! the world around the files: a shared library that has gone missing since is found by `run`.

use super::Known;
use crate::catalog::{FileStamp, Installed, Sha256, Stamp};
use plugin_abi::ABI_VERSION;
use plugin_api::Description;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, fstat, openat, renameat, unlinkat};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::time::SystemTime;

/// Everything that a description depends on and that can be seen without reading the library.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    abi: String,
    /// Of the host itself: one that was built anew judges anew.
    host: FileStamp,
    files: Stamp,
    locked: Option<Sha256>,
}

/// A file of the cache.
#[derive(Serialize, Deserialize)]
struct Entry {
    state: State,
    description: Description,
}

/// Bytes of an entry that is read.
const LARGEST: u64 = 16 << 20;

/// What the plug said when it was opened in this very state.
pub(super) fn recall(known: &Known, plug: &Installed) -> Option<Description> {
    let (folder, state) = (known.open_folder()?, State::of(plug)?);
    let text = read(&folder, &name_of(plug)?).ok()?;
    let entry: Entry = serde_json::from_slice(&text).ok()?;
    (entry.state == state).then_some(entry.description)
}

/// Remembers what the plug said, where that can be written down.
pub(super) fn remember(known: &Known, plug: &Installed, description: &Description) {
    // A file written twice within one step of the file system's clock has the same state twice.
    if !plug.stamp.is_settled(SystemTime::now()) {
        return;
    }
    let (Some(folder), Some(state), Some(name)) =
        (known.open_folder(), State::of(plug), name_of(plug))
    else {
        return;
    };
    let entry = Entry { state, description: description.clone() };
    let written = serde_json::to_vec(&entry).map_err(io::Error::from);
    if let Err(error) = written.and_then(|text| write(&folder, &name, &text)) {
        tracing::debug!(plug = plug.name, %error, "a description is not remembered");
    }
}

impl State {
    fn of(plug: &Installed) -> Option<Self> {
        let host = FileStamp::of(&std::fs::metadata("/proc/self/exe").ok()?);
        Some(Self { abi: ABI_VERSION.to_owned(), host, files: plug.stamp, locked: plug.locked })
    }
}

/// One file for each path: a new build takes the place of the old one.
fn name_of(plug: &Installed) -> Option<String> {
    let path = std::path::absolute(&plug.library).ok()?;
    Some(format!("{}.json", Sha256::of(path.as_os_str().as_bytes())))
}

fn read(folder: &OwnedFd, name: &str) -> io::Result<Vec<u8>> {
    // A pipe under that name must not make this wait.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = openat(folder, name, flags, Mode::empty())?;
    let found = fstat(&opened)?;
    let is_own = found.st_uid == rustix::process::geteuid().as_raw();
    if !is_own || FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
        return Err(io::Error::other("it is not the user's own file"));
    }
    let mut text = Vec::new();
    File::from(opened).take(LARGEST).read_to_end(&mut text)?;
    Ok(text)
}

/// Puts a whole file into place at once.
fn write(folder: &OwnedFd, name: &str, text: &[u8]) -> io::Result<()> {
    let aside = format!(".{name}.{}", std::process::id());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(openat(folder, &aside, flags, Mode::RUSR | Mode::WUSR)?);
    let written = file.write_all(text).and_then(|()| Ok(renameat(folder, &aside, folder, name)?));
    if written.is_err() {
        let _ = unlinkat(folder, &aside, AtFlags::empty());
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::{Path, PathBuf};

    fn described(version: &str) -> Description {
        Description { name: "echo".to_owned(), version: version.to_owned(), ..Default::default() }
    }

    fn said(known: &Known, plug: &Installed) -> Option<String> {
        recall(known, plug).map(|description| description.version)
    }

    /// A cache that holds one description, and the file of it.
    fn cache(folder: &Path, plug: &Installed) -> (Known, PathBuf) {
        let known = Known::at(folder);
        known.remember(&Sha256::of(b"any"));
        remember(&known, plug, &described("1.0.0"));
        let part = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
        (known, part.join(name_of(plug).unwrap()))
    }

    #[test]
    fn what_a_plug_said_counts_for_this_very_state_of_its_files() {
        let (folder, plug) = (tempfile::tempdir().unwrap(), Installed::named("echo"));
        let (known, _) = cache(folder.path(), &plug);
        assert_eq!(said(&known, &plug).as_deref(), Some("1.0.0"));
        let other = FileStamp::numbered(Sha256::of(b"other"));
        let changes: [fn(&mut Installed, FileStamp); 4] = [
            |plug, stamp| plug.stamp.library = stamp,
            |plug, stamp| plug.stamp.manifest = stamp,
            |plug, stamp| plug.stamp.checksum = Some(stamp),
            |plug, _| plug.locked = Some(Sha256::of(b"locked")),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = plug.clone();
            change(&mut changed, other);
            assert_eq!(said(&known, &changed), None, "change {number}");
            remember(&known, &changed, &described("2.0.0"));
            assert_eq!(said(&known, &changed).as_deref(), Some("2.0.0"), "change {number}");
            assert_eq!(said(&known, &plug), None, "change {number} took the place");
            remember(&known, &plug, &described("1.0.0"));
        }
        assert_eq!(said(&known, &Installed::named("another")), None);
    }

    #[test]
    fn an_entry_that_is_damaged_a_link_or_no_file_is_none() {
        let (folder, plug) = (tempfile::tempdir().unwrap(), Installed::named("echo"));
        let (known, entry) = cache(folder.path(), &plug);
        let whole = fs::read(&entry).unwrap();
        for damaged in [&whole[..whole.len() / 2], b"", b"{}", b"\xff"] {
            fs::write(&entry, damaged).unwrap();
            assert_eq!(said(&known, &plug), None);
        }
        fs::remove_file(&entry).unwrap();
        fs::write(folder.path().join("aside"), &whole).unwrap();
        symlink(folder.path().join("aside"), &entry).unwrap();
        assert_eq!(said(&known, &plug), None, "a link");
        fs::remove_file(&entry).unwrap();
        fs::create_dir(&entry).unwrap();
        remember(&known, &plug, &described("1.0.0"));
        assert_eq!(said(&known, &plug), None, "a folder");
        fs::remove_dir(&entry).unwrap();
        remember(&known, &plug, &described("1.0.0"));
        assert_eq!(said(&known, &plug).as_deref(), Some("1.0.0"));
        assert_eq!(fs::read_dir(entry.parent().unwrap()).unwrap().count(), 2, "nothing aside");
    }

    #[test]
    fn entries_count_only_in_a_folder_of_the_users_own_and_without_one_there_are_none() {
        let (folder, plug) = (tempfile::tempdir().unwrap(), Installed::named("echo"));
        let (known, entry) = cache(folder.path(), &plug);
        fs::set_permissions(entry.parent().unwrap(), fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(said(&known, &plug), None);
        remember(&Known::default(), &plug, &described("1.0.0"));
        assert_eq!(said(&Known::default(), &plug), None);
    }

    #[test]
    fn what_was_written_a_moment_ago_is_not_remembered() {
        let (folder, mut plug) = (tempfile::tempdir().unwrap(), Installed::named("echo"));
        let (known, entry) = cache(folder.path(), &plug);
        fs::remove_file(&entry).unwrap();
        plug.stamp.library = FileStamp::of(&fs::metadata(folder.path()).unwrap());
        remember(&known, &plug, &described("1.0.0"));
        assert!(!entry.exists());
    }
}

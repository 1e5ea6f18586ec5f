//! The checkpoint file: how far every file was read, replaced as a whole.

use crate::head::Head;
use plugin_api::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The version of the document that this version reads and writes.
const VERSION: u32 = 1;

/// The document.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    version: u32,
    /// By path, as it was configured or matched.
    pub files: BTreeMap<String, Kept>,
}

/// How far one file was read.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The file behind the path: another one is read from its beginning.
    pub inode: u64,
    /// Its bytes on disk when it was opened.
    #[serde(default)]
    pub size: u64,
    /// Decompressed bytes of finished records, their line endings included.
    pub offset: u64,
    /// There was nothing behind them.
    pub done: bool,
    /// How the file began. Checkpoints of the first days do not say.
    #[serde(default)]
    pub head: Option<Head>,
}

impl Default for Checkpoint {
    fn default() -> Self {
        Self { version: VERSION, files: BTreeMap::new() }
    }
}

impl Checkpoint {
    /// Reads the checkpoint at `path`; one that does not exist knows no file.
    ///
    /// # Errors
    /// It cannot be read, or something else is written there: that is never overwritten.
    pub fn read(path: &Path) -> Result<Self> {
        // Opening a FIFO would wait for a writer.
        if fs::metadata(path).is_ok_and(|about| !about.is_file()) {
            return Err(refused(path, "is no regular file; name another"));
        }
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(refused(path, &format!("cannot be read: {error}"))),
        };
        let read: Self = serde_json::from_slice(&text).map_err(|error| {
            refused(path, &format!("is no checkpoint: {error}; name another file, or remove this"))
        })?;
        if read.version != VERSION {
            let found = read.version;
            let message = format!("has version {found}, this plug reads version {VERSION}");
            return Err(refused(path, &message));
        }
        Ok(read)
    }

    /// Replaces the checkpoint at `path`. After a crash there is either the old one or this.
    ///
    /// # Errors
    /// The system's.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let new = beside(path);
        remove_if_there(&new)?;
        // `create_new`, so that nobody can point the name elsewhere meanwhile.
        let mut file = File::options().write(true).create_new(true).open(&new)?;
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(folder_of(path))?.sync_all()
    }
}

/// What the next checkpoint is written to, before it takes the place of this one.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What a crash left behind.
fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// An error of the configuration.
pub fn refused(path: &Path, why: &str) -> Error {
    Error::config(format!("`checkpoint`: `{}` {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("at.json");
        let mut checkpoint = Checkpoint::read(&path).unwrap();
        assert_eq!(checkpoint, Checkpoint::default());
        let kept = Kept { inode: 1, size: 30, offset: 20, done: false, head: None };
        checkpoint.files.insert("a \"b\".log".to_owned(), kept);
        fs::write(beside(&path), "left behind by a crash").unwrap();
        checkpoint.write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path).unwrap(), checkpoint);
        let names = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["at.json"]);
    }

    #[test]
    fn a_folder_and_a_device_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path(), Path::new("/dev/null")] {
            let message = Checkpoint::read(path).unwrap_err().message;
            let place = path.display();
            let why = "is no regular file; name another";
            assert_eq!(message, format!("`checkpoint`: `{place}` {why}"));
        }
    }

    #[test]
    fn another_file_is_no_checkpoint_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("at.json");
        let cases = [
            ("precious", "is no checkpoint: expected value at line 1 column 1"),
            ("", "is no checkpoint: EOF while parsing a value at line 1 column 0"),
            (r#"{"version":2,"files":{}}"#, "has version 2, this plug reads version 1"),
            (
                r#"{"version":1,"files":{"a":{"offset":1}}}"#,
                "is no checkpoint: missing field `inode` at line 1 column 38",
            ),
        ];
        for (text, why) in cases {
            fs::write(&path, text).unwrap();
            let message = Checkpoint::read(&path).unwrap_err().message;
            let expected = format!("`checkpoint`: `{}` {why}", path.display());
            assert!(message.starts_with(&expected), "{message}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}

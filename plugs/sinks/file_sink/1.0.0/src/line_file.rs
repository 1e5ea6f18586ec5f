//! A file that holds whole batches only: what was written of one that failed is taken back.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// What the file is written through.
pub trait Medium {
    /// Appends all of it.
    ///
    /// # Errors
    /// The system's; any part of it may have been written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file off behind `len` bytes.
    ///
    /// # Errors
    /// The system's.
    fn cut(&mut self, len: u64) -> io::Result<()>;

    /// Brings what was written to the disk.
    ///
    /// # Errors
    /// The system's.
    fn sync(&mut self) -> io::Result<()>;
}

impl Medium for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// See the module.
pub struct LineFile<M = File> {
    medium: M,
    /// Bytes of whole batches. Whatever lies behind them is taken back before anything is written.
    whole: u64,
    /// There may be something behind them.
    torn: bool,
}

/// Why a batch was not written.
#[derive(Debug)]
pub enum Torn {
    /// Nothing of it is in the file, or will be once the next batch is.
    TakenBack(io::Error),
    /// It is in the file, but may not survive a crash of the machine, and could not be taken back.
    MayBeThere(io::Error),
}

impl LineFile {
    /// Opens or creates a file and locks it, so that two hosts do not write into each other's lines.
    ///
    /// # Errors
    /// The system's, and that another process is writing to it.
    pub fn open(path: impl AsRef<Path>, append: bool) -> io::Result<Self> {
        let path = path.as_ref();
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another step or another host is writing to it"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        sync_folder_of(path)?;
        if !append {
            // What is there goes with the first batch or at the end, not before the stream has started.
            return Ok(Self { medium: file, whole: 0, torn: true });
        }
        end_last_line(&mut file)?;
        let whole = file.metadata()?.len();
        Ok(Self { medium: file, whole, torn: false })
    }
}

impl<M: Medium> LineFile<M> {
    /// Appends the lines of one batch, all or none.
    ///
    /// # Errors
    /// See [`Torn`].
    pub fn append(&mut self, lines: &[u8], sync: bool) -> Result<(), Torn> {
        self.take_back().map_err(Torn::TakenBack)?;
        self.torn = true;
        if let Err(error) = self.medium.append(lines) {
            // If this fails too, the next batch finds it torn and tries again.
            let _ = self.take_back();
            return Err(Torn::TakenBack(error));
        }
        if let Err(error) = if sync { self.medium.sync() } else { Ok(()) } {
            return Err(match self.take_back() {
                Ok(()) => Torn::TakenBack(error),
                Err(_) => Torn::MayBeThere(error),
            });
        }
        self.whole += lines.len() as u64;
        self.torn = false;
        Ok(())
    }

    /// Brings what was written to the disk.
    ///
    /// # Errors
    /// The system's.
    pub fn sync(&mut self) -> io::Result<()> {
        self.take_back()?;
        self.medium.sync()
    }

    fn take_back(&mut self) -> io::Result<()> {
        if self.torn {
            self.medium.cut(self.whole)?;
            self.torn = false;
        }
        Ok(())
    }
}

/// After a crash the last line may have no end: our first record gets a line of its own.
fn end_last_line(file: &mut File) -> io::Result<()> {
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

/// A new file is only there after a crash if its folder is on disk too.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A disk with room for so many bytes, whose other calls can be made to fail.
    #[derive(Default)]
    struct Disk {
        bytes: Vec<u8>,
        room: usize,
        cut_fails: bool,
        sync_fails: bool,
    }

    fn failing(fails: bool) -> io::Result<()> {
        if fails { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(()) }
    }

    impl Medium for Disk {
        fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
            let fits = bytes.len().min(self.room - self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..fits]);
            failing(fits < bytes.len())
        }

        fn cut(&mut self, len: u64) -> io::Result<()> {
            failing(self.cut_fails)?;
            self.bytes.truncate(usize::try_from(len).unwrap());
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            failing(self.sync_fails)
        }
    }

    fn on(disk: Disk) -> LineFile<Disk> {
        LineFile { medium: disk, whole: 0, torn: false }
    }

    #[test]
    fn a_file_is_emptied_with_the_first_batch_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "precious\n").unwrap();
        drop(LineFile::open(&path, false).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious\n");
        LineFile::open(&path, false).unwrap().append(b"new\n", false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        LineFile::open(&path, false).unwrap().sync().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
    }

    #[test]
    fn a_batch_that_did_not_fit_leaves_nothing_and_fits_later() {
        let mut file = on(Disk { room: 8, ..Disk::default() });
        file.append(b"one\n", false).unwrap();
        let torn = file.append(b"second\n", false).unwrap_err();
        assert!(matches!(torn, Torn::TakenBack(_)));
        assert_eq!(file.medium.bytes, b"one\n");
        file.medium.room = 100;
        file.append(b"second\n", false).unwrap();
        assert_eq!(file.medium.bytes, b"one\nsecond\n");
    }

    #[test]
    fn what_cannot_be_taken_back_at_once_is_taken_back_before_the_next_batch() {
        let mut file = on(Disk { room: 8, cut_fails: true, ..Disk::default() });
        file.append(b"one\n", false).unwrap();
        for _ in 0..2 {
            assert!(matches!(file.append(b"second\n", false), Err(Torn::TakenBack(_))));
            assert_eq!(file.medium.bytes, b"one\nseco");
        }
        file.sync().unwrap_err();
        (file.medium.room, file.medium.cut_fails) = (100, false);
        file.append(b"second\n", false).unwrap();
        assert_eq!(file.medium.bytes, b"one\nsecond\n");
    }

    #[test]
    fn a_batch_that_is_not_on_disk_is_taken_back_or_may_be_there() {
        let mut file = on(Disk { room: 99, sync_fails: true, ..Disk::default() });
        assert!(matches!(file.append(b"one\n", true), Err(Torn::TakenBack(_))));
        assert_eq!(file.medium.bytes, b"");
        file.medium.cut_fails = true;
        assert!(matches!(file.append(b"one\n", true), Err(Torn::MayBeThere(_))));
        assert_eq!(file.medium.bytes, b"one\n");
    }

    #[test]
    fn a_file_goes_on_behind_its_last_line_or_is_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.log");
        for (before, append, expected) in [
            ("", true, "new\n"),
            ("old\n", true, "old\nnew\n"),
            ("old\nto", true, "old\nto\nnew\n"),
            ("old\nto", false, "new\n"),
        ] {
            fs::write(&path, before).unwrap();
            LineFile::open(&path, append).unwrap().append(b"new\n", true).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), expected, "{before:?} {append}");
        }
    }

    #[test]
    fn a_file_has_one_writer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.log");
        let first = LineFile::open(&path, true).unwrap();
        let refused = LineFile::open(&path, false).err().unwrap();
        assert_eq!(refused.to_string(), "another step or another host is writing to it");
        drop(first);
        LineFile::open(&path, true).unwrap();
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path(), Path::new("/dev/null"), &dir.path().join("none/out.log")] {
            assert!(LineFile::open(path, true).is_err(), "{}", path.display());
        }
    }
}

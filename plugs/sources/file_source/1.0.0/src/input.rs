//! One file as a stream of its decompressed bytes.

use crate::members::Members;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file that is read from front to back. A position is one in the decompressed bytes.
pub struct Input {
    bytes: Box<dyn Read + Send>,
    /// Bytes on disk in front of the next read.
    consumed: Arc<AtomicU64>,
    /// Bytes left out so far.
    skipped: u64,
    /// Where the first record begins; `u64::MAX` = behind the last byte, wherever that is.
    target: u64,
}

/// Where to begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Begin {
    /// At this position.
    At(u64),
    /// Behind the last byte.
    End,
}

/// How far the way to the first record is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Skipped {
    /// The first record begins at this position.
    Done(u64),
    /// There is more to leave out.
    More,
    /// The file ends in front of the position.
    Short,
}

impl Input {
    /// A file from `begin` on, decompressed if its name ends in `.gz` or `.zst`. A compressed file can
    /// only be read from the front: [`Input::skip`] goes the way to `begin`.
    ///
    /// # Errors
    /// The system's, and that a decompressor could not be made.
    pub fn new(mut file: File, path: &str, begin: Begin) -> io::Result<Self> {
        let compression = Compression::of(path);
        let target = match begin {
            Begin::At(position) => position,
            Begin::End => u64::MAX,
        };
        let skipped = match (&compression, begin) {
            (Some(_), _) => 0,
            (None, Begin::At(position)) => file.seek(SeekFrom::Start(position))?,
            (None, Begin::End) => file.seek(SeekFrom::End(0))?,
        };
        let consumed = Arc::new(AtomicU64::new(skipped));
        let file = Counted { file, consumed: Arc::clone(&consumed) };
        Ok(Self { bytes: decompressed(file, compression)?, consumed, skipped, target })
    }

    /// Leaves out up to `budget` more bytes in front of the first record.
    ///
    /// # Errors
    /// The bytes cannot be read or decompressed.
    pub fn skip(&mut self, budget: u64) -> io::Result<Skipped> {
        let wanted = (self.target - self.skipped).min(budget);
        let left_out = io::copy(&mut (&mut self.bytes).take(wanted), &mut io::sink())?;
        self.skipped += left_out;
        let ended = left_out < wanted;
        Ok(match (ended, self.target) {
            (true, u64::MAX) => Skipped::Done(self.skipped),
            (true, _) => Skipped::Short,
            (false, target) if self.skipped == target => Skipped::Done(target),
            (false, _) => Skipped::More,
        })
    }

    /// Bytes on disk that were read or left out.
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(into)
    }
}

#[derive(Clone, Copy)]
pub enum Compression {
    /// `.gz`, all members.
    Gzip,
    /// `.zst`, all frames.
    Zstd,
}

impl Compression {
    /// By the ending of a name; `None` for a plain file.
    pub fn of(path: &str) -> Option<Self> {
        match Path::new(path).extension()?.to_str()? {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Several members or frames, one behind the other, are one stream.
fn decompressed(
    file: Counted,
    compression: Option<Compression>,
) -> io::Result<Box<dyn Read + Send>> {
    const READ: usize = 128 << 10;
    Ok(match compression {
        None => Box::new(file),
        Some(Compression::Gzip) => Box::new(Members::new(BufReader::with_capacity(READ, file))),
        Some(Compression::Zstd) => Box::new(zstd::Decoder::new(file)?),
    })
}

/// A file that counts what was read of it.
struct Counted {
    file: File,
    consumed: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression as Level;
    use flate2::write::GzEncoder;
    use std::fs;
    use std::io::Write;
    use tempfile::TempDir;

    const TEXT: &[u8] = b"first half, second half";

    /// The text in two parts, each compressed by itself.
    fn written(dir: &TempDir, name: &str) -> String {
        let path = dir.path().join(name);
        let gzip = |part: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Level::default());
            encoder.write_all(part).unwrap();
            encoder.finish().unwrap()
        };
        let parts = TEXT.split_at(11);
        let bytes = match name.rsplit_once('.').unwrap().1 {
            "gz" => [gzip(parts.0), gzip(parts.1)].concat(),
            "zst" => [zstd::encode_all(parts.0, 1).unwrap(), zstd::encode_all(parts.1, 1).unwrap()]
                .concat(),
            _ => TEXT.to_vec(),
        };
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn open(path: &str, begin: Begin) -> Input {
        Input::new(File::open(path).unwrap(), path, begin).unwrap()
    }

    #[test]
    fn a_position_is_one_in_the_decompressed_bytes() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.log", "a.gz", "a.zst"] {
            let path = written(&dir, name);
            for position in 0..=TEXT.len() {
                let mut input = open(&path, Begin::At(position as u64));
                assert_eq!(input.skip(100).unwrap(), Skipped::Done(position as u64));
                let mut rest = Vec::new();
                input.read_to_end(&mut rest).unwrap();
                assert_eq!(rest, &TEXT[position..], "{name}");
                assert_eq!(input.consumed(), fs::metadata(&path).unwrap().len(), "{name}");
            }
            let mut at_end = open(&path, Begin::End);
            assert_eq!(at_end.skip(100).unwrap(), Skipped::Done(TEXT.len() as u64), "{name}");
        }
    }

    #[test]
    fn the_way_to_a_position_can_be_gone_in_parts_and_be_too_long() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.gz", "a.zst"] {
            let path = written(&dir, name);
            let mut input = open(&path, Begin::At(25));
            let steps = [(); 3].map(|()| input.skip(10).unwrap());
            assert_eq!(steps, [Skipped::More, Skipped::More, Skipped::Short], "{name}");
        }
    }

    #[test]
    fn a_compressed_file_that_was_cut_off_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.gz", "a.zst"] {
            let path = written(&dir, name);
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
            let mut out = Vec::new();
            let error = open(&path, Begin::At(0)).read_to_end(&mut out).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{name}: {error}");
        }
    }
}

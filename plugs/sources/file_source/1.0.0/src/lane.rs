//! What one lane does: its files, one behind the other.

#[cfg(test)]
mod tests;

use crate::begin::{Decision, Now, SHRUNK, decision};
use crate::config::Start;
use crate::handed::{Handed, Reached};
use crate::head::first_bytes;
use crate::input::{Begin, Compression, Input, Skipped};
use crate::listing::Listed;
use crate::progress::Progress;
use lines::{Fault, Splitter};
use plugin_api::{Error, Next, Result};
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

/// Bytes to leave out in one call of `next`, so that the lane can stop in between.
const SKIP_BUDGET: u64 = 16 << 20;

/// Files that were not opened yet.
pub struct Files {
    waiting: VecDeque<Listed>,
    start: Start,
}

/// One lane's reading.
pub struct Reading {
    files: Files,
    open: Option<Open>,
    splitter: Splitter,
    handed: Handed,
}

/// The file that is being read.
struct Open {
    file: Arc<Reached>,
    input: Input,
    /// The splitter stands where the first record begins.
    ready: bool,
}

impl Files {
    /// Files to be read in this order.
    pub fn new(files: impl Iterator<Item = Listed>, start: Start) -> Self {
        Self { waiting: files.collect(), start }
    }

    /// Opens the next file that has something to read.
    fn open_next(&mut self, progress: &Progress) -> Result<Option<Open>> {
        while let Some(Listed { path, .. }) = self.waiting.pop_front() {
            let (file, now) = opened(&path).map_err(|error| unreadable(&path, &error))?;
            let kept = progress.of(&path);
            let head = kept.and_then(|kept| kept.head);
            let is_same = head.map_or(Ok(true), |head| head.is_of(&file));
            let is_same = is_same.map_err(|error| unreadable(&path, &error))?;
            let begin = match decision(now, kept, is_same, self.start) {
                Decision::Finished => continue,
                Decision::Read(begin) => begin,
                Decision::Again(why) => {
                    warn_again(&path, why);
                    Begin::At(0)
                }
            };
            return Open::new(path, now, file, begin).map(Some);
        }
        Ok(None)
    }
}

impl Open {
    fn new(path: String, now: Now, file: File, begin: Begin) -> Result<Self> {
        let first = first_bytes(&file, now.size).map_err(|error| unreadable(&path, &error))?;
        let input = Input::new(file, &path, begin).map_err(|error| unreadable(&path, &error))?;
        let is_compressed = Compression::of(&path).is_some();
        let file = Arc::new(Reached { path, now, first, is_compressed });
        Ok(Self { file, input, ready: false })
    }

    /// The same file from its beginning.
    fn again(&self, why: &'static str) -> Result<Self> {
        let path = &self.file.path;
        warn_again(path, why);
        let (file, now) = opened(path).map_err(|error| unreadable(path, &error))?;
        Self::new(path.clone(), now, file, Begin::At(0))
    }
}

impl Reading {
    /// A lane's files, and what splits them.
    pub fn new(files: Files, splitter: Splitter) -> Self {
        Self { files, open: None, splitter, handed: Handed::default() }
    }

    /// Records of one file, at most `max`.
    ///
    /// # Errors
    /// A file cannot be read, or a record is too long.
    pub fn next(&mut self, max: u32, progress: &Progress) -> Result<Next> {
        loop {
            let open = match self.open.take() {
                Some(open) => open,
                None => match self.files.open_next(progress)? {
                    Some(open) => open,
                    None => return Ok(Next::End),
                },
            };
            let next = if open.ready { self.read(open, max, progress) } else { self.skip(open) };
            if let Some(next) = next? {
                return Ok(next);
            }
        }
    }

    /// Goes on to the first record.
    fn skip(&mut self, mut open: Open) -> Result<Option<Next>> {
        let skipped = open.input.skip(SKIP_BUDGET);
        let next = match skipped.map_err(|error| unreadable(&open.file.path, &error))? {
            Skipped::More => Some(Next::Idle),
            Skipped::Short => {
                open = open.again(SHRUNK)?;
                None
            }
            Skipped::Done(position) => {
                self.splitter.restart(position);
                open.ready = true;
                None
            }
        };
        self.open = Some(open);
        Ok(next)
    }

    /// The next batch, or `None` at the end of the file.
    fn read(&mut self, mut open: Open, max: u32, progress: &Progress) -> Result<Option<Next>> {
        let lines = self.splitter.next(&mut open.input, max, || false);
        let Some(mut lines) = lines.map_err(|fault: Fault| fault.at(&open.file.path))? else {
            self.handed.finish(&open.file, self.splitter.position(), progress);
            return Ok(None);
        };
        lines.batch.id = self.handed.give(&open.file, lines.end, lines.last);
        lines.batch.set_source(&open.file.path);
        self.open = (!lines.last).then_some(open);
        Ok(Some(Next::Batch(lines.batch)))
    }

    /// Every record of that batch and of all before it is final.
    pub fn ack(&mut self, batch: u64, progress: &Progress) {
        self.handed.ack(batch, progress);
    }

    /// Bytes on disk that are left to read.
    pub fn lag(&self) -> u64 {
        let open = self
            .open
            .as_ref()
            .map_or(0, |open| open.file.now.size.saturating_sub(open.input.consumed()));
        open + self.files.waiting.iter().map(|file| file.size).sum::<u64>()
    }
}

fn opened(path: &str) -> io::Result<(File, Now)> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    Ok((file, Now { inode: about.ino(), size: about.len() }))
}

/// Leaving the file out would lose its records without a trace.
fn unreadable(path: &str, error: &io::Error) -> Error {
    Error::config(format!("`path`: `{path}` cannot be read: {error}"))
}

fn warn_again(path: &str, why: &str) {
    tracing::warn!("`{path}` {why}; it is read from its beginning");
}

//! Bytes to batches: one block, filled once, is the arena of one batch.

#[cfg(test)]
mod tests;

use crate::fault::Fault;
use crate::format::{Format, Limits};
use memchr::{memchr, memchr_iter};
use plugin_api::{Arenas, Batch, RecordMeta};
use std::io::{self, Read};

/// Splits one input after another into batches.
///
/// A batch has one block as its arena, or more where one record alone is larger.
pub struct Splitter {
    limits: Limits,
    arenas: Arenas,
    /// Bytes that were read and not given out. They stand in front of what is read next.
    rest: Vec<u8>,
    /// Where the first byte of `rest` stands in the input.
    position: u64,
    /// The input has no bytes behind `rest`.
    ended: bool,
    /// Why reading ended early; it is told once the whole lines in front of it were given out.
    failed: Option<Fault>,
    /// Records of the last batch: probably as many as the next one will have.
    expected: usize,
}

/// Some records of an input.
#[derive(Debug)]
pub struct Lines {
    /// The records. Number and source are not set; `offset` of each is its first byte's position.
    pub batch: Batch,
    /// Behind the last byte of the last record and its line ending.
    pub end: u64,
    /// Nothing comes behind them.
    pub last: bool,
}

impl Splitter {
    /// Blocks that wait to be used again; a lane has about as many batches in flight.
    const KEPT: usize = 32;

    /// A splitter at the start of an input, with blocks of `block` bytes.
    #[must_use]
    pub fn new(limits: Limits, block: usize) -> Self {
        let arenas = Arenas::new(block.max(1), Self::KEPT);
        let rest = Vec::new();
        Self { limits, arenas, rest, position: 0, ended: false, failed: None, expected: 0 }
    }

    /// Goes on with another input, whose next byte stands at `position`.
    pub fn restart(&mut self, position: u64) {
        self.rest.clear();
        self.position = position;
        self.ended = false;
        self.failed = None;
    }

    /// Behind the last byte that was given out or skipped as an empty line.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next records, at most `max`; `None` at the end of the input.
    ///
    /// A block is filled as far as it goes, but once there is a whole line, `waits` is asked before
    /// each read whether that read would have to wait for bytes, and what is there is given out.
    ///
    /// # Errors
    /// See [`Fault`]. The whole records in front of the fault come first.
    pub fn next(
        &mut self,
        input: &mut impl Read,
        max: u32,
        mut waits: impl FnMut() -> bool,
    ) -> Result<Option<Lines>, Fault> {
        loop {
            let (arena, filled) = self.fill(input, &mut waits)?;
            let cut = self.cut(&arena[..filled], max as usize)?;
            self.keep(&arena[cut.end..filled], cut.end);
            let arena = self.arenas.share(arena);
            let last = self.ended && self.rest.is_empty();
            if !cut.records.is_empty() {
                self.expected = cut.records.len();
                let batch = Batch::new(arena, cut.records);
                return Ok(Some(Lines { batch, end: self.position, last }));
            }
            if last {
                return Ok(None);
            }
        }
    }

    /// A block with the rest in front and at least one line behind it, or all there is.
    fn fill(
        &mut self,
        input: &mut impl Read,
        waits: &mut impl FnMut() -> bool,
    ) -> Result<(Vec<u8>, usize), Fault> {
        let mut arena = self.arenas.take();
        let mut filled = self.rest.len();
        arena.resize(arena.len().max(filled), 0);
        arena[..filled].copy_from_slice(&self.rest);
        let mut whole = memchr(b'\n', &self.rest).is_some();
        while !self.ended && !(whole && (self.failed.is_some() || filled == arena.len() || waits()))
        {
            if let Some(fault) = self.failed.take() {
                return Err(fault);
            }
            if filled == arena.len() {
                self.grow(&mut arena)?;
            }
            let read = match self.read(input, &mut arena[filled..], filled) {
                Err(fault) if whole => {
                    self.failed = Some(fault);
                    break;
                }
                read => read?,
            };
            self.ended = read == 0;
            whole = whole || memchr(b'\n', &arena[filled..filled + read]).is_some();
            filled += read;
        }
        Ok((arena, filled))
    }

    /// Makes room for a line that is longer than the block; it has filled it without an end.
    fn grow(&self, arena: &mut Vec<u8>) -> Result<(), Fault> {
        const LINE_ENDING: usize = 2;
        let largest = self.limits.max_record_bytes as usize + LINE_ENDING;
        if arena.len() >= largest {
            return Err(self.too_long(0));
        }
        arena.resize((2 * arena.len()).min(largest), 0);
        Ok(())
    }

    fn read(&self, input: &mut impl Read, into: &mut [u8], filled: usize) -> Result<usize, Fault> {
        loop {
            match input.read(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Fault::Read { position: self.position + filled as u64, error });
                }
                Ok(read) => return Ok(read),
            }
        }
    }

    /// Finds up to `max` records in `bytes`, the first of which stands at `position`.
    fn cut(&self, bytes: &[u8], max: usize) -> Result<Cut, Fault> {
        let last = self.ended && !bytes.ends_with(b"\n");
        let ends = memchr_iter(b'\n', bytes).chain(last.then_some(bytes.len()));
        let mut cut = Cut { records: Vec::with_capacity(self.expected.min(max)), end: 0 };
        for end in ends {
            if cut.records.len() == max {
                break;
            }
            let start = cut.end;
            let line = bytes[start..end].strip_suffix(b"\r").unwrap_or(&bytes[start..end]);
            if line.len() > self.limits.max_record_bytes as usize {
                return if cut.records.is_empty() { Err(self.too_long(start)) } else { Ok(cut) };
            }
            cut.end = bytes.len().min(end + 1);
            if !line.is_empty() || (self.limits.format == Format::Lines && start < bytes.len()) {
                cut.records.push(self.record(start, line.len(), cut.records.len()));
            }
        }
        Ok(cut)
    }

    #[inline]
    fn record(&self, start: usize, len: usize, index: usize) -> RecordMeta {
        RecordMeta {
            value_offset: narrow(start),
            value_len: narrow(len),
            offset: (self.position + start as u64).cast_signed(),
            origin: narrow(index),
            ..RecordMeta::unkeyed()
        }
    }

    /// Keeps what was not given out, behind `given` bytes that were.
    fn keep(&mut self, rest: &[u8], given: usize) {
        self.rest.clear();
        self.rest.extend_from_slice(rest);
        self.position += given as u64;
    }

    fn too_long(&self, start: usize) -> Fault {
        let position = self.position + start as u64;
        Fault::TooLong { position, limit: self.limits.max_record_bytes }
    }
}

/// Records, and behind which byte of the block they end.
struct Cut {
    records: Vec<RecordMeta>,
    end: usize,
}

impl Lines {
    /// Leaves the first `max` records here and gives the others, if there are any.
    #[must_use]
    pub fn split_off(&mut self, max: u32) -> Option<Self> {
        let (first, others) = self.batch.records().split_at_checked(max as usize)?;
        let (first, others) = (first.to_vec(), others.to_vec());
        let begin = u64::try_from(others.first()?.offset).unwrap_or(self.end);
        let renumbered = others.into_iter().zip(0..);
        let renumbered = renumbered.map(|(record, origin)| RecordMeta { origin, ..record });
        let mut batch = self.batch.clone();
        batch.set_records(renumbered.collect());
        self.batch.set_records(first);
        let rest = Self { batch, end: self.end, last: self.last };
        (self.end, self.last) = (begin, false);
        Some(rest)
    }
}

/// Lossless: an arena is smaller than 4 GiB, see [`Limits::LARGEST`].
fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

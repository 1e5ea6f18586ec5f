//! Batches that were given out and are not final, and what each means for its file.

use crate::begin::Now;
use crate::checkpoint::Kept;
use crate::head::Head;
use crate::progress::Progress;
use std::collections::VecDeque;
use std::sync::Arc;

/// Batches in the order they were given out.
#[derive(Default)]
pub struct Handed {
    /// The number of the batch that was given out last; the first has number 1.
    last: u64,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    batch: u64,
    file: Arc<Reached>,
    end: u64,
    done: bool,
}

/// The file that a position is in.
pub struct Reached {
    /// Its path.
    pub path: String,
    /// What it was when it was opened.
    pub now: Now,
    /// Its first bytes on disk.
    pub first: Vec<u8>,
    /// Positions are not those on disk.
    pub is_compressed: bool,
}

impl Reached {
    /// Says that all records in front of `end` are final.
    fn keep(&self, end: u64, done: bool, progress: &Progress) {
        let Now { inode, size } = self.now;
        let is_final = usize::try_from(end).unwrap_or(usize::MAX).min(self.first.len());
        let judged = if self.is_compressed { self.first.len() } else { is_final };
        let head = Some(Head::of(&self.first[..judged]));
        progress.set(&self.path, Kept { inode, size, offset: end, done, head });
    }
}

impl Handed {
    /// Numbers a batch whose records end at `end`; `done` says that nothing comes behind them.
    pub fn give(&mut self, file: &Arc<Reached>, end: u64, done: bool) -> u64 {
        self.last += 1;
        self.waiting.push_back(Waiting { batch: self.last, file: Arc::clone(file), end, done });
        self.last
    }

    /// A file ended at `end` without a further record.
    pub fn finish(&mut self, file: &Arc<Reached>, end: u64, progress: &Progress) {
        match self.waiting.back_mut().filter(|last| Arc::ptr_eq(&last.file, file)) {
            Some(last) => (last.end, last.done) = (end, true),
            None => file.keep(end, true, progress),
        }
    }

    /// Everything up to this batch is final.
    pub fn ack(&mut self, batch: u64, progress: &Progress) {
        let is_final = |waiting: &Waiting| waiting.batch <= batch;
        while self.waiting.front().is_some_and(is_final) {
            let Some(first) = self.waiting.pop_front() else { return };
            let overtaken = self
                .waiting
                .front()
                .is_some_and(|next| next.batch <= batch && Arc::ptr_eq(&next.file, &first.file));
            if !overtaken {
                first.file.keep(first.end, first.done, progress);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn progress(dir: &TempDir) -> Progress {
        Progress::open(dir.path().join("at.json").to_str()).unwrap()
    }

    fn file(path: &str) -> Arc<Reached> {
        let now = Now { inode: 1, size: 30 };
        let (first, is_compressed) = (Vec::new(), false);
        Arc::new(Reached { path: path.to_owned(), now, first, is_compressed })
    }

    fn kept(progress: &Progress, path: &str) -> Option<(u64, bool)> {
        progress.of(path).map(|kept| (kept.offset, kept.done))
    }

    #[test]
    fn a_position_moves_with_acknowledgements_only() {
        let dir = tempfile::tempdir().unwrap();
        let (progress, a, b) = (progress(&dir), file("a"), file("b"));
        let mut handed = Handed::default();
        let given = [(&a, 10, false), (&a, 20, false), (&a, 30, true), (&b, 7, false)];
        let numbers = given.map(|(file, end, done)| handed.give(file, end, done));
        assert_eq!(numbers, [1, 2, 3, 4]);
        assert_eq!(kept(&progress, "a"), None);
        handed.ack(1, &progress);
        assert_eq!(kept(&progress, "a"), Some((10, false)));
        handed.ack(4, &progress);
        assert_eq!(kept(&progress, "a"), Some((30, true)));
        assert_eq!(kept(&progress, "b"), Some((7, false)));
    }

    #[test]
    fn a_file_is_done_when_its_last_batch_is_final() {
        let dir = tempfile::tempdir().unwrap();
        let (progress, a, empty) = (progress(&dir), file("a"), file("empty"));
        let mut handed = Handed::default();
        handed.give(&a, 10, false);
        handed.finish(&a, 12, &progress);
        handed.finish(&empty, 0, &progress);
        assert_eq!((kept(&progress, "a"), kept(&progress, "empty")), (None, Some((0, true))));
        handed.ack(1, &progress);
        assert_eq!(kept(&progress, "a"), Some((12, true)));
    }
}

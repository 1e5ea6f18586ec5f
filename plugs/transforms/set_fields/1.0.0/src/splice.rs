//! Cutting and inserting in a text that is copied once, in runs.

use std::ops::Range;

/// A text on its way to another. Edits go from left to right.
pub struct Splice<'a> {
    text: &'a [u8],
    out: &'a mut Vec<u8>,
    /// Everything before it is in `out` or was cut.
    copied: usize,
    edited: bool,
}

impl<'a> Splice<'a> {
    /// Nothing is copied before the first edit.
    pub fn new(text: &'a [u8], out: &'a mut Vec<u8>) -> Self {
        Self { text, out, copied: 0, edited: false }
    }

    /// Puts `by` in the place of `range`.
    pub fn replace(&mut self, range: Range<usize>, by: &[u8]) {
        self.out.extend_from_slice(&self.text[self.copied..range.start]);
        self.out.extend_from_slice(by);
        (self.copied, self.edited) = (range.end, true);
    }

    /// Leaves `range` out.
    pub fn cut(&mut self, range: Range<usize>) {
        self.replace(range, b"");
    }

    /// Puts `more` at `at`.
    pub fn insert(&mut self, at: usize, more: &[u8]) {
        self.replace(at..at, more);
    }

    /// Copies the rest. Whether there was an edit: without one, nothing was copied at all.
    pub fn finish(self) -> bool {
        if self.edited {
            self.out.extend_from_slice(&self.text[self.copied..]);
        }
        self.edited
    }
}

//! The statements of a text that are open, and the names they made.

use std::collections::BTreeSet;

/// What is open, and what `set` made outside of everything.
#[derive(Default)]
pub(super) struct Frames {
    open: Vec<Frame>,
    made: BTreeSet<String>,
}

/// A statement that is open.
pub(super) struct Frame {
    /// The word that opened it.
    pub word: &'static str,
    /// The word that ends it.
    pub end: &'static str,
    made: BTreeSet<String>,
}

impl Frames {
    /// Whether a name was made by the text itself and is still there.
    pub fn has(&self, name: &str) -> bool {
        self.made.contains(name) || self.open.iter().any(|frame| frame.made.contains(name))
    }

    /// The innermost open statement.
    pub fn innermost(&self) -> Option<&Frame> {
        self.open.last()
    }

    /// A statement that makes names begins.
    pub fn open(&mut self, word: &'static str, end: &'static str, made: BTreeSet<String>) {
        self.open.push(Frame { word, end, made });
    }

    /// Ends the innermost statement; false when it ends with another word.
    pub fn close(&mut self, end: &str) -> bool {
        self.open.pop_if(|frame| frame.end == end).is_some()
    }

    /// What `set` makes lives as long as the loop around it; an `if` does not end it.
    pub fn make(&mut self, names: impl Iterator<Item = String>) {
        let frame = self.open.iter_mut().rev().find(|frame| frame.word != "if");
        frame.map_or(&mut self.made, |frame| &mut frame.made).extend(names);
    }
}

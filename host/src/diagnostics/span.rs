//! Places in a text file.

use std::ops::Range;

/// One character of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters, not bytes.
    pub column: u32,
}

impl Position {
    /// Both count from 1.
    pub fn new(line: usize, column: usize) -> Self {
        let narrow = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Self { line: narrow(line), column: narrow(column) }
    }

    /// The byte of `source` at this place; the end of the line when the line is shorter.
    fn byte(self, source: &str) -> usize {
        let mut start = 0;
        for line in source.split_inclusive('\n').take(self.line.saturating_sub(1) as usize) {
            start += line.len();
        }
        let line = source[start..].split('\n').next().unwrap_or_default();
        let within = line.char_indices().nth(self.column.saturating_sub(1) as usize);
        start + within.map_or(line.len(), |(byte, _)| byte)
    }
}

/// From `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// The character behind the last one.
    pub end: Position,
}

impl Span {
    /// An empty span at `start`.
    pub fn at(start: Position) -> Self {
        Self { start, end: start }
    }

    /// The same place in bytes of `source`; always in bounds and on character boundaries.
    pub fn bytes(&self, source: &str) -> Range<usize> {
        let start = self.start.byte(source);
        start..self.end.byte(source).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_bytes_stay_in_bounds() {
        let source = "é: ü\nb";
        let span = |a, b, c, d| Span { start: Position::new(a, b), end: Position::new(c, d) };
        assert_eq!(span(1, 4, 1, 5).bytes(source), 4..6);
        assert_eq!(span(2, 1, 2, 2).bytes(source), 7..8);
        assert_eq!(span(9, 9, 1, 1).bytes(source), 8..8);
    }
}

//! How much a file may cost before it is refused.

use crate::diagnostics::{Diagnostic, Position, Span};

use super::{Node, Value};

/// Bytes of a file. Text is copied a few times on its way, and all copies have to fit into 64 MiB.
pub const FILE_BYTES: usize = 2 << 20;
/// Collections in each other.
pub const LEVELS: usize = 128;
/// Values in a file. A value costs about 100 bytes in memory.
const VALUES: usize = 50_000;
/// Values and bytes of text that aliases may add.
const ALIASED: Weight = Weight { values: 50_000, bytes: 8 << 20 };

/// Refuses one bracketed collection with very many elements. The parser keeps all tokens from its
/// opening on, because it could turn out to be a key, so it would cost memory before any value can
/// be counted. Quotes are not looked at: a text only counts if it has that many separators behind a
/// bracket it never closes.
pub fn refuse_crowded_brackets(text: &str) -> Result<(), Diagnostic> {
    const ELEMENTS: usize = 100_000;
    let (mut line, mut depth, mut elements) = (1, 0usize, 0usize);
    for byte in text.bytes() {
        match byte {
            b'\n' => line += 1,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let separates =
            matches!(byte, b'[' | b'{' | b',' | b':' | b'?' | b'!' | b'*' | b'&' | b'"');
        elements = if depth == 0 { 0 } else { elements + usize::from(separates) };
        if elements > ELEMENTS {
            let span = Span::at(Position::new(line, 1));
            let message =
                format!("a list or mapping in brackets has more than {ELEMENTS} elements");
            return Err(Diagnostic::error("too_large", span, &message)
                .hint("hand large data in as an input of the run".to_owned()));
        }
    }
    Ok(())
}

/// The cost of a value with everything in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weight {
    values: usize,
    bytes: usize,
}

impl Weight {
    /// Weighs a value and measures how many collections lie in each other in it.
    pub fn and_levels(node: &Node) -> (Self, usize) {
        let own = |bytes| (Weight { values: 1, bytes }, 0);
        let parts: Vec<_> = match &node.value {
            Value::Null | Value::Bool(_) => return own(0),
            Value::Number(text) | Value::Text(text) => return own(text.len()),
            Value::List(items) => items.iter().map(Self::and_levels).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| {
                    let (weight, levels) = Self::and_levels(&entry.value);
                    (Weight { bytes: weight.bytes + entry.key.len(), ..weight }, levels)
                })
                .collect(),
        };
        let mut weight = Weight { values: 1, bytes: 0 };
        for (part, _) in &parts {
            weight.values += part.values;
            weight.bytes += part.bytes;
        }
        (weight, 1 + parts.iter().map(|(_, levels)| *levels).max().unwrap_or(0))
    }
}

/// What one file has spent so far.
#[derive(Debug, Default)]
pub struct Budget {
    values: usize,
    aliased: Weight,
}

impl Budget {
    /// One more value was written in the file.
    pub fn value(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.values += 1;
        if self.values <= VALUES {
            return Ok(());
        }
        let message = format!("the file holds more than {VALUES} values");
        Err(Diagnostic::error("too_large", span, &message)
            .hint("hand large data in as an input of the run".to_owned()))
    }

    /// A value is about to be copied for an alias. Asked before the copy is made.
    pub fn copy(&mut self, weight: Weight, span: Span) -> Result<(), Diagnostic> {
        self.aliased.values += weight.values;
        self.aliased.bytes += weight.bytes;
        if self.aliased.values <= ALIASED.values && self.aliased.bytes <= ALIASED.bytes {
            return Ok(());
        }
        let message = format!(
            "aliases unfold into more than {} values or {} MiB",
            ALIASED.values,
            ALIASED.bytes >> 20
        );
        Err(Diagnostic::error("alias_bomb", span, &message))
    }

    /// Collections lie `levels` deep in each other at `span`.
    pub fn levels(&self, levels: usize, span: Span) -> Result<(), Diagnostic> {
        if levels <= LEVELS { Ok(()) } else { Err(too_deep(span)) }
    }
}

/// The refusal of a file with too many levels.
pub fn too_deep(span: Span) -> Diagnostic {
    let message = format!("lists and mappings lie more than {LEVELS} levels deep in each other");
    Diagnostic::error("too_deep", span, &message)
}

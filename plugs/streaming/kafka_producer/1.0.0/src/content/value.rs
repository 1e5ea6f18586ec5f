//! The texts of a JSON value, keys included, each decoded once and judged by itself.

use super::{Kinds, text};

/// What the texts of a value hold together.
pub fn kinds(json: &[u8]) -> Kinds {
    let mut found = Kinds::default();
    let mut decoded = Vec::new();
    let mut rest = json;
    while let Some(quote) = rest.iter().position(|byte| *byte == b'"') {
        let Raw { text: raw, has_escapes, after } = Raw::behind_quote(&rest[quote + 1..]);
        rest = after;
        if has_escapes {
            decoded.clear();
            decode(raw, &mut decoded);
            found.extend(text::kinds(&decoded));
        } else {
            found.extend(text::kinds(raw));
        }
    }
    found
}

/// A text as it was written, without its quotes.
struct Raw<'a> {
    text: &'a [u8],
    has_escapes: bool,
    after: &'a [u8],
}

impl<'a> Raw<'a> {
    /// `rest` begins behind the opening quote. A text that never ends goes to the end.
    fn behind_quote(rest: &'a [u8]) -> Self {
        let (mut at, mut has_escapes) = (0, false);
        while let Some(byte) = rest.get(at) {
            match byte {
                b'"' => return Self { text: &rest[..at], has_escapes, after: &rest[at + 1..] },
                b'\\' => (at, has_escapes) = (at + 2, true),
                _ => at += 1,
            }
        }
        Self { text: rest, has_escapes, after: &[] }
    }
}

/// Stands for a character outside ASCII: no rule looks for one, and none is part of a word.
const OUTSIDE_ASCII: u8 = 0x80;

fn decode(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(backslash) = rest.iter().position(|byte| *byte == b'\\') {
        out.extend_from_slice(&rest[..backslash]);
        rest = &rest[backslash + 1..];
        let Some((letter, after)) = rest.split_first() else { return };
        rest = after;
        out.push(match letter {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'f' => 0x0c,
            b'b' => 0x08,
            b'u' => {
                let unit = unit_of(after);
                rest = after.get(4..).unwrap_or_default();
                unit.and_then(|unit| u8::try_from(unit).ok())
                    .filter(u8::is_ascii)
                    .unwrap_or(OUTSIDE_ASCII)
            }
            other => *other,
        });
    }
    out.extend_from_slice(rest);
}

/// The four hex digits behind `\u`.
pub fn unit_of(digits: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

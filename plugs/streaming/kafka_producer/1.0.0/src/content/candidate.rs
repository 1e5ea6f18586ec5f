//! Places in raw JSON that may belong to a find: cheap enough to pass over everything that is sent.
//!
//! Each rule is pinned to two neighbouring bytes that are rare in JSON. Blocks of bytes are tested
//! without a branch, which the compiler turns into vector code; a block with such a pair is looked
//! through again, and what stands around the pair has to fit before the place is called a candidate.

use super::text::{ends_with, starts_with};
use super::value::unit_of;

const BLOCK: usize = 64;

/// Calls `found` with every place in `json` that may belong to a find, in rising order: a value
/// that holds none of them is clean. Escapes that could hide a find are candidates themselves.
pub fn candidates(json: &[u8], mut found: impl FnMut(usize)) {
    let mut start = 0;
    // One byte more than the block: its last byte has a neighbour too.
    while let Some(window) = json[start..].first_chunk::<{ BLOCK + 1 }>() {
        if has_pair(window) {
            in_block(json, start, start + BLOCK, &mut found);
        }
        start += BLOCK;
    }
    in_block(json, start, json.len().saturating_sub(1), &mut found);
}

fn in_block(json: &[u8], start: usize, end: usize, found: &mut impl FnMut(usize)) {
    for at in start..end {
        if is_pair(json[at], json[at + 1]) && fits(json, at) {
            found(at);
        }
    }
}

fn has_pair(window: &[u8; BLOCK + 1]) -> bool {
    let mut any = false;
    for at in 0..BLOCK {
        any |= is_pair(window[at], window[at + 1]);
    }
    any
}

/// Without branches: `&` and `|` on purpose.
#[inline(always)]
fn is_pair(first: u8, second: u8) -> bool {
    const LOWER: u8 = 0x20;
    let (low_first, low_second) = (first | LOWER, second | LOWER);
    (second == b'(')
        | ((first == b'-') & (low_second == b'r'))
        | (((low_first == b't') | (low_first == b'a')) & (second == b':'))
        | ((first == b'<') & (low_second == b's'))
        | ((first == b'\\') & (second == b'u'))
}

/// Whether what stands around the pair at `at` can belong to a find.
fn fits(json: &[u8], at: usize) -> bool {
    let (upto, behind) = (&json[..=at], &json[at + 2..]);
    match (json[at], json[at + 1]) {
        (_, b'(') => {
            let word = before_space(upto);
            ends_with(word, b"eval") || ends_with(word, b"exec")
        }
        (b'-', _) => starts_with(behind, b"f") && ends_with(before_space(&json[..at]), b"rm"),
        (b't' | b'T', _) => ends_with(upto, b"javascript"),
        (b'a' | b'A', _) => {
            let html = starts_with(behind, b"text/html") || starts_with(behind, b"text\\/html");
            html && ends_with(upto, b"data")
        }
        (b'<', _) => starts_with(&json[at + 1..], b"script"),
        // Every letter of a find is ASCII; digits that are cut off are no JSON.
        _ => unit_of(behind).is_some_and(|unit| unit < 0x80),
    }
}

/// `json` without the white space at its end, written as it is or as an escape.
fn before_space(json: &[u8]) -> &[u8] {
    let mut rest = json;
    loop {
        rest = match rest {
            [before @ .., b' ' | b'\t'..=b'\r'] => before,
            [before @ .., b'\\', b'n' | b't' | b'r' | b'f'] => before,
            _ => return rest,
        };
    }
}

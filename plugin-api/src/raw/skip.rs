//! Over a value without looking into it. Nothing is checked, and every step goes forward.

use super::word;

/// Behind the white space at `at`.
#[inline(always)]
pub(super) fn white_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// Behind the value that begins at `at`; `None` when none does or it does not end.
#[inline(always)]
pub(super) fn value(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string(bytes, at).map(|end| end.behind),
        b'{' | b'[' => nested(bytes, at),
        0..=b' ' | b',' | b':' | b'}' | b']' => None,
        _ => Some(scalar(bytes, at)),
    }
}

/// Where a string ends.
pub(super) struct StringEnd {
    /// The place behind its closing quote.
    pub(super) behind: usize,
    /// Whether a backslash occurs in it.
    pub(super) escaped: bool,
}

/// The end of the string whose opening quote stands at `at`.
#[inline(always)]
pub(super) fn string(bytes: &[u8], at: usize) -> Option<StringEnd> {
    let (mut at, mut escaped) = (at + 1, false);
    loop {
        at = word::find(bytes, at, |word| word::equal(word, b'"') | word::equal(word, b'\\'));
        if *bytes.get(at)? == b'"' {
            return Some(StringEnd { behind: at + 1, escaped });
        }
        (at, escaped) = (at + 2, true);
    }
}

/// Behind the array or object at `at`. Only the number of brackets counts: which closes which is
/// not looked at.
fn nested(bytes: &[u8], at: usize) -> Option<usize> {
    let (mut at, mut depth) = (at + 1, 1_usize);
    while depth > 0 {
        at = word::find(bytes, at, word::quote_or_bracket);
        match bytes.get(at)? {
            b'"' => {
                at = string(bytes, at)?.behind;
                continue;
            }
            b'{' | b'[' => depth += 1,
            _ => depth -= 1,
        }
        at += 1;
    }
    Some(at)
}

/// Behind a number or a word. Byte by byte: most are short, and a predicted loop is faster there
/// than a computed place.
#[inline(always)]
fn scalar(bytes: &[u8], mut at: usize) -> usize {
    while !matches!(bytes.get(at), None | Some(0..=b' ' | b',' | b']' | b'}')) {
        at += 1;
    }
    at
}

//! Eight bytes at a time: one test on a machine word in place of eight on bytes.
//!
//! A set of marks has bit 7 of a byte set where that byte is meant. Borrows run upwards, so only the
//! lowest mark is exact; what stands above it may be marked for no reason.

const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// Marks the bytes that are `byte`.
pub(super) fn equal(word: u64, byte: u8) -> u64 {
    let zero_where_equal = word ^ (ONES * u64::from(byte));
    zero_where_equal.wrapping_sub(ONES) & !zero_where_equal & HIGHS
}

/// Marks the ASCII bytes below `limit`, which is at most 128.
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGHS
}

/// Marks quotes, backslashes and control characters: all that is special inside a string.
pub(super) fn special(word: u64) -> u64 {
    // Bit 1 swaps the quote with the space, which puts it right behind the control characters.
    below(word ^ (ONES * 0x02), 0x21) | equal(word, b'\\')
}

/// Marks quotes and brackets.
pub(super) fn quote_or_bracket(word: u64) -> u64 {
    equal(word, b'"') | equal(lower(word), b'{') | equal(lower(word), b'}')
}

/// Every byte with bit 5 set: `[` becomes `{` and `]` becomes `}`.
fn lower(word: u64) -> u64 {
    word | (ONES * 0x20)
}

/// The first place from `at` that `marks` means; the length of `bytes` when there is none.
#[inline(always)]
pub(super) fn find(bytes: &[u8], mut at: usize, marks: impl Fn(u64) -> u64) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let marked = marks(u64::from_le_bytes(*eight));
        if marked != 0 {
            return at + lowest(marked);
        }
        at += 8;
    }
    find_in_tail(bytes, at, marks)
}

/// The same where fewer than eight bytes are left: the last eight, without those before `at`.
#[inline(always)]
fn find_in_tail(bytes: &[u8], mut at: usize, marks: impl Fn(u64) -> u64) -> usize {
    let end = bytes.len();
    if at >= end {
        return end;
    }
    if let Some(eight) = bytes.last_chunk() {
        let tail = u64::from_le_bytes(*eight) >> (8 * (8 - (end - at)));
        return end.min(at + lowest(marks(tail)));
    }
    while at < end && marks(u64::from(bytes[at])) & 0x80 == 0 {
        at += 1;
    }
    at
}

/// The number of the lowest marked byte; 8 when none is.
fn lowest(marked: u64) -> usize {
    marked.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    type Set = (fn(u64) -> u64, fn(u8) -> bool);

    const SETS: [Set; 3] = [
        (|word| equal(word, b'"'), |byte| byte == b'"'),
        (special, |byte| matches!(byte, b'"' | b'\\' | 0..0x20)),
        (quote_or_bracket, |byte| matches!(byte, b'"' | b'[' | b']' | b'{' | b'}')),
    ];

    #[test]
    fn every_byte_is_found_at_every_place_of_every_length() {
        for length in 0..20 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut bytes = vec![b'0'; length];
                    bytes[place] = byte;
                    for (marks, meant) in SETS {
                        let first = bytes.iter().position(|byte| meant(*byte));
                        assert_eq!(find(&bytes, 0, marks), first.unwrap_or(length), "{bytes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_search_from_behind_the_end_finds_the_end() {
        for from in 3..20 {
            assert_eq!(find(b"\"\"\"", from, |word| equal(word, b'"')), 3);
        }
    }
}

//! Numbers that look random and follow from where they stand.

/// The golden ratio as a 64-bit fraction: steps of it visit all numbers evenly.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes the bits of a number so that neighbours have nothing in common (the finisher of
/// SplitMix64). Different numbers stay different.
#[inline]
pub fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The number of one record.
#[inline]
pub fn of_record(seed: u64, id: u64) -> u64 {
    mixed(mixed(seed.wrapping_add(STEP)).wrapping_add(id.wrapping_mul(STEP)))
}

/// Fills `text` with letters from `a` to `p` that follow from `start`.
#[inline]
pub fn fill_with_letters(mut start: u64, text: &mut [u8]) {
    const LOW: u64 = 0x0f0f_0f0f_0f0f_0f0f;
    const LETTER: u64 = 0x6161_6161_6161_6161;
    let mut parts = text.chunks_exact_mut(16);
    let mut letters = || {
        start = start.wrapping_add(STEP);
        let number = mixed(start);
        let (low, high) = ((number & LOW) + LETTER, ((number >> 4) & LOW) + LETTER);
        (u128::from(low) | u128::from(high) << 64).to_le_bytes()
    };
    for part in &mut parts {
        part.copy_from_slice(&letters());
    }
    let last = parts.into_remainder();
    last.copy_from_slice(&letters()[..last.len()]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_splitmix64() {
        // The generator's first outputs for the seed 0 are the mixed multiples of its step.
        let first = [1, 2, 3].map(|n: u64| mixed(n.wrapping_mul(STEP)));
        assert_eq!(first, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
    }

    #[test]
    fn letters_follow_from_their_start_whatever_the_length() {
        let mut long = [0; 40];
        fill_with_letters(7, &mut long);
        assert!(long.iter().all(|letter| (b'a'..=b'p').contains(letter)));
        for len in 0..40 {
            let mut short = vec![0; len];
            fill_with_letters(7, &mut short);
            assert_eq!(short, &long[..len]);
        }
    }
}

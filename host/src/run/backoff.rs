//! How long to wait before a call is made again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use crate::pipeline::plan::document::{Backoff, Retries};

/// The whole wait after so many calls have failed, from 1.
pub fn longest(retries: &Retries, failed: u32) -> Duration {
    let factor = match retries.backoff {
        Backoff::Fixed => 1,
        Backoff::Linear => failed,
        Backoff::Exponential => 2u32.saturating_pow(failed.saturating_sub(1)),
    };
    retries.base.saturating_mul(factor).min(retries.max)
}

/// A wait between the half and the whole, so that many runs that failed together do not come back
/// together. `chance` is any number; all are equally likely to be wanted.
pub fn jittered(longest: Duration, chance: u32) -> Duration {
    let half = longest / 2;
    half + half.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

/// A number nobody can foresee.
pub fn chance() -> u32 {
    // Each state of the standard library's hash maps has keys of its own.
    (RandomState::new().build_hasher().finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_as_asked_up_to_their_limit() {
        let cases = [
            (Backoff::Fixed, [100, 100, 100, 100]),
            (Backoff::Linear, [100, 200, 300, 1000]),
            (Backoff::Exponential, [100, 200, 400, 1000]),
        ];
        for (backoff, expected) in cases {
            let (base, max) = (Duration::from_millis(100), Duration::from_secs(1));
            let retries = Retries { attempts: 9, backoff, base, max };
            let waits = [1, 2, 3, u32::MAX].map(|failed| longest(&retries, failed).as_millis());
            assert_eq!(waits, expected, "{backoff:?}");
        }
    }

    #[test]
    fn jitter_lies_between_the_half_and_the_whole() {
        let longest = Duration::from_secs(2);
        assert_eq!(jittered(longest, 0), Duration::from_secs(1));
        assert_eq!(jittered(longest, u32::MAX), longest);
        assert_eq!(jittered(Duration::MAX, 0), Duration::MAX / 2);
        let chances: std::collections::HashSet<u32> = (0..8).map(|_| chance()).collect();
        assert!(chances.len() > 1);
    }
}

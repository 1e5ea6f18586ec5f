//! Where the randomness of a test comes from: one number, which is printed and can be given.

use std::hash::{BuildHasher as _, RandomState};

/// Set to a number, it is the seed of every test.
const SEED: &str = "STREAM_SEED";

/// The seed of this run of a test. Printed, so that a failure can be repeated.
///
/// # Panics
/// When the variable that gives it holds no number.
pub fn seed() -> u64 {
    let seed = match std::env::var(SEED) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{SEED} is no number")),
        Err(_) => RandomState::new().hash_one("seed"),
    };
    eprintln!("seed: {SEED}={seed}");
    seed
}

/// Numbers that follow from a seed (SplitMix64).
pub struct Random(u64);

impl Random {
    /// The numbers of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }
}

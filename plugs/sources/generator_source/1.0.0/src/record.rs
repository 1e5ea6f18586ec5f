//! One record: `{"id":N,"seed":S,"pad":"…"}`, and its key, from the seed and the id alone.

use crate::config::Config;
use crate::random;
use plugin_api::RecordMeta;
use std::io::Write;

const ID: &str = r#"{"id":"#;
const END: &[u8] = b"\"}";

/// How records of one configuration are made. All have the same length.
pub struct Recipe {
    seed: u64,
    size: usize,
    keys: Option<u64>,
    /// What stands between the id and the padding.
    middle: String,
}

/// Bytes of a key: `k` and 16 hexadecimal digits.
const KEY: usize = 17;

impl Recipe {
    /// For a configuration that was checked.
    pub fn new(config: &Config) -> Self {
        let Config { seed, size, keys, .. } = *config;
        Self { seed, size: size as usize, keys, middle: middle(seed) }
    }

    /// Bytes of one record in the arena: the value and the key behind it.
    pub fn bytes(&self) -> usize {
        self.size + self.keys.map_or(0, |_| KEY)
    }

    /// Writes value and key of a record into its [`Recipe::bytes`].
    #[inline]
    pub fn write(&self, id: u64, into: &mut [u8]) {
        let number = random::of_record(self.seed, id);
        let (value, key) = into.split_at_mut(self.size);
        let mut decimal = Decimal::default();
        let start = [ID.as_bytes(), decimal.of(id), self.middle.as_bytes()];
        let mut at = 0;
        for part in start {
            value[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        let end = self.size - END.len();
        random::fill_with_letters(number, &mut value[at..end]);
        value[end..].copy_from_slice(END);
        if let Some(keys) = self.keys {
            write_key(random::mixed(number % keys), key);
        }
    }

    /// The descriptor of a record whose bytes begin at `start`.
    pub fn meta(&self, id: u64, start: usize, index: u64) -> RecordMeta {
        let unkeyed = RecordMeta {
            value_offset: narrow(start),
            value_len: narrow(self.size),
            offset: id.cast_signed(),
            origin: u32::try_from(index).unwrap_or(u32::MAX),
            ..RecordMeta::unkeyed()
        };
        match self.keys {
            None => unkeyed,
            Some(_) => {
                let (key_offset, key_len) = (narrow(start + self.size), narrow(KEY));
                RecordMeta { key_offset, key_len, flags: 0, ..unkeyed }
            }
        }
    }
}

/// Bytes of the shortest value in which every id fits.
pub fn smallest(seed: u64, count: Option<u64>) -> u32 {
    let mut decimal = Decimal::default();
    let id = decimal.of(count.map_or(u64::MAX, |count| count.saturating_sub(1))).len();
    narrow(ID.len() + id + middle(seed).len() + END.len())
}

fn middle(seed: u64) -> String {
    format!(r#","seed":{seed},"pad":""#)
}

fn write_key(number: u64, key: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = (0..16).rev().map(|place| DIGITS[(number >> (4 * place)) as usize & 15]);
    key.iter_mut().zip(std::iter::once(b'k').chain(digits)).for_each(|(to, from)| *to = from);
}

/// Room for the decimal digits of a number.
#[derive(Default)]
struct Decimal([u8; 20]);

impl Decimal {
    fn of(&mut self, number: u64) -> &[u8] {
        let mut room = &mut self.0[..];
        // Every 64-bit number has at most 20 digits.
        let _ = write!(room, "{number}");
        let left = room.len();
        &self.0[..20 - left]
    }
}

/// Lossless: an arena is smaller than 4 GiB.
fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

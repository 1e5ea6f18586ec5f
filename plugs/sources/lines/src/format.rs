//! What counts as a record, and how large one may be.

use plugin_api::schemars::JsonSchema;
use plugin_api::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which lines are records. A line ends at `\n`; one `\r` in front of it belongs to the ending. The
/// last line needs no ending.
#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON value a line. Empty lines are skipped; what stands in the others is not looked at.
    #[default]
    Ndjson,
    /// Every line is a record, an empty one too.
    Lines,
}

/// The shape of records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Which lines are records.
    pub format: Format,
    /// The longest record, in bytes without its line ending.
    pub max_record_bytes: u32,
}

impl Limits {
    /// The default of `max_record_bytes`: 16 MiB.
    pub const MAX_RECORD_BYTES: u32 = 16 << 20;
    /// The largest value of `max_record_bytes`: 1 GiB, because places in a batch are 32-bit numbers.
    pub const LARGEST: u32 = 1 << 30;

    /// Limits as they are configured.
    ///
    /// # Errors
    /// `max_record_bytes` is 0 or above [`Limits::LARGEST`].
    pub fn new(format: Format, max_record_bytes: u32) -> Result<Self> {
        if (1..=Self::LARGEST).contains(&max_record_bytes) {
            return Ok(Self { format, max_record_bytes });
        }
        Err(Error::config(format!(
            "`max_record_bytes`: expected 1 to {}, found {max_record_bytes}",
            Self::LARGEST
        )))
    }
}

/// 16 MiB, for `#[serde(default = "…")]` of a configuration.
#[must_use]
pub fn max_record_bytes() -> u32 {
    Limits::MAX_RECORD_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_may_have_1_byte_to_1_gib() {
        for accepted in [1, Limits::MAX_RECORD_BYTES, Limits::LARGEST] {
            assert_eq!(Limits::new(Format::Lines, accepted).unwrap().max_record_bytes, accepted);
        }
        for refused in [0, Limits::LARGEST + 1] {
            let message = Limits::new(Format::Lines, refused).unwrap_err().message;
            let expected = format!("`max_record_bytes`: expected 1 to 1073741824, found {refused}");
            assert_eq!(message, expected);
        }
    }
}

//! The configuration.

use crate::record::smallest;
use plugin_api::schemars::JsonSchema;
use plugin_api::{Error, Result};
use serde::{Deserialize, Serialize};

/// How many records, how fast, and what is in them.
#[derive(Deserialize, Serialize, JsonSchema, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many records all lanes make together; absent = there is no end.
    pub count: Option<u64>,
    /// Records a second, of all lanes together; absent = as fast as they are taken.
    #[schemars(range(min = 1))]
    pub rate: Option<u64>,
    /// Bytes of a value.
    #[schemars(range(max = 16_777_216))]
    pub size: u32,
    /// Another seed makes other records.
    pub seed: u64,
    /// How many different keys there are; absent = records have no key.
    #[schemars(range(min = 1))]
    pub keys: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self { count: None, rate: None, size: 200, seed: 1, keys: None }
    }
}

impl Config {
    /// The largest value, in bytes.
    const LARGEST: u32 = 16 << 20;

    /// What a schema cannot say.
    ///
    /// # Errors
    /// A number is out of its range.
    pub fn check(&self) -> Result<()> {
        let smallest = smallest(self.seed, self.count);
        if !(smallest..=Self::LARGEST).contains(&self.size) {
            return Err(Error::config(format!(
                "`size`: expected {smallest} to {} bytes, so that an id, the seed and their names \
                 fit, found {}",
                Self::LARGEST,
                self.size
            )));
        }
        for (name, number) in [("rate", self.rate), ("keys", self.keys)] {
            if number == Some(0) {
                return Err(Error::config(format!("`{name}`: expected 1 or more, found 0")));
            }
        }
        Ok(())
    }
}

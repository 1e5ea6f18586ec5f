//! The configuration of one call.

use plugin_api::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything has a default.
#[derive(Deserialize, Serialize, JsonSchema, Default, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many brokers the cluster has, 1 to 10; 1 where absent. The first call decides.
    pub brokers: Option<Brokers>,
}

/// A number of brokers that one process can carry.
#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(try_from = "i32")]
pub struct Brokers(i32);

/// Each broker is a listener of the same process.
const MOST_BROKERS: i32 = 10;

impl Brokers {
    /// The number.
    pub fn count(self) -> i32 {
        self.0
    }
}

impl Default for Brokers {
    fn default() -> Self {
        Self(1)
    }
}

impl TryFrom<i32> for Brokers {
    type Error = String;

    fn try_from(count: i32) -> Result<Self, Self::Error> {
        match count {
            1..=MOST_BROKERS => Ok(Self(count)),
            _ => Err(format!("1 to {MOST_BROKERS} brokers")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_has_one_to_ten_brokers() {
        let read = |text: &str| serde_json::from_str::<Config>(text).map(|config| config.brokers);
        assert_eq!(read("{}").unwrap(), None);
        assert_eq!(read(r#"{"brokers":1}"#).unwrap(), Some(Brokers(1)));
        assert_eq!(read(r#"{"brokers":10}"#).unwrap(), Some(Brokers(10)));
        for refused in ["0", "11", "-1", "1.5", "\"3\""] {
            assert!(read(&format!(r#"{{"brokers":{refused}}}"#)).is_err(), "{refused}");
        }
    }
}

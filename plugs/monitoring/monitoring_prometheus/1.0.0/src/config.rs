//! The configuration of one call.

use plugin_api::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything has a default.
#[derive(Deserialize, Serialize, JsonSchema, Default, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Upper bounds of a new histogram's buckets, rising. The bounds of one that exists stay.
    pub buckets: Buckets,
    /// The quantiles of summaries that an export gives, 0 to 1, rising.
    pub quantiles: Quantiles,
}

/// More bounds or quantiles than this are no better: each series has a cell for every one.
const MOST: usize = 100;

/// Upper bounds of buckets: 1 to 100, finite, rising.
#[derive(Deserialize, Serialize, JsonSchema, Clone, PartialEq, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(try_from = "Vec<f64>")]
pub struct Buckets(Vec<f64>);

impl Buckets {
    /// The bounds.
    pub fn bounds(&self) -> &[f64] {
        &self.0
    }
}

impl Default for Buckets {
    /// Fit for durations in seconds: 5 ms to 10 s.
    fn default() -> Self {
        Self(vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
    }
}

impl TryFrom<Vec<f64>> for Buckets {
    type Error = &'static str;

    fn try_from(bounds: Vec<f64>) -> Result<Self, Self::Error> {
        let rising = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        if bounds.len() > MOST {
            return Err("100 numbers at most");
        }
        if bounds.is_empty() || !rising {
            return Err("one number or more, each larger than the one before it");
        }
        Ok(Self(bounds))
    }
}

/// Quantiles: 1 to 100 of them, 0 to 1, rising.
#[derive(Deserialize, Serialize, JsonSchema, Clone, PartialEq, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(try_from = "Vec<f64>")]
pub struct Quantiles(Vec<f64>);

impl Quantiles {
    /// The quantiles.
    pub fn wanted(&self) -> &[f64] {
        &self.0
    }
}

impl Default for Quantiles {
    /// The median, and what only a tenth and a hundredth of the values exceed.
    fn default() -> Self {
        Self(vec![0.5, 0.9, 0.99])
    }
}

impl TryFrom<Vec<f64>> for Quantiles {
    type Error = &'static str;

    fn try_from(wanted: Vec<f64>) -> Result<Self, Self::Error> {
        let rising = wanted.windows(2).all(|pair| pair[0] < pair[1]);
        let within = wanted.iter().all(|q| (0.0..=1.0).contains(q));
        if wanted.len() > MOST {
            return Err("100 numbers at most");
        }
        if wanted.is_empty() || !rising || !within {
            return Err("one number or more from 0 to 1, each larger than the one before it");
        }
        Ok(Self(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_have_to_rise() {
        let read = |text: &str| serde_json::from_str::<Config>(text);
        assert_eq!(read(r#"{"buckets":[1,2.5]}"#).unwrap().buckets.bounds(), [1.0, 2.5]);
        assert_eq!(read("{}").unwrap().buckets, Buckets::default());
        let counted = |count: u32| Buckets::try_from((0..count).map(f64::from).collect::<Vec<_>>());
        assert!(counted(100).is_ok() && counted(101).is_err());
        for refused in ["[]", "[2,1]", "[1,1]", "[1,1e999]", "1"] {
            assert!(read(&format!(r#"{{"buckets":{refused}}}"#)).is_err(), "{refused}");
        }
    }
    #[test]
    fn quantiles_have_to_rise_from_0_to_1() {
        let read = |text: &str| serde_json::from_str::<Config>(text);
        assert_eq!(read(r#"{"quantiles":[0,0.5,1]}"#).unwrap().quantiles.wanted(), [0.0, 0.5, 1.0]);
        for refused in ["[]", "[0.9,0.5]", "[-0.1]", "[1.1]", "[0.5,0.5]"] {
            assert!(read(&format!(r#"{{"quantiles":{refused}}}"#)).is_err(), "{refused}");
        }
    }
}

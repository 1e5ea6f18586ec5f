//! One metric to record, and the number in it.

use crate::value;
use plugin_api::{Error, Json, Result, schemars::JsonSchema};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What kind of metric it is.
#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A total that only grows.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// Counts of values by size.
    Histogram,
    /// Quantiles of the last values.
    Summary,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
        })
    }
}

/// A metric whose names were checked.
#[derive(Debug)]
pub struct Metric {
    /// As it is exported; a counter's ends in `_total`.
    pub name: String,
    /// Which cell it needs.
    pub kind: Kind,
    /// The number as it was written.
    pub value: Option<Json>,
    /// Label names and values.
    pub labels: BTreeMap<String, String>,
    /// For people; may be empty.
    pub help: String,
}

/// Whole numbers up to here are exact for Prometheus, which reads 64-bit floats.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Metric {
    /// What to add to a counter: a whole number from 0 to 2^53, 1 where none was given.
    pub fn increment(&self) -> Result<u64> {
        if self.value.is_none() {
            return Ok(1);
        }
        let value = self.finite()?;
        if value.fract() != 0.0 || !(0.0..=EXACT).contains(&value) {
            return Err(Error::input(format!(
                "`metric_value`: the counter `{}` takes whole numbers from 0 to 2^53; record a \
                 gauge for a value that can be anything else",
                self.name
            )));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        Ok(value as u64)
    }

    /// The number to set.
    pub fn number(&self) -> Result<f64> {
        let written = self.value.as_ref().ok_or_else(|| {
            Error::input(format!("`metric_value` is missing: a {} needs one", self.kind))
        })?;
        value::read(written).ok_or_else(|| {
            Error::input(
                "`metric_value`: expected a number that a 64-bit float can hold, or \"NaN\", \
                 \"+Inf\" or \"-Inf\"",
            )
        })
    }

    /// The number to count: one that can be added up.
    pub fn finite(&self) -> Result<f64> {
        let number = self.number()?;
        if number.is_finite() {
            return Ok(number);
        }
        let kind = self.kind;
        Err(Error::input(format!("`metric_value`: a {kind} adds up finite numbers only")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(value: Option<&str>) -> Metric {
        let value = value.map(|text| Json::from_text(text.to_owned()).unwrap());
        let (labels, help) = (BTreeMap::new(), String::new());
        Metric { name: "hits_total".to_owned(), kind: Kind::Counter, value, labels, help }
    }

    #[test]
    fn a_counter_grows_by_whole_numbers() {
        assert_eq!(with(None).increment().unwrap(), 1);
        for (written, expected) in [("0", 0), ("3", 3), ("3.0", 3), ("1e3", 1000)] {
            assert_eq!(with(Some(written)).increment().unwrap(), expected, "{written}");
        }
        for written in ["-1", "0.5", "1e300", "\"1\"", "null", "true", "[1]"] {
            assert!(with(Some(written)).increment().is_err(), "{written}");
        }
    }

    #[test]
    fn only_what_is_not_added_up_may_be_infinite() {
        for (written, expected) in [("-1.5", -1.5), ("1e300", 1e300), ("\"+Inf\"", f64::INFINITY)] {
            assert_eq!(with(Some(written)).number().unwrap(), expected, "{written}");
        }
        for written in ["1e999", "\"nan\"", "{}"] {
            assert!(with(Some(written)).number().is_err(), "{written}");
        }
        let message = with(Some("\"NaN\"")).finite().unwrap_err().message;
        assert_eq!(message, "`metric_value`: a counter adds up finite numbers only");
        let message = with(None).number().unwrap_err().message;
        assert_eq!(message, "`metric_value` is missing: a counter needs one");
    }
}

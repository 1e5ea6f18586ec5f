//! How metrics and labels may be called.

use crate::metric::Kind;
use plugin_api::{Error, Result};

/// The longest name, in bytes. What is recorded stays until the process ends.
const LONGEST: usize = 256;

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`, 256 bytes at most.
pub fn check_metric(name: &str) -> Result<()> {
    if name.len() > LONGEST {
        return Err(Error::input(format!("`metric_name`: at most {LONGEST} bytes")));
    }
    if spelled(name, |byte| byte == b':') {
        return Ok(());
    }
    Err(Error::input(format!(
        "`metric_name`: {name:?} is no metric name; use letters, digits, `_` and `:`, and no digit \
         in front"
    )))
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`, but not `__…`, which Prometheus keeps for itself, and not the label
/// that a histogram's buckets or a summary's quantiles carry; 256 bytes at most.
pub fn check_label(name: &str, kind: Kind) -> Result<()> {
    if name.len() > LONGEST {
        return Err(Error::input(format!("`labels`: a name has at most {LONGEST} bytes")));
    }
    let problem = if !spelled(name, |_| false) {
        "use letters, digits and `_`, and no digit in front"
    } else if name.starts_with("__") {
        "names that start with `__` belong to Prometheus"
    } else if name == "le" && kind == Kind::Histogram {
        "`le` is the upper bound of a histogram's bucket"
    } else if name == "quantile" && kind == Kind::Summary {
        "`quantile` names a summary's quantiles"
    } else {
        return Ok(());
    };
    Err(Error::input(format!("`labels`: {name:?} cannot be a label name; {problem}")))
}

/// A counter's name as it is exported: with `_total` once.
pub fn counter(name: &str) -> String {
    let bare = name.strip_suffix("_total").unwrap_or(name);
    format!("{bare}_total")
}

fn spelled(name: &str, also: fn(u8) -> bool) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || also(byte);
    let first = name.bytes().next();
    first.is_some_and(|byte| !byte.is_ascii_digit()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metric_names_follow_prometheus() {
        for good in ["a", "_a", ":a", "http:requests_5m", "A9", &"a".repeat(256)] {
            assert!(check_metric(good).is_ok(), "{good}");
        }
        for bad in ["", "9a", "a-b", "a b", "a.b", "é", "a\n", &"a".repeat(257)] {
            assert!(check_metric(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn label_names_follow_prometheus() {
        for good in ["a", "_a", "A9", "le"] {
            assert!(check_label(good, Kind::Gauge).is_ok(), "{good}");
        }
        for bad in ["", "9a", "a:b", "a-b", "__name__", "é", "le", &"a".repeat(257)] {
            assert!(check_label(bad, Kind::Histogram).is_err(), "{bad:?}");
        }
        assert!(check_label("quantile", Kind::Histogram).is_ok());
        assert!(check_label("quantile", Kind::Summary).is_err());
    }

    #[test]
    fn total_is_never_doubled() {
        assert_eq!(counter("hits"), "hits_total");
        assert_eq!(counter("hits_total"), "hits_total");
    }
}

//! Lengths of time as they are written: `10`, `0.5`, `10s`, `500ms`.

use std::time::Duration;

use crate::yaml::{Node, Value};

const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// Seconds from 0, or a text with a unit; `None` for anything else.
pub fn duration(node: &Node) -> Option<Duration> {
    let seconds = match &node.value {
        Value::Number(digits) => digits.parse::<f64>().ok()?,
        Value::Text(text) => UNITS.into_iter().find_map(|(unit, seconds)| {
            let amount: f64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
            Some(amount * seconds)
        })?,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_seconds_and_a_text_needs_its_unit() {
        let cases = [
            ("2", Some(2_000)),
            ("0.25", Some(250)),
            ("500ms", Some(500)),
            ("10 s", Some(10_000)),
            ("1h", Some(3_600_000)),
            ("'10'", None),
            ("soon", None),
            ("-1s", None),
            ("NaNs", None),
            ("[]", None),
        ];
        for (yaml, expected) in cases {
            let node = crate::yaml::load(yaml.as_bytes()).root.unwrap();
            let found = duration(&node).map(|duration| duration.as_millis());
            assert_eq!(found, expected, "{yaml}");
        }
    }
}

//! Sentences that more than one part of the engine says.

use std::time::Duration;

/// Nothing was begun.
pub const INTERRUPTED: &str = "the run was interrupted";
/// A plugin was at work.
pub const INTERRUPTED_AT_WORK: &str =
    "the run was interrupted; what the plugin had begun may still take effect";

/// A length of time as people write it: `500 ms`, `10 s`, `1.5 s`.
pub fn time(length: Duration) -> String {
    match length.as_millis() {
        millis if millis < 1000 => format!("{millis} ms"),
        _ => format!("{} s", length.as_secs_f64()),
    }
}

/// The run took longer than it may.
pub fn over_time(limit: Duration) -> String {
    format!("the run took longer than its `timeout` of {}", time(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_like_this() {
        for (millis, expected) in [(500, "500 ms"), (10_000, "10 s"), (1_500, "1.5 s")] {
            assert_eq!(time(Duration::from_millis(millis)), expected);
        }
    }
}

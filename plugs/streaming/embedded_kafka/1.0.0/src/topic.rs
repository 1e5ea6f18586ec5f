//! Topic names. The cluster itself takes any name, so this check is the only guard.

use crate::input::Input;
use plugin_api::{Error, Result};

const LONGEST: usize = 249;

/// Kafka's rule: 1 to 249 of `[a-zA-Z0-9._-]`, but neither `.` nor `..`.
///
/// # Errors
/// When `name` breaks it.
pub fn check(name: &str) -> Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let long_enough = (1..=LONGEST).contains(&name.len());
    if long_enough && name.bytes().all(fits) && !matches!(name, "." | "..") {
        return Ok(());
    }
    Err(Error::input(format!(
        "`topic`: {name:?} is no topic name; use 1 to {LONGEST} letters, digits, `.`, `_` and `-`"
    )))
}

/// The topic that a call names.
///
/// # Errors
/// It names none, or one that cannot be.
pub fn named(input: &Input) -> Result<&str> {
    let name = input.topic.as_deref();
    let name = name.ok_or_else(|| Error::input("`topic` is missing: say which topic"))?;
    check(name).map(|()| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_kafka() {
        for good in ["a", "orders.dead", "A_b-9", "...", &"x".repeat(249)] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a b", "a/b", "é", "a\0", &"x".repeat(250)] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }
}

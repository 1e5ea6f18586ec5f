//! A server that is not installed: a visible skip, or a failure where servers are required.

use std::io::Write as _;

use crate::Result;

/// Set to `1` where a missing server must fail the tests.
pub const REQUIRE_SERVERS: &str = "PLUGPIPE_REQUIRE_SERVERS";

/// Something a test needs and a machine may lack.
pub enum Availability<T> {
    /// It is here.
    Present(T),
    /// It is not, for this reason.
    Absent(String),
}

impl<T> Availability<T> {
    /// What is present; what is absent skips the test, see [`skip`].
    ///
    /// # Errors
    /// The reason, where servers are required.
    pub fn or_skip(self) -> Result<Option<T>> {
        match self {
            Self::Present(present) => Ok(Some(present)),
            Self::Absent(reason) => skip(&reason),
        }
    }
}

/// Says on stderr that a test is skipped.
///
/// # Errors
/// The reason itself, where [`REQUIRE_SERVERS`] is `1`.
pub fn skip<T>(reason: &str) -> Result<Option<T>> {
    if std::env::var_os(REQUIRE_SERVERS).is_some_and(|value| value == "1") {
        return Err(format!("{reason}; {REQUIRE_SERVERS}=1 makes this a failure").into());
    }
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not `eprintln!`: the test harness swallows that of a test that passes.
    let _ = writeln!(std::io::stderr().lock(), "SKIPPED: {test}: {reason}");
    Ok(None)
}

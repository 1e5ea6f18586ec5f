//! The checks of this plugin as an operation of its own: `operation: validate`.

use crate::answer::Answer;
use crate::config::Config;
use crate::fault::Fault;
use crate::input::Input;

/// Judges the `data` of the call by its `context`.
///
/// # Errors
/// A context that is none.
pub fn answer(_input: &Input, _config: &Config) -> Result<Answer, Fault> {
    Err(Fault::producer("`context` is missing"))
}

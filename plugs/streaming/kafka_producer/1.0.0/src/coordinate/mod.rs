//! Leaves the result of a call in Redis, for those who wait for it.

use crate::answer::Answer;
use crate::config::Config;
use crate::input::Input;
use plugin_api::Host;
use std::time::Duration;

/// The way to Redis: one connection for each distinct backend, shared by all callers.
pub struct Coordination {}

impl Coordination {
    /// Connects to nothing yet.
    pub fn new(_host: &Host) -> Self {
        Self {}
    }

    /// Leaves the answer of a publish in Redis, when the configuration asks for it. Whatever
    /// happens to Redis changes nothing of the answer but its warnings, and takes 250 ms at most.
    pub async fn report(&self, _input: &Input, _config: &Config, _answer: &mut Answer) {}

    /// Ends the connections.
    pub fn close(&self, _grace: Duration) {}
}

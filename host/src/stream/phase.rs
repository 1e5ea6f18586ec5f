//! Where a stream stands, as all of its lanes see it.

use std::time::{Duration, Instant};

use tokio::sync::watch;

/// Where a stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Lanes open their stages.
    Opening,
    /// Records move.
    Running,
    /// Nothing is read any more; until then, what is in flight may become final.
    Draining(Instant),
}

impl Phase {
    /// When draining ends; `None` before it began.
    pub fn deadline(self) -> Option<Instant> {
        match self {
            Self::Draining(until) => Some(until),
            Self::Opening | Self::Running => None,
        }
    }

    /// Lets the stream drain for so long, unless it does already.
    pub fn drain(phase: &watch::Sender<Self>, wait: Duration) {
        let until = Instant::now() + wait;
        phase.send_if_modified(|phase| {
            let begins = phase.deadline().is_none();
            if begins {
                *phase = Self::Draining(until);
            }
            begins
        });
    }
}

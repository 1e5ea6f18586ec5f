//! What this plugin counts of its own work, and who hears of it.
//!
//! Every publish is counted in cells of the host, which cost a few atomic writes; whoever exports the
//! host's metrics sees them, the plug monitoring_prometheus among others. That plug itself is called
//! for one thing only, the gauge of health, once a second at most.

mod cells;
mod figures;
mod herald;
mod window;

use crate::answer::Answer;
use crate::config::Config;
use cells::Cells;
use figures::Figures;
use herald::Herald;
use plugin_api::{Ctx, Host};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The figures of all calls of this instance. They are never reset.
pub struct Monitor {
    figures: Mutex<Figures>,
    cells: Cells,
    herald: Herald,
}

impl Monitor {
    /// Nothing counted yet.
    pub fn new(host: &Host) -> Self {
        let figures = Mutex::default();
        Self { figures, cells: Cells::of(host), herald: Herald::default() }
    }

    /// Counts a publish, and tells the plug monitoring_prometheus where it is installed and
    /// `monitoring.enabled` is not off. That plug changes nothing of the answer, and delays it by a
    /// quarter of a second at most, once it is loaded.
    pub async fn observe(&self, ctx: &Ctx, config: &Config, answer: &Answer) {
        self.count(answer);
        if config.monitoring.enabled {
            self.herald.tell(ctx).await;
        }
    }

    /// Counts a call and tells nobody: one whose configuration or input cannot be read, too.
    pub fn count(&self, answer: &Answer) {
        let averages = self.figures().count(&answer.tally, answer.latency_ms, Instant::now());
        self.cells.count(&answer.tally, answer.latency_ms, &averages);
    }

    /// The answer of `operation: metrics`.
    pub fn answer(&self) -> Answer {
        Answer::done(self.figures().document())
    }

    fn figures(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

//! The end of a plugin that is not published any more.

use super::Registry;
use super::live::Live;
use super::slot::Key;
use crate::catalog::Installed;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How long running calls may take to end, and then the plugin to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How often a retired plugin is looked at.
const LOOK: Duration = Duration::from_millis(20);

impl Registry {
    /// Lets no new call reach the plugin, and shuts it down once the running ones have ended.
    pub(super) fn retire(&self, plug: &Installed) {
        let slot = self.slots().remove(&Key::of(plug));
        let Some(live) = slot.and_then(|slot| slot.live()) else { return };
        live.retire();
        let name = format!("pp-retire-{}", live.plug().name);
        let ended = thread::Builder::new().name(name).spawn(move || end(&live));
        if let Err(error) = ended {
            tracing::warn!("a plugin that was replaced is not shut down: no thread: {error}");
        }
    }
}

/// Waits until nobody else holds the plugin: for stages without a limit, for calls within [`GRACE`].
fn end(live: &Arc<Live>) {
    let begun = Instant::now();
    while Arc::strong_count(live) > 1 && (live.has_stages() || begun.elapsed() < GRACE) {
        thread::sleep(LOOK);
    }
    live.shutdown(GRACE);
    let label = super::label(live.plug());
    tracing::info!(plugin = label, "shut down; its library stays mapped");
}

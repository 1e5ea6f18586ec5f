//! The end of a plugin that is not published any more.

use super::Registry;
use super::live::Live;
use super::slot::Key;
use crate::catalog::Installed;
use std::sync::{Arc, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// How long running calls may take to end, and then the plugin to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How often a retired plugin is looked at.
const LOOK: Duration = Duration::from_millis(20);

impl Registry {
    /// Takes the slot of a plug away. Its plugin, once loaded, is shut down when nobody uses it.
    pub(super) fn retire(&self, plug: &Installed) {
        let slot = self.slots().remove(&Key::of(plug));
        if let Some(live) = slot.and_then(|slot| slot.retire()) {
            live.retire();
        }
    }

    /// Plugins that are retired and that somebody still holds.
    pub(super) fn retiring(&self) -> Vec<Arc<Live>> {
        let mut retiring = self.shared.retiring.lock().unwrap_or_else(PoisonError::into_inner);
        retiring.retain(|live| live.strong_count() > 0);
        retiring.iter().filter_map(Weak::upgrade).collect()
    }

    fn note_retiring(&self, live: &Arc<Live>) {
        let mut retiring = self.shared.retiring.lock().unwrap_or_else(PoisonError::into_inner);
        retiring.push(Arc::downgrade(live));
    }
}

impl Live {
    /// Lets no new call reach the plugin, and shuts it down once the running ones have ended.
    pub(super) fn retire(self: &Arc<Self>) {
        if self.mark_retired() {
            return;
        }
        self.registry().note_retiring(self);
        let (live, name) = (Arc::clone(self), format!("pp-retire-{}", self.plug().name));
        let ended = thread::Builder::new().name(name).spawn(move || end(&live));
        if let Err(error) = ended {
            tracing::warn!("a plugin that was replaced is not shut down: no thread: {error}");
        }
    }
}

/// Waits until nobody else holds the plugin: for stages without a limit, for calls within [`GRACE`].
fn end(live: &Arc<Live>) {
    let begun = Instant::now();
    let is_called = || Arc::strong_count(live) > 1;
    while live.has_stages() || (is_called() && begun.elapsed() < GRACE) {
        thread::sleep(LOOK);
    }
    live.shutdown(GRACE);
    let label = super::label(live.plug());
    tracing::info!(plugin = label, "shut down; its library stays mapped");
}

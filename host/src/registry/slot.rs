//! The place of one loaded plugin: loaded once, by a thread of its own, and waited for with a limit.

use super::live::Live;
use super::not_loaded;
use crate::catalog::{Installed, Stamp};
use plugin_api::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;
use tokio::sync::watch;

/// What a slot belongs to: a folder, and the files in it as they were when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(PathBuf, Stamp);

impl Key {
    /// The key of a plug. Files that change make it another one.
    pub(super) fn of(plug: &Installed) -> Self {
        Self(plug.path.clone(), plug.stamp)
    }
}

/// A plugin, or why it cannot be used.
pub(super) type Loaded = Result<Arc<Live>, Error>;

/// A plugin whose start-up code takes longer than this is not waited for any more.
const PATIENCE: Duration = Duration::from_secs(15);

/// A plugin that is loaded, is being loaded, or cannot be.
#[derive(Default)]
pub(super) struct Slot {
    begun: AtomicBool,
    /// What came of it so far. A plugin that arrives late takes the place of the error.
    settled: watch::Sender<Option<Loaded>>,
    retired: AtomicBool,
}

impl Slot {
    /// The plugin. The first caller has it loaded by a thread of its own; everybody waits for that
    /// thread, but not longer than [`PATIENCE`]: start-up code that hangs costs threads and an error.
    pub(super) async fn get(
        self: Arc<Self>,
        label: &str,
        load: impl FnOnce() -> Loaded + Send + 'static,
    ) -> Loaded {
        let mut settled = self.settled.subscribe();
        if !self.begun.swap(true, Ordering::AcqRel) {
            Arc::clone(&self).begin(label.to_owned(), load);
        }
        let lost = || Err(not_loaded(format!("plugin `{label}`: its slot was lost")));
        let loaded = settled.wait_for(Option::is_some).await;
        loaded.ok().and_then(|loaded| loaded.clone()).unwrap_or_else(lost)
    }

    /// The plugin, if it is loaded.
    pub(super) fn live(&self) -> Option<Arc<Live>> {
        self.settled.borrow().clone()?.ok()
    }

    /// Whether loading has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.settled.borrow().as_ref().is_some_and(Result::is_err)
    }

    /// Takes the slot out of use: the plugin, if it is loaded. One that is loaded later is shut down
    /// as it comes.
    pub(super) fn retire(&self) -> Option<Arc<Live>> {
        self.retired.store(true, Ordering::SeqCst);
        self.live()
    }

    /// A thread that loads, and one that waits for it.
    fn begin(self: Arc<Self>, label: String, load: impl FnOnce() -> Loaded + Send + 'static) {
        let (slot, name) = (Arc::clone(&self), format!("pp-wait-{label}"));
        let waiting = thread::Builder::new().name(name).spawn(move || {
            let (loading, loaded) = mpsc::channel();
            let thread = thread::Builder::new().name(format!("pp-load-{label}"));
            let late = Arc::clone(&slot);
            let thread = thread.spawn(move || {
                if let Err(unheard) = loading.send(load()) {
                    late.settle(unheard.0);
                }
            });
            slot.settle(match (thread, loaded.recv_timeout(PATIENCE)) {
                (Err(error), _) => Err(not_loaded(format!("no thread to load it: {error}"))),
                (_, Ok(loaded)) => loaded,
                (_, Err(RecvTimeoutError::Timeout)) => Err(too_slow(&label)),
                (_, Err(RecvTimeoutError::Disconnected)) => {
                    Err(not_loaded(format!("the thread that loaded `{label}` was lost")))
                }
            });
        });
        if let Err(error) = waiting {
            self.settle(Err(not_loaded(format!("no thread to load it: {error}"))));
        }
    }

    fn settle(&self, loaded: Loaded) {
        let live = loaded.as_ref().ok().cloned();
        self.settled.send_replace(Some(loaded));
        if let Some(live) = live.filter(|_| self.retired.load(Ordering::SeqCst)) {
            live.retire();
        }
    }
}

fn too_slow(label: &str) -> Error {
    let seconds = PATIENCE.as_secs();
    not_loaded(format!(
        "plugin `{label}` did not finish being created within {seconds} s; the host goes on without it"
    ))
}

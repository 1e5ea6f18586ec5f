//! The place of one loaded plugin: loaded once, by a thread of its own, and waited for with a limit.

use super::live::Live;
use super::not_loaded;
use crate::catalog::{Installed, Stamp};
use plugin_api::Error;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

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
    state: Mutex<State>,
    settled: Condvar,
}

#[derive(Default)]
enum State {
    #[default]
    Empty,
    Loading(Instant),
    Settled(Loaded),
}

impl Slot {
    /// The plugin. The first caller starts a thread that loads it; everybody waits for that thread, so
    /// that start-up code which hangs costs one thread and an error.
    pub(super) fn get(
        self: &Arc<Self>,
        label: &str,
        load: impl FnOnce() -> Loaded + Send + 'static,
    ) -> Loaded {
        let mut state = self.lock();
        if let State::Empty = *state {
            *state = State::Loading(Instant::now());
            let slot = Arc::clone(self);
            let thread = thread::Builder::new().name(format!("pp-load-{label}"));
            let started = thread.spawn(move || slot.settle(load()));
            if let Err(error) = started {
                *state = State::Settled(Err(not_loaded(format!("no thread to load it: {error}"))));
            }
        }
        self.wait(state, label)
    }

    /// The plugin, if it is loaded.
    pub(super) fn live(&self) -> Option<Arc<Live>> {
        match &*self.lock() {
            State::Settled(loaded) => loaded.clone().ok(),
            State::Empty | State::Loading(_) => None,
        }
    }

    /// Whether loading has failed.
    pub(super) fn has_failed(&self) -> bool {
        matches!(&*self.lock(), State::Settled(Err(_)))
    }

    fn settle(&self, loaded: Loaded) {
        *self.lock() = State::Settled(loaded);
        self.settled.notify_all();
    }

    fn wait(&self, mut state: MutexGuard<'_, State>, label: &str) -> Loaded {
        loop {
            let since = match &*state {
                State::Settled(loaded) => return loaded.clone(),
                State::Loading(since) => *since,
                State::Empty => Instant::now(),
            };
            let left = PATIENCE.saturating_sub(since.elapsed());
            if left.is_zero() {
                let seconds = PATIENCE.as_secs();
                return Err(not_loaded(format!(
                    "plugin `{label}` did not finish being created within {seconds} s; the host goes \
                     on without it"
                )));
            }
            let waited = self.settled.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What is loaded: one instance for each plug and version, opened when somebody needs it.
//!
//! The registry works on a snapshot of what is installed. Publishing another snapshot is atomic: a call
//! belongs to the one that was current when it began, and what is not in the new one any more is shut
//! down when nobody uses it. A plugin that panics again and again is taken out the same way.

mod answer;
mod bar;
mod borrowed;
mod calls;
mod changes;
mod describe;
mod direct;
mod figures;
mod live;
mod opens;
mod overdue;
mod overview;
mod panics;
mod publish;
mod retire;
mod slot;

pub use changes::{Change, Changes, Refused};
pub use direct::{Answered, CallError};
pub use live::{InUse, Live, Request};
pub use opens::Opens;
pub use overview::PluginState;

use crate::catalog::{Catalog, Installed, Missing, PluginRef};
use crate::metrics::Metrics;
use crate::services::Services;
use bar::Bar;
use borrowed::Borrowed;
use calls::Calls;
use plugin_abi::{HostSvc, PluginBox};
use plugin_api::{Error, ErrorClass, ErrorCode};
use semver::VersionReq;
use slot::{Key, Loaded, Slot};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::Duration;

/// The loaded plugins of one host. Cheap to clone; all clones are one registry.
#[derive(Clone)]
pub struct Registry {
    shared: Arc<Shared>,
}

struct Shared {
    loader: Arc<dyn Opens>,
    catalog: RwLock<Arc<Catalog>>,
    slots: Mutex<HashMap<Key, Arc<Slot>>>,
    /// What must not be published, and why.
    barred: Mutex<HashMap<Key, Bar>>,
    /// Held while the snapshot is swapped.
    swapping: Mutex<()>,
    /// What is not published any more and not shut down yet.
    retiring: Mutex<Vec<Weak<Live>>>,
    publishing: tokio::sync::Mutex<()>,
    metrics: Metrics,
    calls: Arc<Calls>,
    /// Bytes of all libraries that were ever mapped.
    mapped: AtomicU64,
}

impl Registry {
    /// An empty registry over what is installed, which `loader` opens.
    #[must_use]
    pub fn new(catalog: Catalog, loader: impl Opens) -> Self {
        let shared = Shared {
            loader: Arc::new(loader),
            catalog: RwLock::new(Arc::new(catalog)),
            slots: Mutex::default(),
            barred: Mutex::default(),
            swapping: Mutex::default(),
            retiring: Mutex::default(),
            publishing: tokio::sync::Mutex::default(),
            metrics: Metrics::default(),
            calls: Arc::default(),
            mapped: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// What is installed: the snapshot that is published now.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.shared.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The metrics of the host and of all its plugins.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    fn calls(&self) -> &Arc<Calls> {
        &self.shared.calls
    }

    /// The live plugin of an installed plug; the first caller has it loaded by a thread of its own,
    /// others wait. When it was replaced since, what replaced it.
    ///
    /// # Errors
    /// Why it cannot be loaded. The answer stays the same until its files change.
    pub async fn open(&self, plug: &Arc<Installed>) -> Result<Arc<Live>, Error> {
        if let Some(live) = self.ready(plug) {
            return Ok(live);
        }
        let catalog = self.catalog();
        let current = catalog.same_version(plug).ok_or_else(|| self.gone(plug))?;
        let opened = self.open_as_it_is(current).await;
        // Another snapshot came meanwhile: nobody else would end what is not in it.
        if !self.catalog().holds(current) {
            self.retire(current);
        }
        opened
    }

    /// Opens a plug whether it is published or not.
    async fn open_as_it_is(&self, plug: &Arc<Installed>) -> Loaded {
        let slot = Arc::clone(self.slots().entry(Key::of(plug)).or_default());
        let (registry, wanted) = (self.clone(), Arc::clone(plug));
        slot.get(&label(plug), move || registry.load(&wanted)).await
    }

    /// The live plugin of a plug that is published as it is and loaded.
    fn ready(&self, plug: &Installed) -> Option<Arc<Live>> {
        let live = self.slots().get(&Key::of(plug))?.live()?;
        (!live.is_retired()).then_some(live)
    }

    /// Another plugin for a plugin that asks by name: `None` when no such plug is there at all.
    ///
    /// # Errors
    /// Why a plug that is there cannot be used.
    pub async fn borrow(&self, name: &str, requirement: &str) -> Result<Option<PluginBox>, Error> {
        let mut wanted: PluginRef = name.parse().map_err(Error::input)?;
        if !requirement.is_empty() {
            let read = VersionReq::parse(requirement);
            wanted.requirement = read.map_err(|error| Error::input(error.to_string()))?;
        }
        if self.catalog().find(&wanted).is_err_and(|found| found.missing == Missing::Plug) {
            return Ok(None);
        }
        let live = self.resolve(&wanted).await?;
        Ok(Some(Borrowed::lend(self.clone(), wanted, &live)))
    }

    /// The live plugin that answers to a reference now.
    async fn resolve(&self, wanted: &PluginRef) -> Loaded {
        let catalog = self.catalog();
        let plug = catalog.find(wanted).map_err(|missing| not_loaded(missing.message))?;
        self.open(plug).await
    }

    /// The last call of every plugin that was loaded, also of those that are being retired. Each gets
    /// the whole `grace`, side by side.
    pub async fn shutdown(&self, grace: Duration) {
        let mut live = self.retiring();
        live.extend(self.slots().values().filter_map(|slot| slot.live()));
        let calls = live
            .into_iter()
            .map(|plugin| tokio::task::spawn_blocking(move || plugin.shutdown(grace)));
        let all = async {
            for call in calls.collect::<Vec<_>>() {
                let _ = call.await;
            }
        };
        if tokio::time::timeout(grace + Duration::from_millis(500), all).await.is_err() {
            tracing::warn!("a plugin did not stop within {grace:?}; the host goes on without it");
        }
    }

    fn load(&self, plug: &Arc<Installed>) -> Loaded {
        let label = label(plug);
        let opened = self
            .shared
            .loader
            .open(plug)
            .map_err(|reason| not_loaded(format!("plugin `{label}` was refused: {reason}")))?;
        self.shared.mapped.fetch_add(opened.mapped, Ordering::Relaxed);
        let services = Services::new(self.clone(), label.clone());
        let created = (opened.root.create())(HostSvc::lend(services), "{}".to_owned().into());
        let plugin = created.into_result().map_err(|error| {
            not_loaded(format!("plugin `{label}` could not be created: {}", error.message()))
        })?;
        tracing::debug!(plugin = label, "loaded");
        Ok(Arc::new(Live::new(self.clone(), Arc::clone(plug), opened.description, plugin)))
    }

    /// Why a plug that a plan names is there no more.
    fn gone(&self, plug: &Installed) -> Error {
        let label = label(plug);
        match self.barred().get(&Key::of(plug)) {
            Some(bar) => not_loaded(format!("plugin `{label}` is not used: {}", bar.reason)),
            None => not_loaded(format!("plugin `{label}` was removed while it was needed")),
        }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Key, Arc<Slot>>> {
        self.shared.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn barred(&self) -> MutexGuard<'_, HashMap<Key, Bar>> {
        self.shared.barred.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a plugin is named in messages and in chains of calls.
fn label(plug: &Installed) -> String {
    format!("{}@{}", plug.name, plug.version)
}

fn not_loaded(message: String) -> Error {
    Error::new(ErrorClass::ConfigFatal, ErrorCode::NOT_LOADED, message)
}

#[cfg(test)]
mod tests;

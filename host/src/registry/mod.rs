//! What is loaded: one instance for each plug and version, opened when somebody needs it.

mod borrowed;
mod calls;
mod live;

pub use live::{Live, Request};

use crate::catalog::{Catalog, Installed, PluginRef};
use crate::loader;
use crate::metrics::Metrics;
use crate::services::Services;
use borrowed::Borrowed;
use calls::Calls;
use plugin_abi::{HostSvc, PluginBox};
use plugin_api::{Error, ErrorClass, ErrorCode};
use semver::VersionReq;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// The loaded plugins of one host. Cheap to clone; all clones are one registry.
#[derive(Clone)]
pub struct Registry {
    shared: Arc<Shared>,
}

/// A plugin, or why it cannot be used: decided once for each folder.
type Slot = Arc<OnceLock<Result<Arc<Live>, Error>>>;

struct Shared {
    catalog: Arc<Catalog>,
    slots: Mutex<HashMap<PathBuf, Slot>>,
    metrics: Metrics,
    calls: Arc<Calls>,
}

impl Registry {
    /// An empty registry over what is installed.
    #[must_use]
    pub fn new(catalog: Catalog) -> Self {
        let catalog = Arc::new(catalog);
        let (slots, metrics, calls) = (Mutex::default(), Metrics::default(), Arc::default());
        Self { shared: Arc::new(Shared { catalog, slots, metrics, calls }) }
    }

    /// What is installed.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.shared.catalog)
    }

    /// The metrics of the host and of all its plugins.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// The live plugin of an installed plug; the first caller loads it, others wait.
    ///
    /// # Errors
    /// Why it cannot be loaded. The answer stays the same for this registry.
    pub fn open(&self, plug: &Installed) -> Result<Arc<Live>, Error> {
        let mut slots = self.shared.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(slots.entry(plug.path.clone()).or_default());
        drop(slots);
        slot.get_or_init(|| self.load(plug)).clone()
    }

    /// As [`Registry::open`], on a thread of its own: start-up code that hangs costs that thread.
    ///
    /// # Errors
    /// As [`Registry::open`].
    pub async fn open_apart(&self, plug: &Installed) -> Result<Arc<Live>, Error> {
        let (registry, plug) = (self.clone(), plug.clone());
        let opened = tokio::task::spawn_blocking(move || registry.open(&plug)).await;
        opened.unwrap_or_else(|_| Err(not_loaded("the thread that loaded it was lost".to_owned())))
    }

    /// Another plugin for a plugin that asks by name: `None` when no such plug is there at all.
    ///
    /// # Errors
    /// Why a plug that is there cannot be used.
    pub fn borrow(&self, name: &str, requirement: &str) -> Result<Option<PluginBox>, Error> {
        let mut wanted: PluginRef = name.parse().map_err(Error::input)?;
        if !requirement.is_empty() {
            let read = VersionReq::parse(requirement);
            wanted.requirement = read.map_err(|error| Error::input(error.to_string()))?;
        }
        match self.shared.catalog.find(&wanted) {
            Ok(plug) => Ok(Some(Borrowed::lend(self.open(plug)?))),
            Err(missing) if missing.absent => Ok(None),
            Err(missing) => Err(not_loaded(missing.message)),
        }
    }

    /// The last call of every plugin that was loaded. Each gets the whole `grace`, side by side.
    pub async fn shutdown(&self, grace: Duration) {
        let live: Vec<Arc<Live>> = {
            let slots = self.shared.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let opened = slots.values().filter_map(|slot| slot.get()?.as_ref().ok());
            opened.cloned().collect()
        };
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

    fn load(&self, plug: &Installed) -> Result<Arc<Live>, Error> {
        let label = format!("{}@{}", plug.name, plug.version);
        let opened = loader::open(plug)
            .map_err(|reason| not_loaded(format!("plugin `{label}` was refused: {reason}")))?;
        let services = Services::new(self.clone(), label.clone());
        let created = (opened.root.create())(HostSvc::lend(services), "{}".to_owned().into());
        let plugin = created.into_result().map_err(|error| {
            not_loaded(format!("plugin `{label}` could not be created: {}", error.message()))
        })?;
        tracing::debug!(plugin = label, "loaded");
        let calls = Arc::clone(&self.shared.calls);
        Ok(Arc::new(Live::new(label, opened.description, plugin, calls)))
    }
}

fn not_loaded(message: String) -> Error {
    Error::new(ErrorClass::ConfigFatal, ErrorCode::NOT_LOADED, message)
}

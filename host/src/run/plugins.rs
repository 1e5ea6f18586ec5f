//! What the engine asks of the registry.

use std::future::Future;
use std::sync::Arc;

use plugin_api::{Error, Json};

use crate::catalog::Installed;
use crate::registry::{Live, Registry, Request};

/// Gives out loaded plugins. Every plugin of a plan is asked for before the first step runs.
pub trait Plugins {
    /// A loaded plugin.
    type Live: LivePlugin + Send + Sync;

    /// Loads a plugin, or finds it loaded.
    fn open(
        &self,
        installed: &Arc<Installed>,
    ) -> impl Future<Output = Result<Self::Live, Error>> + Send;
}

/// A loaded plugin. Dropping the future of a call cancels the call.
pub trait LivePlugin {
    /// Keys of a result that mean the same as `status`.
    fn status_keys(&self) -> &[String];

    /// The schema of its configuration, if it says one.
    fn config_schema(&self) -> Option<&serde_json::Value> {
        None
    }

    /// The schema of its input, if it says one.
    fn input_schema(&self) -> Option<&serde_json::Value> {
        None
    }

    /// One call. The request is complete: the plugin sees nothing else.
    fn process(&self, request: Request) -> impl Future<Output = Result<Json, Error>> + Send;
}

impl Plugins for Registry {
    type Live = Arc<Live>;

    async fn open(&self, installed: &Arc<Installed>) -> Result<Arc<Live>, Error> {
        Registry::open(self, installed).await
    }
}

impl LivePlugin for Arc<Live> {
    fn status_keys(&self) -> &[String] {
        Live::status_keys(self)
    }

    fn config_schema(&self) -> Option<&serde_json::Value> {
        self.description().config.get("process").map(|schema| schema.as_value())
    }

    fn input_schema(&self) -> Option<&serde_json::Value> {
        Some(self.description().input.as_value())
    }

    async fn process(&self, request: Request) -> Result<Json, Error> {
        Live::process(self, request).await
    }
}

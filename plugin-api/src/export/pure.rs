//! A plugin that is a source, a transform or a sink and nothing else, created.

use super::stages::Stages;
use crate::describe::{Description, schema_of};
use crate::error::Error;
use crate::host::Host;
use crate::json::Json;
use crate::typed::read;
use plugin_abi::{Call, Doc, HostSvc, PErr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A created plugin without a `process` of its own. For `export!`.
#[doc(hidden)]
pub struct Pure<P> {
    stages: Stages<P>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "crate::schemars")]
struct Input {
    /// `health_check`.
    operation: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(crate = "crate::schemars")]
struct Output {
    /// The plugin answers.
    healthy: bool,
}

impl<P: Default> Pure<P> {
    /// Connects the logs and makes the plugin.
    pub fn create(services: HostSvc, _settings: &Doc) -> Result<Self, PErr> {
        crate::log::forward(services);
        let (plugin, host) = (Arc::new(P::default()), Host::new(services));
        Ok(Self { stages: Stages { plugin, host } })
    }

    /// Adds what such a plugin takes and gives.
    #[must_use]
    pub fn describe(mut described: Description) -> Description {
        (described.input, described.output) = (schema_of::<Input>(), schema_of::<Output>());
        described
    }

    /// Answers `health_check`.
    pub async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        let Input { operation } = read(&call.ctx, Error::input)?;
        if operation != "health_check" {
            return Err(Error::unknown_operation(&operation, &["health_check"]).into());
        }
        Ok(Doc::from(Json::from_value(&Output { healthy: true })?))
    }

    /// What opens the plugin's stages.
    pub fn stages(&self) -> &Stages<P> {
        &self.stages
    }

    /// Such a plugin holds nothing beside its stages, which have a last call of their own.
    pub fn shutdown(&self, _grace_ms: u64) {}
}

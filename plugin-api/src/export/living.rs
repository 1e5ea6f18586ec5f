//! A plugin with the role `process`, created.

use super::stages::Stages;
use super::with_role;
use crate::ctx::Ctx;
use crate::describe::{Description, schema_of};
use crate::error::Error;
use crate::host::Host;
use crate::json::Json;
use crate::plugin::Plugin;
use crate::typed::{Configs, read};
use plugin_abi::{Call, Doc, HostSvc, PErr};
use std::sync::Arc;
use std::time::Duration;

/// A created plugin with its configurations. For `export!`.
#[doc(hidden)]
pub struct Living<P: Plugin> {
    stages: Stages<P>,
    configs: Configs<P::Config>,
}

impl<P: Plugin> Living<P> {
    /// Connects the logs and makes the plugin.
    pub fn create(services: HostSvc, _settings: &Doc) -> Result<Self, PErr> {
        crate::log::forward(services);
        let host = Host::new(services);
        let plugin = Arc::new(P::create(host).map_err(PErr::from)?);
        Ok(Self { stages: Stages { plugin, host }, configs: Configs::new() })
    }

    /// Adds what the plugin's types say.
    #[must_use]
    pub fn describe(described: Description) -> Description {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let mut described = with_role::<P::Config>(described, "process");
        described.input = schema_of::<P::Input>();
        described.output = schema_of::<P::Output>();
        described.status_keys = owned(P::STATUS_KEYS);
        described.formats = owned(P::FORMATS);
        described
    }

    /// One document through the typed plugin.
    pub async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        let Stages { plugin, host } = &self.stages;
        let ctx = Ctx::new(*host, &call);
        let output = match self.read(&call) {
            Ok((input, config)) => plugin.process(&ctx, input, &config).await,
            Err(fault) => plugin.refuse(&ctx, fault),
        };
        Ok(Doc::from(output.and_then(|output| Json::from_value(&output))?))
    }

    fn read(&self, call: &Call) -> Result<(P::Input, Arc<P::Config>), Error> {
        let config = self.configs.get(&call.cfg)?;
        Ok((read(&call.ctx, Error::input)?, config))
    }

    /// What opens the plugin's stages.
    pub fn stages(&self) -> &Stages<P> {
        &self.stages
    }

    /// The plugin's last call.
    pub fn shutdown(&self, grace_ms: u64) {
        self.stages.plugin.shutdown(Duration::from_millis(grace_ms));
    }
}

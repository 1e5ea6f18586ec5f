//! A plugin with the role `process`, created.

use super::stages::Stages;
use super::{Roles, with_role, written};
use crate::ctx::Ctx;
use crate::describe::schema_of;
use crate::error::Error;
use crate::host::Host;
use crate::json::Json;
use crate::plugin::Plugin;
use crate::typed::{Configs, read};
use plugin_abi::{
    Call, Doc, Entry, HostSvc, Instance, Open, PErr, SinkBox, SourceBox, TransformBox,
};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// A created plugin with its configurations. For `export!`.
#[doc(hidden)]
pub struct Living<P: Plugin, R> {
    stages: Stages<P>,
    configs: Configs<P::Config>,
    roles: PhantomData<R>,
}

impl<P: Plugin, R> Living<P, R> {
    fn read(&self, call: &Call) -> Result<(P::Input, Arc<P::Config>), Error> {
        let config = self.configs.get(&call.cfg)?;
        Ok((read(&call.ctx, Error::input)?, config))
    }
}

impl<P: Plugin, R: Roles<P>> Entry for Living<P, R> {
    fn describe() -> Result<Doc, PErr> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let mut described = with_role::<P::Config>(R::about(), "process");
        described.input = schema_of::<P::Input>();
        described.output = schema_of::<P::Output>();
        described.status_keys = owned(P::STATUS_KEYS);
        described.formats = owned(P::FORMATS);
        written(&R::describe(described))
    }

    fn create(services: HostSvc, _settings: Doc) -> Result<Self, PErr> {
        crate::log::forward(services);
        let host = Host::new(services);
        let plugin = Arc::new(P::create(host).map_err(PErr::from)?);
        let stages = Stages { plugin, host };
        Ok(Self { stages, configs: Configs::new(), roles: PhantomData })
    }
}

impl<P: Plugin, R: Roles<P>> Instance for Living<P, R> {
    async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        let Stages { plugin, host } = &self.stages;
        let ctx = Ctx::new(*host, &call);
        let output = match self.read(&call) {
            Ok((input, config)) => plugin.process(&ctx, input, &config).await,
            Err(fault) => plugin.refuse(&ctx, fault),
        };
        Ok(Doc::from(output.and_then(|output| Json::from_value(&output))?))
    }

    async fn open_source(self: Arc<Self>, open: Open) -> Result<SourceBox, PErr> {
        R::open_source(self.stages.clone(), open).await
    }

    async fn open_transform(self: Arc<Self>, open: Open) -> Result<TransformBox, PErr> {
        R::open_transform(self.stages.clone(), open).await
    }

    async fn open_sink(self: Arc<Self>, open: Open) -> Result<SinkBox, PErr> {
        R::open_sink(self.stages.clone(), open).await
    }

    fn shutdown(&self, grace_ms: u64) {
        self.stages.plugin.shutdown(Duration::from_millis(grace_ms));
    }
}

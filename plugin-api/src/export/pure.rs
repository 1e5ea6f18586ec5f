//! A plugin that is a source, a transform or a sink and nothing else, created.

use super::stages::Stages;
use super::{Roles, written};
use crate::describe::schema_of;
use crate::error::Error;
use crate::host::Host;
use crate::json::Json;
use crate::typed::read;
use plugin_abi::{
    Call, Doc, Entry, HostSvc, Instance, Open, PErr, SinkBox, SourceBox, TransformBox,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::sync::Arc;

/// A created plugin without a `process` of its own. For `export!`.
#[doc(hidden)]
pub struct Pure<P, R> {
    stages: Stages<P>,
    roles: PhantomData<R>,
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

impl<P: Default + Send + Sync + 'static, R: Roles<P>> Entry for Pure<P, R> {
    fn describe() -> Result<Doc, PErr> {
        let mut described = R::about();
        (described.input, described.output) = (schema_of::<Input>(), schema_of::<Output>());
        written(&R::describe(described))
    }

    fn create(services: HostSvc, _settings: Doc) -> Result<Self, PErr> {
        crate::log::forward(services);
        let (plugin, host) = (Arc::new(P::default()), Host::new(services));
        Ok(Self { stages: Stages { plugin, host }, roles: PhantomData })
    }
}

/// Such a plugin holds nothing beside its stages, which have a last call of their own: its `shutdown`
/// does nothing.
impl<P: Send + Sync + 'static, R: Roles<P>> Instance for Pure<P, R> {
    async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        let Input { operation } = read(&call.ctx, Error::input)?;
        if operation != "health_check" {
            return Err(Error::unknown_operation(&operation, &["health_check"]).into());
        }
        Ok(Doc::from(Json::from_value(&Output { healthy: true })?))
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
}

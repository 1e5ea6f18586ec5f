//! Another plugin, as a plugin that calls it sees it.

use crate::batch::Batch;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::json::Json;
use plugin_abi::plugin::PluginObject_TO;
use plugin_abi::stage::TransformObject_TO;
use plugin_abi::{Call, Doc, Open, PluginBox, TransformBox};
use serde::Serialize;

/// Another plugin of the host, found by name.
pub struct Plug {
    plugin: PluginBox,
}

impl Plug {
    pub(crate) fn new(plugin: PluginBox) -> Self {
        Self { plugin }
    }

    /// Calls it on behalf of the call that `ctx` belongs to, with what is left of its deadline.
    ///
    /// # Errors
    /// The other plugin's error, that plugins call each other in a circle, or that an argument is
    /// not writable as JSON.
    pub async fn process(
        &self,
        ctx: &Ctx,
        input: &impl Serialize,
        config: &impl Serialize,
    ) -> Result<Json> {
        let (input, config) = (Json::from_value(input)?, Json::from_value(config)?);
        let caller = ctx.caller();
        let call = Call::new(caller.id, Doc::from(input), Doc::from(config), ctx.run_doc())
            .until(caller.deadline);
        let answer = PluginObject_TO::process(&self.plugin, call).await;
        Json::try_from(&answer.into_result().map_err(Error::from)?)
    }

    /// Opens its transform.
    ///
    /// # Errors
    /// That it has no role `transform`, or that the configuration does not fit.
    pub async fn open_transform(
        &self,
        ctx: &Ctx,
        config: &impl Serialize,
    ) -> Result<TransformStage> {
        let config = Doc::from(Json::from_value(config)?);
        let open = Open::single(ctx.caller().id, config, ctx.run_doc());
        let opened = PluginObject_TO::open_transform(&self.plugin, open).await;
        opened.into_result().map(TransformStage).map_err(Error::from)
    }
}

/// A transform of another plugin, open until it is dropped.
pub struct TransformStage(TransformBox);

impl TransformStage {
    /// Changes one batch; records it refused stand in the answer's `refused`.
    ///
    /// # Errors
    /// When the whole batch is refused.
    pub fn apply(&self, batch: Batch) -> Result<Batch> {
        TransformObject_TO::apply(&self.0, batch).into_result().map_err(Error::from)
    }
}

//! Another plugin, as a plugin that calls it sees it.

use crate::batch::Batch;
use crate::ctx::Caller;
use crate::error::{Error, Result};
use crate::json::Json;
use plugin_abi::plugin::PluginObject_TO;
use plugin_abi::stage::TransformObject_TO;
use plugin_abi::{Call, Doc, Open, PluginBox, TransformBox};
use serde::Serialize;

/// Another plugin of the host, found by name.
pub struct Plug {
    plugin: PluginBox,
    caller: Caller,
}

impl Plug {
    pub(crate) fn new(plugin: PluginBox, caller: Caller) -> Self {
        Self { plugin, caller }
    }

    /// Calls it, with what is left of the caller's own deadline.
    ///
    /// # Errors
    /// The other plugin's error, or that an argument is not writable as JSON.
    pub async fn process(&self, ctx: &impl Serialize, cfg: &impl Serialize) -> Result<Json> {
        let (ctx, cfg) = (Json::from_value(ctx)?, Json::from_value(cfg)?);
        let run = Doc::from("{}".to_owned());
        let mut call = Call::new(self.caller.id, Doc::from(ctx), Doc::from(cfg), run);
        call.deadline_ns = self.caller.remaining_ns();
        let answer = PluginObject_TO::process(&self.plugin, call).await;
        Json::try_from(&answer.into_result().map_err(Error::from)?)
    }

    /// Opens its transform.
    ///
    /// # Errors
    /// That it has no role `transform`, or that the configuration does not fit.
    pub async fn open_transform(&self, cfg: &impl Serialize) -> Result<TransformStage> {
        let cfg = Doc::from(Json::from_value(cfg)?);
        let open = Open::single(self.caller.id, cfg, Doc::from("{}".to_owned()));
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

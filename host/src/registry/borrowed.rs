//! A plugin as another plugin borrows it: the host stands in between and knows who calls whom.

use super::live::Live;
use plugin_abi::export::{Instance, plugin_box};
use plugin_abi::plugin::PluginObject_TO;
use plugin_abi::{Call, Doc, Open, PErr, PluginBox, TransformBox};
use std::sync::Arc;

/// A lent plugin. Stages that it opens belong to the borrower and are called directly.
pub(super) struct Borrowed {
    live: Arc<Live>,
}

impl Borrowed {
    /// Lends a live plugin.
    pub(super) fn lend(live: Arc<Live>) -> PluginBox {
        plugin_box(Arc::new(Self { live }))
    }
}

impl Instance for Borrowed {
    async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        self.live.process_for_plugin(call).await
    }

    async fn open_transform(self: Arc<Self>, open: Open) -> Result<TransformBox, PErr> {
        PluginObject_TO::open_transform(&self.live.plugin, open).await.into_result()
    }
}

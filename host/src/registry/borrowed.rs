//! A plugin as another plugin borrows it: the host stands in between and knows who calls whom.

use super::Registry;
use super::live::Live;
use crate::catalog::PluginRef;
use plugin_abi::export::{Instance, plugin_box};
use plugin_abi::plugin::PluginObject_TO;
use plugin_abi::{Call, Doc, Open, PErr, PluginBox, TransformBox};
use plugin_api::Error;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A lent plugin. When it is replaced, the borrower gets the new one with its next call. Stages that
/// it opens belong to the borrower and are called directly.
pub(super) struct Borrowed {
    registry: Registry,
    wanted: PluginRef,
    live: Mutex<Weak<Live>>,
}

impl Borrowed {
    /// Lends a live plugin that answers to `wanted`.
    pub(super) fn lend(registry: Registry, wanted: PluginRef, live: &Arc<Live>) -> PluginBox {
        let live = Mutex::new(Arc::downgrade(live));
        plugin_box(Arc::new(Self { registry, wanted, live }))
    }

    fn live(&self) -> Result<Arc<Live>, Error> {
        let known = || self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let borrowed = known().upgrade().filter(|live| !live.is_retired());
        match borrowed {
            Some(live) => Ok(live),
            None => {
                let live = self.registry.resolve(&self.wanted)?;
                *known() = Arc::downgrade(&live);
                Ok(live)
            }
        }
    }
}

impl Instance for Borrowed {
    async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        self.live()?.process_for_plugin(call).await
    }

    async fn open_transform(self: Arc<Self>, open: Open) -> Result<TransformBox, PErr> {
        PluginObject_TO::open_transform(&self.live()?.plugin, open).await.into_result()
    }
}

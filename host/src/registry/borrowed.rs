//! A plugin as another plugin borrows it: the host stands in between and knows who calls whom.

use super::Registry;
use super::live::{InUse, Live};
use crate::catalog::PluginRef;
use plugin_abi::export::{Instance, plugin_box};
use plugin_abi::lane::{TransformEntry, transform_box};
use plugin_abi::stage::TransformObject_TO;
use plugin_abi::{Batch, Call, Doc, Open, PErr, PluginBox, TransformBox};
use plugin_api::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// A lent plugin. When it is replaced, the borrower gets the new one with its next call; a stage that it
/// has opened stays with the one that opened it, which is not shut down meanwhile.
pub(super) struct Borrowed {
    registry: Registry,
    wanted: PluginRef,
    live: Mutex<Weak<Live>>,
}

/// A stage of a lent plugin, as its borrower holds it.
struct LentTransform {
    stage: TransformBox,
    _in_use: InUse,
}

impl Borrowed {
    /// Lends a live plugin that answers to `wanted`.
    pub(super) fn lend(registry: Registry, wanted: PluginRef, live: &Arc<Live>) -> PluginBox {
        let live = Mutex::new(Arc::downgrade(live));
        plugin_box(Arc::new(Self { registry, wanted, live }))
    }

    async fn live(&self) -> Result<Arc<Live>, Error> {
        let borrowed = self.known().upgrade().filter(|live| !live.is_retired());
        match borrowed {
            Some(live) => Ok(live),
            None => {
                let live = self.registry.resolve(&self.wanted).await?;
                *self.known() = Arc::downgrade(&live);
                Ok(live)
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Weak<Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Instance for Borrowed {
    async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        self.live().await?.process_for_plugin(call).await
    }

    async fn open_transform(self: Arc<Self>, open: Open) -> Result<TransformBox, PErr> {
        let live = self.live().await?;
        let in_use = live.in_use();
        let stage = live.open_transform_for_plugin(open).await?;
        Ok(transform_box(LentTransform { stage, _in_use: in_use }))
    }
}

impl TransformEntry for LentTransform {
    fn apply(&self, batch: Batch) -> Result<Batch, PErr> {
        TransformObject_TO::apply(&self.stage, batch).into_result()
    }
}

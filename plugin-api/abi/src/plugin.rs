//! A plugin as both sides of the boundary see it.

#![allow(missing_docs, non_local_definitions, reason = "the trait macro adds items of its own")]

use crate::Pending;
use crate::call::{Call, Open};
use crate::doc::Doc;
use crate::stage::{SinkBox, SourceBox, TransformBox};
use abi_stable::sabi_trait;
use abi_stable::std_types::RArc;

/// One loaded plugin. Created once for each loaded version and shared by all callers.
#[sabi_trait]
pub trait PluginObject: Send + Sync + 'static {
    /// One document in, one document out. Many calls at once, from any thread.
    fn process(&self, call: Call) -> Pending<Doc>;

    /// Opens a source for one lane.
    fn open_source(&self, open: Open) -> Pending<SourceBox>;

    /// Opens a transform for one lane.
    fn open_transform(&self, open: Open) -> Pending<TransformBox>;

    /// Opens a sink for one lane.
    fn open_sink(&self, open: Open) -> Pending<SinkBox>;

    /// The last call. Flush and stop within `grace_ms`; the library stays mapped.
    #[sabi(last_prefix_field)]
    fn shutdown(&self, grace_ms: u64);
}

/// A plugin that another library made.
pub type PluginBox = PluginObject_TO<RArc<()>>;

/// One more share of the same plugin.
#[must_use]
pub fn share(plugin: &PluginBox) -> PluginBox {
    PluginBox::from_sabi(plugin.obj.shallow_clone())
}

//! How a crate exports its plugin: a safe trait becomes the root module.

use crate::call::{Call, Open};
use crate::doc::Doc;
use crate::error::{ErrorClass, ErrorCode, PErr};
use crate::fence::{Contained, contain, pending};
use crate::host::HostSvc;
use crate::plugin::{PluginBox, PluginObject, PluginObject_TO};
use crate::root::{Root, RootRef};
use crate::stage::{SinkBox, SourceBox, TransformBox};
use crate::{Answer, Pending};
pub use abi_stable::library::LibHeader;
use abi_stable::library::{CheckTypeLayout, RootModuleResult};
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, RResult};
use std::future::Future;
use std::sync::Arc;

/// A library's way in. Panics in any of these are contained here.
pub trait Entry: Instance {
    /// What the plugin is, as JSON.
    ///
    /// # Errors
    /// When its types cannot be described.
    fn describe() -> Result<Doc, PErr>;

    /// Makes the one instance of this version.
    ///
    /// # Errors
    /// When the host's configuration does not fit or a resource is missing.
    fn create(host: HostSvc, settings: Doc) -> Result<Self, PErr>;
}

/// A living plugin. Panics in any of these are contained here.
pub trait Instance: Send + Sync + Sized + 'static {
    /// One document in, one document out.
    fn process(self: Arc<Self>, call: Call) -> impl Future<Output = Result<Doc, PErr>> + Send;

    /// Opens a source for one lane; a plugin without that role refuses.
    fn open_source(
        self: Arc<Self>,
        _open: Open,
    ) -> impl Future<Output = Result<SourceBox, PErr>> + Send {
        async { Err(no_role("source")) }
    }

    /// Opens a transform for one lane; a plugin without that role refuses.
    fn open_transform(
        self: Arc<Self>,
        _open: Open,
    ) -> impl Future<Output = Result<TransformBox, PErr>> + Send {
        async { Err(no_role("transform")) }
    }

    /// Opens a sink for one lane; a plugin without that role refuses.
    fn open_sink(
        self: Arc<Self>,
        _open: Open,
    ) -> impl Future<Output = Result<SinkBox, PErr>> + Send {
        async { Err(no_role("sink")) }
    }

    /// Flush and stop within `grace_ms`.
    fn shutdown(&self, _grace_ms: u64) {}
}

/// The refusal of a role that the plugin does not have.
#[must_use]
pub fn no_role(role: &str) -> PErr {
    let message = format!("this plugin has no role `{role}`");
    PErr::new(ErrorClass::CONFIG_FATAL, ErrorCode::NOT_SUPPORTED, message)
}

/// The static that the export macro writes into a plugin's library.
#[must_use]
pub const fn header<E: Entry>() -> LibHeader {
    // SAFETY: `root_of` erases a `RootRef`, which is the type named here.
    unsafe { LibHeader::from_constructor::<RootRef>(root_of::<E>, CheckTypeLayout::Yes) }
}

extern "C" fn root_of<E: Entry>() -> RootModuleResult {
    abi_stable::library::__call_root_module_loader(root::<E>)
}

fn root<E: Entry>() -> RootRef {
    Root { describe: describe::<E>, create: create::<E> }.leak_into_prefix()
}

extern "C" fn describe<E: Entry>() -> Answer<Doc> {
    RResult::from(contain("describe", E::describe))
}

extern "C" fn create<E: Entry>(host: HostSvc, settings: Doc) -> Answer<PluginBox> {
    let created = contain("create", || E::create(host, settings));
    RResult::from(created.map(|plugin| plugin_box(Arc::new(plugin))))
}

/// Hands a living plugin over to the other side.
#[must_use]
pub fn plugin_box<E: Instance>(plugin: Arc<E>) -> PluginBox {
    PluginObject_TO::from_ptr(RArc::new(Fence(Contained::new(plugin))), TD_Opaque)
}

/// An [`Instance`] behind the fence: every method contains panics.
struct Fence<E>(Contained<Arc<E>>);

impl<E: Instance> PluginObject for Fence<E> {
    fn process(&self, call: Call) -> Pending<Doc> {
        pending("process", &self.0, |entry| entry.process(call))
    }

    fn open_source(&self, open: Open) -> Pending<SourceBox> {
        pending("open_source", &self.0, |entry| entry.open_source(open))
    }

    fn open_transform(&self, open: Open) -> Pending<TransformBox> {
        pending("open_transform", &self.0, |entry| entry.open_transform(open))
    }

    fn open_sink(&self, open: Open) -> Pending<SinkBox> {
        pending("open_sink", &self.0, |entry| entry.open_sink(open))
    }

    fn shutdown(&self, grace_ms: u64) {
        let _ = contain("shutdown", || {
            self.0.shutdown(grace_ms);
            Ok(())
        });
    }
}

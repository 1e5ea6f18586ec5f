//! What a library exports: how to describe the plugin and how to make one.

#![allow(missing_docs, reason = "the prefix-type macro adds items of its own")]

use crate::Answer;
use crate::doc::Doc;
use crate::host::HostSvc;
use crate::plugin::PluginBox;
use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::sabi_types::VersionStrings;

/// The name of the exported static. A new major of the surface has a new name.
pub const ROOT_SYMBOL: &str = "plugpipe_plugin_root_1";

/// The root module of a library. New fields are appended after the last.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootRef, prefix_fields = RootPrefix)))]
pub struct Root {
    /// What the plugin is. Runs no code of the plugin beyond its types.
    pub describe: extern "C" fn() -> Answer<Doc>,
    /// Makes the one instance of this version. The document is host configuration.
    #[sabi(last_prefix_field)]
    pub create: extern "C" fn(HostSvc, Doc) -> Answer<PluginBox>,
}

impl RootModule for RootRef {
    abi_stable::declare_root_module_statics! {RootRef}
    const BASE_NAME: &'static str = "plugpipe_plugin";
    const NAME: &'static str = "plugpipe_plugin";
    const VERSION_STRINGS: VersionStrings = abi_stable::package_version_strings!();
}

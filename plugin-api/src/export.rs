//! The one export macro, and what it needs to turn typed plugins into ABI objects.

use crate::ctx::Ctx;
use crate::describe::{Description, schema_of};
use crate::error::Error;
use crate::host::Host;
use crate::json::Json;
use crate::plugin::Plugin;
use crate::transform::Transform;
use crate::typed::{Configs, read};
pub use plugin_abi;
use plugin_abi::export::{TransformEntry, transform_box};
use plugin_abi::{Batch, Call, Doc, HostSvc, Open, PErr, TransformBox};
use std::sync::Arc;
use std::time::Duration;

/// Exports one plugin from a `cdylib` crate.
///
/// The name is the plug's, the same as in `plug.yaml` and the folder; the version is the package's.
/// Every plugin has the role `process`; name `transform` too for one that implements
/// [`Transform`](crate::Transform), which every [`Serializer`](crate::Serializer) does.
///
/// ```text
/// plugin_api::export!("json_serializer", JsonSerializer as process transform);
/// ```
#[macro_export]
macro_rules! export {
    ($name:literal, $plugin:ty as process $($role:ident)*) => {
        const _: () = {
            use $crate::export::plugin_abi::{self, Call, Doc, Entry, HostSvc, Instance, PErr};
            use ::std::{result::Result, sync::Arc};

            const VERSION: &str = ::core::env!("CARGO_PKG_VERSION");
            const PANIC: &str = if cfg!(panic = "abort") { "abort" } else { "unwind" };
            const PARTS: [&str; 11] = plugin_abi::meta::parts($name, VERSION, PANIC);
            const LEN: usize = plugin_abi::meta::joined_len(&PARTS);

            #[used]
            #[unsafe(link_section = ".pp_meta")]
            static META: [u8; LEN] = plugin_abi::meta::joined(&PARTS);

            struct Exported(Arc<$crate::export::Living<$plugin>>);

            impl Instance for Exported {
                fn process(
                    self: Arc<Self>,
                    call: Call,
                ) -> impl ::core::future::Future<Output = Result<Doc, PErr>> + Send {
                    Arc::clone(&self.0).process(call)
                }

                fn shutdown(&self, grace_ms: u64) {
                    self.0.shutdown(grace_ms);
                }

                $($crate::__open_role!($role);)*
            }

            impl Entry for Exported {
                fn describe() -> Result<Doc, PErr> {
                    let roles = &["process" $(, ::core::stringify!($role))*];
                    let described =
                        $crate::export::describe::<$plugin>($name, VERSION, PANIC, roles);
                    $crate::export::written(&described)
                }

                fn create(host: HostSvc, settings: Doc) -> Result<Self, PErr> {
                    $crate::export::Living::create(host, &settings)
                        .map(|living| Self(Arc::new(living)))
                }
            }

            #[used]
            #[unsafe(export_name = "plugpipe_plugin_root_0")]
            pub static ROOT: $crate::export::LibHeader =
                plugin_abi::export::header::<Exported>();
        };
    };
    ($name:literal, $plugin:ty) => {
        ::core::compile_error!(
            "name the roles: export!(\"my_plug\", MyPlugin as process), or `as process transform`"
        );
    };
    ($($anything:tt)*) => {
        ::core::compile_error!(
            "expected export!(\"plug_name\", PluginType as process), with `transform` behind \
             `process` for a serializer or a transform"
        );
    };
}

/// The methods of one further role, for [`export!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __open_role {
    (transform) => {
        fn open_transform(
            self: Arc<Self>,
            open: plugin_abi::Open,
        ) -> impl ::core::future::Future<Output = Result<plugin_abi::TransformBox, PErr>> + Send {
            let living = Arc::clone(&self.0);
            async move { living.open_transform(&open) }
        }
    };
    ($other:ident) => {
        ::core::compile_error!(::core::concat!(
            "unknown role `",
            ::core::stringify!($other),
            "`: roles are `process` and `transform`"
        ));
    };
}

pub use plugin_abi::export::LibHeader;

/// A created plugin with its configurations. For [`export!`].
#[doc(hidden)]
pub struct Living<P: Plugin> {
    plugin: Arc<P>,
    host: Host,
    configs: Configs<P::Config>,
}

impl<P: Plugin> Living<P> {
    /// Connects the logs and makes the plugin.
    pub fn create(services: HostSvc, _settings: &Doc) -> Result<Self, PErr> {
        crate::log::forward(services);
        let host = Host::new(services);
        let plugin = Arc::new(P::create(host).map_err(PErr::from)?);
        Ok(Self { plugin, host, configs: Configs::new() })
    }

    /// One document through the typed plugin.
    pub async fn process(self: Arc<Self>, call: Call) -> Result<Doc, PErr> {
        let ctx = Ctx::new(self.host, &call);
        let output = match self.read(&call) {
            Ok((input, config)) => self.plugin.process(&ctx, input, &config).await,
            Err(fault) => self.plugin.refuse(&ctx, fault),
        };
        Ok(Doc::from(output.and_then(|output| Json::from_value(&output))?))
    }

    fn read(&self, call: &Call) -> Result<(P::Input, Arc<P::Config>), Error> {
        let config = self.configs.get(&call.cfg)?;
        Ok((read(&call.ctx, Error::input)?, config))
    }

    /// The plugin's last call.
    pub fn shutdown(&self, grace_ms: u64) {
        self.plugin.shutdown(Duration::from_millis(grace_ms));
    }
}

impl<P: Plugin + Transform<Config = <P as Plugin>::Config>> Living<P> {
    /// The plugin as a transform of one lane.
    pub fn open_transform(&self, open: &Open) -> Result<TransformBox, PErr> {
        let config = self.configs.get(&open.cfg)?;
        Ok(transform_box(Opened { plugin: Arc::clone(&self.plugin), config }))
    }
}

struct Opened<P: Transform> {
    plugin: Arc<P>,
    config: Arc<P::Config>,
}

impl<P: Transform> TransformEntry for Opened<P> {
    fn apply(&self, batch: Batch) -> Result<Batch, PErr> {
        self.plugin.apply(batch, &self.config).map_err(PErr::from)
    }
}

/// A plugin's description, from its types. For [`export!`].
#[doc(hidden)]
#[must_use]
pub fn describe<P: Plugin>(name: &str, version: &str, panic: &str, roles: &[&str]) -> Description {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Description {
        name: name.to_owned(),
        version: version.to_owned(),
        roles: owned(roles),
        config: roles.iter().map(|role| ((*role).to_owned(), schema_of::<P::Config>())).collect(),
        input: schema_of::<P::Input>(),
        output: schema_of::<P::Output>(),
        status_keys: owned(P::STATUS_KEYS),
        formats: owned(P::FORMATS),
        abi: plugin_abi::ABI_VERSION.to_owned(),
        rustc: plugin_abi::meta::RUSTC.to_owned(),
        panic: panic.to_owned(),
    }
}

/// A description as the document that crosses. For [`export!`].
#[doc(hidden)]
pub fn written(description: &Description) -> Result<Doc, PErr> {
    Ok(Doc::from(Json::from_value(description)?))
}

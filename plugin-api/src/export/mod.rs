//! The one export macro, and what it needs to turn typed plugins into ABI objects.
//!
//! - [`living`]: a plugin with the role `process`
//! - [`pure`]: a plugin that is a stage and nothing else
//! - [`stages`]: opening sources, transforms and sinks of either

pub mod living;
pub mod pure;
pub mod stages;

pub use living::Living;
pub use plugin_abi;
pub use plugin_abi::export::LibHeader;
pub use pure::Pure;

use crate::describe::{Description, schema_of};
use crate::json::Json;
use crate::typed::Document;
use plugin_abi::{Doc, PErr};

/// Exports one plugin from a `cdylib` crate.
///
/// The name is the plug's, the same as in `plug.yaml` and the folder; the version is the package's.
/// Behind `as` stand its roles: `process` for a [`Plugin`](crate::Plugin), `source`, `transform` and
/// `sink` for what implements [`Source`](crate::Source), [`Transform`](crate::Transform) and
/// [`Sink`](crate::Sink). Every [`Serializer`](crate::Serializer) is `process transform`. A plugin
/// without `process` is made by its `Default` and answers `health_check` by itself.
///
/// ```text
/// plugin_api::export!("json_serializer", JsonSerializer as process transform);
/// plugin_api::export!("file_source", FileSource as source);
/// ```
#[macro_export]
macro_rules! export {
    ($name:literal, $plugin:ty as process $($role:ident)*) => {
        $crate::__export!($name, $crate::export::Living<$plugin>, $plugin, $($role)*);
    };
    ($name:literal, $plugin:ty as $($role:ident)+) => {
        $crate::__export!($name, $crate::export::Pure<$plugin>, $plugin, $($role)+);
    };
    ($name:literal, $plugin:ty) => {
        ::core::compile_error!(
            "name the roles: export!(\"my_plug\", MyPlugin as process), or some of \
             `as process source transform sink`"
        );
    };
    ($($anything:tt)*) => {
        ::core::compile_error!(
            "expected export!(\"plug_name\", PluginType as process), with `source`, `transform` or \
             `sink` behind `process` or in place of it"
        );
    };
}

/// The library behind [`export!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($name:literal, $living:ty, $plugin:ty, $($role:ident)*) => {
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

            struct Exported(Arc<$living>);

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
                    let described = <$living>::describe($crate::export::about($name, VERSION, PANIC));
                    $(let described = $crate::__describe_role!($role, $plugin, described);)*
                    $crate::export::written(&described)
                }

                fn create(host: HostSvc, settings: Doc) -> Result<Self, PErr> {
                    <$living>::create(host, &settings).map(|living| Self(Arc::new(living)))
                }
            }

            #[used]
            #[unsafe(export_name = "plugpipe_plugin_root_1")]
            pub static ROOT: $crate::export::LibHeader =
                plugin_abi::export::header::<Exported>();
        };
    };
}

/// The method of one further role, for [`export!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __open_role {
    (source) => {
        $crate::__open_role!(@method open_source SourceBox);
    };
    (transform) => {
        $crate::__open_role!(@method open_transform TransformBox);
    };
    (sink) => {
        $crate::__open_role!(@method open_sink SinkBox);
    };
    (@method $open:ident $stage:ident) => {
        fn $open(
            self: Arc<Self>,
            open: plugin_abi::Open,
        ) -> impl ::core::future::Future<Output = Result<plugin_abi::$stage, PErr>> + Send {
            let living = Arc::clone(&self.0);
            async move { living.stages().$open(&open).await }
        }
    };
    ($other:ident) => {
        ::core::compile_error!(::core::concat!(
            "unknown role `",
            ::core::stringify!($other),
            "`: roles are `process`, `source`, `transform` and `sink`, and `process` stands first"
        ));
    };
}

/// Adds one role to a description, for [`export!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __describe_role {
    (source, $plugin:ty, $described:ident) => {
        $crate::export::with_role::<<$plugin as $crate::Source>::Config>($described, "source")
    };
    (transform, $plugin:ty, $described:ident) => {
        $crate::export::with_role::<<$plugin as $crate::Transform>::Config>($described, "transform")
    };
    (sink, $plugin:ty, $described:ident) => {
        $crate::export::with_role::<<$plugin as $crate::Sink>::Config>($described, "sink")
    };
    ($other:ident, $plugin:ty, $described:ident) => {
        $described
    };
}

/// What is true of every plugin of this crate. For [`export!`].
#[doc(hidden)]
#[must_use]
pub fn about(name: &str, version: &str, panic: &str) -> Description {
    Description {
        name: name.to_owned(),
        version: version.to_owned(),
        abi: plugin_abi::ABI_VERSION.to_owned(),
        rustc: plugin_abi::meta::RUSTC.to_owned(),
        panic: panic.to_owned(),
        ..Description::default()
    }
}

/// The same with one more role. For [`export!`].
#[doc(hidden)]
#[must_use]
pub fn with_role<C: Document>(mut described: Description, role: &str) -> Description {
    described.roles.push(role.to_owned());
    described.config.insert(role.to_owned(), schema_of::<C>());
    described
}

/// A description as the document that crosses. For [`export!`].
#[doc(hidden)]
pub fn written(description: &Description) -> Result<Doc, PErr> {
    Ok(Doc::from(Json::from_value(description)?))
}

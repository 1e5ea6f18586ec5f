//! The export macro and its parts.

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
    ($($export:tt)*) => {
        $crate::__read_export!(__export $($export)*);
    };
}

/// [`export!`] without the exported symbol: for a second plugin in one test binary, where two libraries
/// cannot be.
#[macro_export]
macro_rules! export_for_test {
    ($($export:tt)*) => {
        $crate::__read_export!(__export_unnamed $($export)*);
    };
}

/// Reads what stands in [`export!`] and hands it to the macro named first.
#[doc(hidden)]
#[macro_export]
macro_rules! __read_export {
    ($then:ident $name:literal, $plugin:ty as process $($role:ident)* $(,)?) => {
        $crate::__roles!(
            [- - -] [$($role)*] $then $name, Living, $plugin, $($role)*
        );
    };
    ($then:ident $name:literal, $plugin:ty as $($role:ident)+ $(,)?) => {
        $crate::__roles!(
            [- - -] [$($role)*] $then $name, Pure, $plugin, $($role)*
        );
    };
    ($then:ident $name:literal, $plugin:ty $(as)? $(,)?) => {
        ::core::compile_error!(
            "name the roles: export!(\"my_plug\", MyPlugin as process), or some of \
             `as process source transform sink`"
        );
    };
    ($($anything:tt)*) => {
        ::core::compile_error!(
            "expected export!(\"plug_name\", PluginType as process): the plug's name in quotes, the \
             type, and `source`, `transform` or `sink` behind `process` or in place of it"
        );
    };
}

/// Goes on with `$then` when every role is known and stands once; the slots keep what was seen.
#[doc(hidden)]
#[macro_export]
macro_rules! __roles {
    ([- $t:tt $k:tt] [source $($rest:ident)*] $($then:tt)*) => {
        $crate::__roles!([source $t $k] [$($rest)*] $($then)*);
    };
    ([$s:tt - $k:tt] [transform $($rest:ident)*] $($then:tt)*) => {
        $crate::__roles!([$s transform $k] [$($rest)*] $($then)*);
    };
    ([$s:tt $t:tt -] [sink $($rest:ident)*] $($then:tt)*) => {
        $crate::__roles!([$s $t sink] [$($rest)*] $($then)*);
    };
    ([$($slot:tt)*] [] $then:ident $($exported:tt)*) => {
        $crate::$then!($($exported)*);
    };
    ([$($slot:tt)*] [process $($rest:ident)*] $($then:tt)*) => {
        ::core::compile_error!("the role `process` stands first, and once");
    };
    ([source $t:tt $k:tt] [source $($rest:ident)*] $($then:tt)*) => {
        ::core::compile_error!("the role `source` is named twice");
    };
    ([$s:tt transform $k:tt] [transform $($rest:ident)*] $($then:tt)*) => {
        ::core::compile_error!("the role `transform` is named twice");
    };
    ([$s:tt $t:tt sink] [sink $($rest:ident)*] $($then:tt)*) => {
        ::core::compile_error!("the role `sink` is named twice");
    };
    ([$($slot:tt)*] [$other:ident $($rest:ident)*] $($then:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "unknown role `",
            ::core::stringify!($other),
            "`: roles are `process`, `source`, `transform` and `sink`"
        ));
    };
}

/// The library behind [`export!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($name:literal, $created:ident, $plugin:ty, $($role:ident)*) => {
        const _: () = {
            $crate::__entry!($name, $plugin, $($role)*);

            const PARTS: [&str; 11] = plugin_abi::meta::parts($name, VERSION, PANIC);
            const LEN: usize = plugin_abi::meta::joined_len(&PARTS);

            #[used]
            #[unsafe(link_section = ".pp_meta")]
            static META: [u8; LEN] = plugin_abi::meta::joined(&PARTS);

            #[used]
            #[unsafe(export_name = "plugpipe_plugin_root_1")]
            pub static ROOT: $crate::export::LibHeader =
                plugin_abi::export::header::<$crate::export::$created<$plugin, Exported>>();
        };
    };
}

/// What [`export_for_test!`] makes.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_unnamed {
    ($name:literal, $created:ident, $plugin:ty, $($role:ident)*) => {
        const _: () = {
            $crate::__entry!($name, $plugin, $($role)*);

            static ROOT: $crate::export::LibHeader =
                plugin_abi::export::header::<$crate::export::$created<$plugin, Exported>>();
        };
    };
}

/// The name and the roles of the plugin, and the way to its root module. Whoever expands it adds the
/// static `ROOT`.
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($name:literal, $plugin:ty, $($role:ident)*) => {
        use $crate::export::plugin_abi;

        const VERSION: &str = ::core::env!("CARGO_PKG_VERSION");
        const PANIC: &str = if cfg!(panic = "abort") { "abort" } else { "unwind" };
        const _: () = ::core::assert!(
            plugin_abi::meta::is_name($name),
            "a plug's name is 1 to 64 of `a-z`, `0-9` and `_`, as in its folder and its plug.yaml"
        );

        struct Exported;

        impl $crate::export::Roles<$plugin> for Exported {
            fn about() -> $crate::Description {
                $crate::export::about($name, VERSION, PANIC)
            }

            fn describe(described: $crate::Description) -> $crate::Description {
                $(let described = $crate::__describe_role!($role, $plugin, described);)*
                described
            }

            $($crate::__open_role!($role, $plugin);)*
        }

        impl $crate::export::Exported for $plugin {
            fn header() -> &'static $crate::export::LibHeader {
                &ROOT
            }
        }
    };
}

/// The method of one further role, for [`export!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __open_role {
    (source, $plugin:ty) => {
        $crate::__open_role!(@method open_source SourceBox $plugin);
    };
    (transform, $plugin:ty) => {
        $crate::__open_role!(@method open_transform TransformBox $plugin);
    };
    (sink, $plugin:ty) => {
        $crate::__open_role!(@method open_sink SinkBox $plugin);
    };
    (@method $open:ident $stage:ident $plugin:ty) => {
        fn $open(
            stages: $crate::export::Stages<$plugin>,
            open: plugin_abi::Open,
        ) -> impl ::core::future::Future<
            Output = ::core::result::Result<plugin_abi::$stage, plugin_abi::PErr>,
        > + Send {
            $crate::export::stages::$open::<$plugin>(stages, open)
        }
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
}

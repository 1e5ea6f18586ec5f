//! The binary surface between the PlugPipe host and its plugins.
//!
//! Plugin authors never meet this crate: `plugin-api` wraps it. It is the only crate on the
//! plugin's side that holds `unsafe` code and the only one that names `abi_stable` and `async-ffi`.
//! Its version moves only when the surface does.
//!
//! # Layout
//! - [`buf`], [`arenas`], [`doc`]: bytes and JSON documents that cross the boundary.
//! - [`batch`], [`report`]: records on their way to a sink, and the sink's answer.
//! - [`error`]: what every refusal carries.
//! - [`call`], [`stage`], [`plugin`]: one call, one long-lived stage, one plugin object.
//! - [`host`]: what the host lends to a plugin.
//! - [`root`], [`export`], [`lane`], [`meta`]: what a library exports, and how a crate exports it.
//! - [`fence`]: the one place where a plugin's panic becomes an error.
//! - [`open`]: the host's half: from an exported symbol to a checked root module.
//!
//! # Rules
//! Every entry returns [`Answer`]: an error or a caught panic always has somewhere to go. Everything
//! that may wait returns a [`Pending`] that owns its inputs. Value structs that may
//! grow end in `reserved` words that are 0. Whoever allocates, frees.
//!
//! # Promises since 1.0
//! Nothing is renamed, moved or removed. A minor version appends: methods and functions behind the
//! last prefix field, constants, and meaning to words that were reserved; what is open-ended travels in
//! a [`Doc`]. A host takes plugins of every minor of its major, older and newer ones. A new major has
//! a new exported symbol, so that libraries of both can be told apart before they are opened.

#![allow(unsafe_code)]

pub mod arenas;
pub mod batch;
pub mod buf;
pub mod call;
pub mod doc;
pub mod error;
pub mod export;
pub mod fence;
pub mod host;
pub mod lane;
pub mod meta;
pub mod open;
pub mod plugin;
pub mod report;
pub mod root;
pub mod stage;

pub use arenas::Arenas;
pub use batch::{Batch, HeaderMeta, RecordMeta};
pub use buf::Buf;
pub use call::{Call, Open, TraceIds};
pub use doc::Doc;
pub use error::{ErrorClass, ErrorCode, PErr, RecordError};
pub use export::{Entry, Instance};
pub use host::{HostServices, HostSvc, Level};
pub use plugin::PluginBox;
pub use report::{Outcome, Report};
pub use stage::{SinkBox, SourceBox, TransformBox};

use abi_stable::std_types::RResult;

/// What every entry answers: a value, or an error that makes the engine act.
pub type Answer<T> = RResult<T, PErr>;

/// An answer that may take time. It owns its inputs, and dropping it cancels the work.
pub type Pending<T> = async_ffi::FfiFuture<Answer<T>>;

/// The version of this surface. A minor appends, a major has a new exported symbol.
pub const ABI_VERSION: &str = env!("CARGO_PKG_VERSION");

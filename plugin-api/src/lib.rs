//! Write a PlugPipe plugin: a shared library that the host finds in a folder and calls.
//!
//! # A plugin, whole
//!
//! A plugin is one type, one impl and one line that exports it:
//!
//! ```
//! #![forbid(unsafe_code)]
//! use plugin_api::{Ctx, Host, NoConfig, Plugin, Result, schemars::JsonSchema};
//! use serde::{Deserialize, Serialize};
//!
//! plugin_api::export!("greeter", Greeter as process);
//!
//! struct Greeter;
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[schemars(crate = "plugin_api::schemars")]
//! struct Input {
//!     /// Whom to greet.
//!     who: String,
//! }
//!
//! #[derive(Serialize, JsonSchema)]
//! #[schemars(crate = "plugin_api::schemars")]
//! struct Output {
//!     greeting: String,
//! }
//!
//! impl Plugin for Greeter {
//!     type Config = NoConfig;
//!     type Input = Input;
//!     type Output = Output;
//!
//!     fn create(_host: Host) -> Result<Self> {
//!         Ok(Self)
//!     }
//!
//!     async fn process(&self, _ctx: &Ctx, input: Input, _config: &NoConfig) -> Result<Output> {
//!         Ok(Output { greeting: format!("hello {}", input.who) })
//!     }
//! }
//! # fn main() {
//! #     let about = plugin_api::export::about("greeter", "1.0.0", "unwind");
//! #     let about = plugin_api::export::Living::<Greeter>::describe(about);
//! #     assert_eq!(about.input.as_value()["required"][0], "who");
//! # }
//! ```
//!
//! Its `Cargo.toml` says `crate-type = ["cdylib"]` and depends on `plugin-api` and `serde`. Beside the
//! built library stands `plug.yaml` with the name and the version; both lie in
//! `plugs/<category>/<name>/<version>/`.
//!
//! # A serializer
//!
//! A plug named `<format>_serializer` is used wherever a configuration says `serialization: <format>`:
//!
//! ```
//! use plugin_api::{NoConfig, Result, Serializer};
//!
//! plugin_api::export!("shout_serializer", Shout as process transform);
//!
//! #[derive(Default)]
//! struct Shout;
//!
//! impl Serializer for Shout {
//!     type Config = NoConfig;
//!     const FORMATS: &'static [&'static str] = &["shout"];
//!
//!     fn serialize(&self, message: &str, _: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
//!         out.extend_from_slice(message.to_uppercase().as_bytes());
//!         Ok(())
//!     }
//! }
//! # fn main() {
//! #     let mut out = Vec::new();
//! #     Shout.serialize(r#""quake""#, &NoConfig {}, &mut out).unwrap();
//! #     assert_eq!(out, br#""QUAKE""#);
//! # }
//! ```
//!
//! # What the host promises
//!
//! - One instance for each loaded version; calls come from any thread, many at once.
//! - A panic in any method is contained and becomes the error of that call.
//! - What you log with `tracing` or `log` appears in the host's log.
//! - A configuration key that your type does not know is refused before you are called, with the
//!   nearest key that it does know.
//! - Numbers and key order of a [`Json`] value arrive as they were written.
//!
//! # Layout
//!
//! [`plugin`], [`serializer`], [`source`], [`transform`], [`sink`] are the traits. [`ctx`] and
//! [`host`] are what a call may ask for, [`plug`] is another plugin. [`json`], [`batch`], [`error`],
//! [`metrics`] are the values. [`export!`] makes a library of it all.

#![forbid(unsafe_code)]

pub mod base64;
pub mod batch;
pub mod compact;
pub mod ctx;
pub mod describe;
pub mod error;
#[doc(hidden)]
pub mod export;
pub mod host;
pub mod json;
mod log;
pub mod metrics;
pub mod plug;
pub mod plugin;
pub mod serializer;
pub mod sink;
pub mod source;
pub mod transform;
pub mod typed;

pub use batch::{Batch, BatchBuilder, Buf, HeaderMeta, Record, RecordError, RecordMeta};
pub use ctx::Ctx;
pub use describe::Description;
pub use error::{Error, ErrorClass, ErrorCode, Result};
pub use host::Host;
pub use json::Json;
pub use plugin::{NoConfig, Plugin};
pub use schemars;
pub use serializer::Serializer;
pub use sink::{Report, Sink, SinkStage};
pub use source::{Arenas, Lane, Next, Source, SourceStage};
pub use transform::Transform;

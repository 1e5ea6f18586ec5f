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
//! #     let greeter = plugin_api::testing::PluginTest::<Greeter>::start().unwrap();
//! #     assert_eq!(greeter.description().input.as_value()["required"][0], "who");
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
//! # A source, a transform, a sink
//!
//! Records travel in batches: one arena of bytes, and one descriptor a record that points into it. A
//! stage is opened once for each lane of a stream and lives as long as the lane.
//!
//! ```
//! use plugin_api::schemars::JsonSchema;
//! use plugin_api::{
//!     Batch, BatchBuilder, Ctx, Lane, Next, Record, Report, Result, Sink, SinkStage, Source,
//!     SourceStage,
//! };
//! use serde::Deserialize;
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! plugin_api::export!("countdown", Countdown as source sink);
//!
//! #[derive(Default)]
//! struct Countdown;
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[schemars(crate = "plugin_api::schemars")]
//! #[serde(deny_unknown_fields)]
//! struct Config {
//!     /// Where to begin.
//!     from: u64,
//! }
//!
//! /// What reads in one lane.
//! struct Counting {
//!     left: AtomicU64,
//!     batches: AtomicU64,
//! }
//!
//! impl Source for Countdown {
//!     type Config = Config;
//!     type Stage = Counting;
//!
//!     async fn open_source(&self, _: &Ctx, lane: Lane, config: Arc<Config>) -> Result<Counting> {
//!         let from = if lane.number == 0 { config.from } else { 0 };
//!         Ok(Counting { left: AtomicU64::new(from), batches: AtomicU64::new(0) })
//!     }
//! }
//!
//! impl SourceStage for Counting {
//!     async fn next(&self, max: u32) -> Result<Next> {
//!         let left = self.left.load(Ordering::Relaxed);
//!         if left == 0 {
//!             return Ok(Next::End);
//!         }
//!         let few = left.min(max.into());
//!         let mut builder = BatchBuilder::default();
//!         for number in (left - few + 1..=left).rev() {
//!             builder.push(|out| {
//!                 out.extend_from_slice(number.to_string().as_bytes());
//!                 Ok(())
//!             });
//!         }
//!         self.left.store(left - few, Ordering::Relaxed);
//!         let mut batch = builder.build();
//!         batch.id = self.batches.fetch_add(1, Ordering::Relaxed);
//!         Ok(Next::Batch(batch))
//!     }
//!
//!     fn ack(&self, _batch: u64) -> Result<()> {
//!         Ok(()) // Counting again after a restart costs nothing, so no position is kept.
//!     }
//! }
//!
//! /// What writes in one lane: to the log.
//! struct Telling;
//!
//! impl Sink for Countdown {
//!     type Config = Config;
//!     type Stage = Telling;
//!
//!     async fn open_sink(&self, _: &Ctx, _: Lane, _: Arc<Config>) -> Result<Telling> {
//!         Ok(Telling)
//!     }
//! }
//!
//! impl SinkStage for Telling {
//!     async fn write(&self, batch: Batch) -> Result<Report> {
//!         for value in Record::all(&batch).filter_map(|record| record.value()) {
//!             println!("{}", String::from_utf8_lossy(value));
//!         }
//!         Ok(Report::new(batch.records().len() as u64, Vec::new(), Vec::new()))
//!     }
//! }
//! # fn main() {
//! #     use plugin_api::testing::{PluginTest, json};
//! #     let countdown = PluginTest::<Countdown>::start().unwrap();
//! #     let countdown = countdown.config(&json!({"from": 3})).unwrap();
//! #     assert_eq!(countdown.source().unwrap().texts().unwrap(), ["3", "2", "1"]);
//! #     let report = countdown.sink().unwrap().write(["3", "2"]).unwrap();
//! #     assert_eq!(report.delivered, 2);
//! # }
//! ```
//!
//! [`Report`] counts what is stored and names what is not: see [`SinkStage::write`] for what each
//! class of error makes the host do. A [`Transform`] changes batches on the lane's own thread.
//!
//! The [`guide`] goes from `plugpipe new` to a plugin in use; [`testing`] is what its tests stand on.
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
//! [`metrics`] are the values; [`raw`] reads and edits JSON text without building a tree. [`export!`]
//! makes a library of it all.

#![forbid(unsafe_code)]

pub mod base64;
pub mod batch;
pub mod compact;
pub mod ctx;
pub mod describe;
pub mod error;
#[doc(hidden)]
pub mod export;
pub mod guide;
pub mod host;
pub mod json;
mod log;
pub mod metrics;
pub mod plug;
pub mod plugin;
pub mod raw;
pub mod serializer;
pub mod sink;
pub mod source;
pub mod testing;
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

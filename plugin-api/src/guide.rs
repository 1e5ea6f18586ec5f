//! From nothing to a plugin in use.
//!
//! # Five minutes
//!
//! ```sh
//! plugpipe new serializer shout
//! ```
//!
//! makes a folder `plugs/serialization/shout_serializer/0.1.0` with a manifest, a crate, a test and a
//! pipeline, and prints where. With that folder as `DIR`:
//!
//! ```sh
//! plugpipe test DIR
//! plugpipe run DIR/pipeline.yaml --input @DIR/input.json
//! ```
//!
//! The first builds the library, loads it as a host loads it, runs its golden cases and the
//! [battery](crate::testing::conformance) that every plugin has to pass. The second runs a pipeline
//! that uses it. Change `src/lib.rs` and run both again: there is nothing to register. A host finds a
//! plug by its folder, its name and its version.
//!
//! # The code
//!
//! A serializer is one method. It appends the bytes of one JSON value to a buffer, or refuses the
//! value; `process`, whole batches and the description come with the trait:
//!
//! ```
//! use plugin_api::schemars::JsonSchema;
//! use plugin_api::{Error, Result, Serializer};
//! use serde::Deserialize;
//!
//! plugin_api::export!("shout_serializer", Shout as process transform);
//!
//! #[derive(Default)]
//! struct Shout;
//!
//! /// The doc comments are the reference manual, `Default` holds the defaults.
//! #[derive(Deserialize, JsonSchema)]
//! #[schemars(crate = "plugin_api::schemars")]
//! #[serde(default, deny_unknown_fields)]
//! struct Config {
//!     /// How many exclamation marks stand behind each value.
//!     marks: usize,
//! }
//!
//! impl Default for Config {
//!     fn default() -> Self {
//!         Self { marks: 1 }
//!     }
//! }
//!
//! impl Serializer for Shout {
//!     type Config = Config;
//!     const FORMATS: &'static [&'static str] = &["shout"];
//!
//!     fn serialize(&self, message: &str, config: &Config, out: &mut Vec<u8>) -> Result<()> {
//!         if message == "null" {
//!             return Err(Error::record("null cannot be shouted: filter it out before this step"));
//!         }
//!         out.extend_from_slice(message.to_uppercase().as_bytes());
//!         out.extend(std::iter::repeat_n(b'!', config.marks));
//!         Ok(())
//!     }
//! }
//!
//! # fn main() {
//! use plugin_api::testing::{PluginTest, json};
//!
//! let shout = PluginTest::<Shout>::start().unwrap().config(&json!({"marks": 2})).unwrap();
//! let changed = shout.transform([r#""quake""#, "null"]).unwrap();
//! assert_eq!(changed.texts(), [r#""QUAKE"!!"#]);
//! assert_eq!(changed.refused()[0].0, 1);
//!
//! let typo = shout.config(&json!({"mark": 2})).unwrap().process(&json!({"message": 1}));
//! assert_eq!(typo.unwrap_err().message, "unknown key `mark`; did you mean `marks`?");
//! # }
//! ```
//!
//! # Errors
//!
//! The class of an [`Error`](crate::Error) is an order to the engine: *retriable* waits and tries again,
//! *record-fatal* gives up on this record alone, *client-fatal* makes a new stage, *config-fatal* stops.
//! [`Error::record`](crate::Error::record), [`Error::input`](crate::Error::input),
//! [`Error::config`](crate::Error::config) and [`Error::retriable`](crate::Error::retriable) are the short
//! ways. The message is for people: what was expected, what was found, where, what to do. Never put a
//! secret into it, nor a value that may be one.
//!
//! A configuration should refuse unknown keys, as above. An input should not: in a pipeline it also holds
//! small ids of the run, such as `execution_id`.
//!
//! # Logging and metrics
//!
//! `tracing` and `log` reach the host's log as they are, fields included. A metric is asked for once,
//! in `create`, and then written without a call into the host:
//!
//! ```
//! use plugin_api::metrics::Counter;
//! use plugin_api::testing::{PluginTest, json};
//! use plugin_api::{Ctx, Host, Json, NoConfig, Plugin, Result};
//!
//! plugin_api::export!("counts", Counts as process);
//!
//! struct Counts {
//!     seen: Counter,
//! }
//!
//! impl Plugin for Counts {
//!     type Config = NoConfig;
//!     type Input = Json;
//!     type Output = Json;
//!
//!     fn create(host: Host) -> Result<Self> {
//!         Ok(Self { seen: host.counter("documents_seen_total", "Documents seen", &[]) })
//!     }
//!
//!     async fn process(&self, _: &Ctx, input: Json, _: &NoConfig) -> Result<Json> {
//!         self.seen.add(1);
//!         Ok(input)
//!     }
//! }
//!
//! # fn main() {
//! let counts = PluginTest::<Counts>::start().unwrap();
//! counts.process(&json!(1)).unwrap();
//! assert_eq!(counts.host().metric("documents_seen_total", &[]), Some(1.0));
//! # }
//! ```
//!
//! # Other plugins
//!
//! [`Ctx::pp`](crate::Ctx::pp) finds a plugin by its name when it is called, so one that was dropped in
//! later is found too. `None` says that there is none. A test lends one:
//!
//! ```
//! use plugin_api::testing::{PluginTest, TestHost, json};
//! use plugin_api::{Ctx, Error, Host, Json, NoConfig, Plugin, Result};
//!
//! plugin_api::export!("louder", Louder as process);
//!
//! struct Louder;
//!
//! impl Plugin for Louder {
//!     type Config = NoConfig;
//!     type Input = Json;
//!     type Output = Json;
//!
//!     fn create(_: Host) -> Result<Self> {
//!         Ok(Self)
//!     }
//!
//!     async fn process(&self, ctx: &Ctx, input: Json, _: &NoConfig) -> Result<Json> {
//!         let shout = ctx.pp("shout_serializer@^0.1").await?;
//!         let missing = || Error::config("install the plug `shout_serializer`");
//!         shout.ok_or_else(missing)?.process(ctx, &input, &json!({})).await
//!     }
//! }
//!
//! # fn main() {
//! let host = TestHost::new().lend("shout_serializer", |ctx, _cfg| Ok(json!({"shouted": ctx})));
//! let louder = PluginTest::<Louder>::start_with(host).unwrap();
//! assert_eq!(louder.process(&json!("hi")).unwrap(), json!({"shouted": "hi"}));
//! # }
//! ```
//!
//! # Stages
//!
//! A [source](crate::source), a [transform](crate::transform) and a [sink](crate::sink) live as long as a
//! lane of a stream. Open connections in `open_source` and `open_sink`, not in `create`. A future may be
//! dropped at any `await`: keep in it nothing that must not be lost. A sink reports a record as failed
//! only if it was not stored, and says [`UNKNOWN_FATE`](crate::ErrorCode::UNKNOWN_FATE) when nobody knows.
//!
//! # Tests
//!
//! [`testing`](crate::testing) starts the plugin in your `#[cfg(test)]` module, through the same root
//! module that a host would open. Folders below `cases/` are tests without Rust:
//! [`golden::run_plugin`](crate::testing::golden::run_plugin) runs them, and so does `plugpipe test`.
//!
//! # Three versions that never mix
//!
//! - The **ABI**, the version of `plugin-abi`: what a library and a host agree on byte by byte. It is only
//!   appended to within a major, so a host loads plugins of older and of newer minors, and a plugin
//!   need not be built again for a new host. Another major has another exported symbol and is refused.
//! - The **host**, the version of `plugpipe`: commands and pipelines.
//! - The **plug**, the version of your package, of `plug.yaml` and of the folder, which agree. Several
//!   versions of a plug work side by side; a pipeline chooses with `name@^1`. Never rebuild a version
//!   that you gave away: make a new one, in a folder of its own. Sources of two versions in one workspace
//!   need packages of two names, as cargo wants it: call the older one `my_plug_1_0_0`, in `[package]`
//!   and not in `plug.yaml` and `export!`, whose name is the plug's.
//!
//! # What a plugin must not do
//!
//! - Set a global allocator that it expects others to share: what it allocates, it frees.
//! - Rely on the destructors of thread-locals: the threads are the host's, and outlive every call.
//! - Export symbols of its own. Several libraries live in one process; nothing but the root module is
//!   looked up.
//! - Build with `panic = "abort"`. A panic is contained only if it unwinds; such a library is refused.
//! - End or redirect what belongs to the process: `exit`, signal handlers, the working folder, the
//!   environment, standard input and output (unless that is the plugin's purpose).
//! - Leave threads behind that never end: stop them in `shutdown` or when the stage closes.
//! - Recurse without bound, or `abort`: nothing contains that, and it takes the host along.

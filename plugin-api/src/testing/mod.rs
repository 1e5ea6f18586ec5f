//! For an author's unit tests: a plugin in the test's own process, a host to lean on, and checks that
//! every plugin has to pass.
//!
//! [`PluginTest`] goes through what a host goes through: the exported root module and its layout check,
//! the description, the one instance, documents as text. What works here works in a host.
//!
//! ```
//! use plugin_api::testing::{PluginTest, json};
//! # use plugin_api::{NoConfig, Result, Serializer};
//! # plugin_api::export!("shout_serializer", Shout as process transform);
//! # #[derive(Default)]
//! # struct Shout;
//! # impl Serializer for Shout {
//! #     type Config = NoConfig;
//! #     const FORMATS: &'static [&'static str] = &["shout"];
//! #     fn serialize(&self, message: &str, _: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
//! #         out.extend_from_slice(message.to_uppercase().as_bytes());
//! #         Ok(())
//! #     }
//! # }
//! # fn main() -> Result<()> {
//! let shout = PluginTest::<Shout>::start()?;
//! let answer = shout.process(&json!({"message": "quake"}))?;
//! assert_eq!(answer, json!({"serialized_message": "\"QUAKE\"", "format": "shout"}));
//! assert_eq!(shout.transform([r#""quake""#])?.texts(), [r#""QUAKE""#]);
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//! - [`plugin_test`]: the plugin, started; [`stages`]: its stages, opened
//! - [`host`]: the host it is lent, which writes down what it is asked
//! - [`golden`]: folders of inputs and answers; [`exact_json`]: JSON compared without losing a digit
//! - [`conformance`]: the checks

pub mod conformance;
pub mod exact_json;
pub mod golden;
pub mod host;
mod lent;
mod loaded;
mod metrics;
pub mod plugin_test;
mod route;
pub mod stages;
mod wait;

pub use host::{LogEvent, TestHost};
pub use plugin_test::PluginTest;
pub use serde_json::{Value, json};
pub use stages::{SinkTest, SourceTest, Transformed};

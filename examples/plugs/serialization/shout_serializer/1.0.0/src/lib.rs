//! JSON text in upper case: a serializer for those in a hurry.
#![forbid(unsafe_code)]

use plugin_api::{NoConfig, Result, Serializer};

plugin_api::export!("shout_serializer", Shout as process transform);

#[derive(Default)]
struct Shout;

impl Serializer for Shout {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &["shout"];

    fn serialize(&self, message: &str, _: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(message.to_uppercase().as_bytes());
        Ok(())
    }
}

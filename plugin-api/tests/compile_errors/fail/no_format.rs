plugin_api::export!("shout_serializer", Shout as process transform);

use plugin_api::{NoConfig, Result, Serializer};

#[derive(Default)]
struct Shout;

impl Serializer for Shout {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &[];

    fn serialize(&self, message: &str, _: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(message.as_bytes());
        Ok(())
    }
}

fn main() {}

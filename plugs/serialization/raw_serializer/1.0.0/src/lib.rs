//! Leaves values as they are. In a stream they are whatever bytes the source read.

#![forbid(unsafe_code)]

use plugin_api::json::text_of;
use plugin_api::serializer::{SerializeInput, SerializeOutput};
use plugin_api::{Batch, Ctx, Error, Host, Json, NoConfig, Plugin, Result, Transform};

plugin_api::export!("raw_serializer", RawSerializer as process transform);

/// Its one format.
const FORMAT: &str = "raw";

/// Nothing in a batch is looked at, let alone copied.
struct RawSerializer;

impl Transform for RawSerializer {
    type Config = NoConfig;

    fn apply(&self, batch: Batch, _config: &NoConfig) -> Result<Batch> {
        Ok(batch)
    }
}

impl Plugin for RawSerializer {
    type Config = NoConfig;
    type Input = SerializeInput;
    type Output = SerializeOutput;

    const FORMATS: &'static [&'static str] = &[FORMAT];

    fn create(_host: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(
        &self,
        _ctx: &Ctx,
        input: SerializeInput,
        _config: &NoConfig,
    ) -> Result<SerializeOutput> {
        if let Some(other) = input.format.filter(|format| format != FORMAT) {
            return Err(Error::input(format!(
                "`format`: this serializer writes raw, not {other:?}"
            )));
        }
        let message = input.message.get();
        let bytes = match text_of(message) {
            Some(text) => text?,
            None => message.into(),
        };
        Ok(SerializeOutput {
            serialized_message: Json::from_value(&bytes)?,
            format: FORMAT.to_owned(),
        })
    }
}

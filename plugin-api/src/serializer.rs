//! Serializers: values to bytes. A plug named `<format>_serializer` is found by its name.

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::json::Json;
use crate::plugin::Plugin;
use crate::transform::Transform;
use crate::typed::Document;
use plugin_abi::{Batch, RecordMeta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Life of a serializer: created once with the host, then `serialize` for each value, from any
/// thread, many at once. Nothing ends it and nobody retries: a refused value fails alone.
///
/// It answers both `process({message, format})` with `{serialized_message, format}` and whole
/// batches, without further code.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `Plugin` nor a `Serializer`",
    label = "implement the trait of its role for this type",
    note = "the role `process` needs `impl plugin_api::Plugin for {Self}`: types `Config`, `Input`, \
            `Output`, `fn create`, `async fn process`",
    note = "the roles `process transform` of a serializer need `impl plugin_api::Serializer for {Self}` \
            and `Default`: type `Config`, const `FORMATS`, `fn serialize`",
    note = "the role `transform` alone needs `impl plugin_api::Transform for {Self}`: type `Config`, \
            `fn apply`"
)]
pub trait Serializer: Default + Send + Sync + 'static {
    /// The configuration; `NoConfig` for none.
    type Config: Document;

    /// The formats it can write, the one of its name first.
    const FORMATS: &'static [&'static str];

    /// Whether a value that is compact JSON already is written as it stands. Batches that are known
    /// to hold nothing else then pass without a copy.
    const KEEPS_COMPACT_JSON: bool = false;

    /// Appends the bytes of `message`, one JSON value as it was written, to `out`.
    ///
    /// # Errors
    /// The value cannot be written in this format; what was appended is taken back.
    fn serialize(&self, message: &str, config: &Self::Config, out: &mut Vec<u8>) -> Result<()>;
}

/// What `process` of a serializer takes.
#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "crate::schemars")]
pub struct SerializeInput {
    /// The value to serialize.
    pub message: Json,
    /// One of the serializer's formats; absent = its first.
    #[serde(default)]
    pub format: Option<String>,
}

/// What `process` of a serializer gives.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "crate::schemars")]
pub struct SerializeOutput {
    /// The bytes: a text where they are UTF-8, else `{"$base64": "…"}`.
    pub serialized_message: Json,
    /// The format they are in.
    pub format: String,
}

impl<S: Serializer> Plugin for S {
    type Config = S::Config;
    type Input = SerializeInput;
    type Output = SerializeOutput;

    const FORMATS: &'static [&'static str] = S::FORMATS;

    fn create(_host: Host) -> Result<Self> {
        const { assert!(!S::FORMATS.is_empty(), "FORMATS must name at least one format") };
        Ok(S::default())
    }

    async fn process(
        &self,
        _ctx: &Ctx,
        input: SerializeInput,
        config: &S::Config,
    ) -> Result<SerializeOutput> {
        let format = chosen::<S>(input.format)?;
        let mut bytes = Vec::new();
        self.serialize(input.message.get(), config, &mut bytes)?;
        Ok(SerializeOutput { serialized_message: crate::base64::json_of(&bytes)?, format })
    }
}

impl<S: Serializer> Transform for S {
    type Config = S::Config;

    fn apply(&self, batch: Batch, config: &S::Config) -> Result<Batch> {
        if S::KEEPS_COMPACT_JSON && batch.flags & Batch::COMPACT_JSON != 0 {
            return Ok(batch);
        }
        let mut out = crate::BatchBuilder::with_capacity(batch.records().len(), batch.arena.len());
        for record in batch.records() {
            out.push_from(&batch, record, |bytes| {
                value_of(&batch, record).map_or(Ok(()), |text| self.serialize(text?, config, bytes))
            });
        }
        Ok(out.build_like(&batch))
    }
}

/// The JSON text of a record; `None` for a tombstone, which stays one.
fn value_of<'a>(batch: &'a Batch, record: &RecordMeta) -> Option<Result<&'a str>> {
    let text = std::str::from_utf8(batch.value(record)?);
    Some(text.map_err(|error| Error::record(format!("the value is not UTF-8: {error}"))))
}

fn chosen<S: Serializer>(asked: Option<String>) -> Result<String> {
    let formats = <S as Serializer>::FORMATS;
    let known = |format: &String| formats.contains(&format.as_str());
    match asked {
        None => Ok(formats.first().copied().unwrap_or_default().to_owned()),
        Some(format) if known(&format) => Ok(format),
        Some(format) => Err(Error::input(format!(
            "`format`: this serializer writes {}, not {format:?}",
            formats.join(", ")
        ))),
    }
}

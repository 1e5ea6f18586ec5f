//! Bytes from the serializer plug: `<format>_serializer`, found by its name at each call.

use crate::fault::Fault;
use plugin_api::plug::{Plug, TransformStage};
use plugin_api::{BatchBuilder, Ctx, Json, Record, base64};
use serde::{Deserialize, Serialize};

/// One value's bytes, or why it has none.
pub type Bytes = Result<Vec<u8>, Fault>;

/// Serializes every value, given as JSON text, in order. One bad value never fails its neighbours.
///
/// # Errors
/// There is no such serializer, or it cannot be used at all.
pub async fn serialize(ctx: &Ctx, format: &str, texts: &[&str]) -> Result<Vec<Bytes>, Fault> {
    let serializer = find(ctx, format).await?;
    match serializer.open_transform(ctx, &NoOptions {}).await {
        Ok(stage) => Ok(in_one_batch(&stage, texts)),
        Err(_) => one_by_one(ctx, &serializer, format, texts).await,
    }
}

/// Serializers take no configuration.
#[derive(Serialize)]
pub struct NoOptions {}

/// All values at once. A serializer that fails as a whole, by a panic for instance, gets each value
/// alone, so that only those it cannot write fail.
fn in_one_batch(stage: &TransformStage, texts: &[&str]) -> Vec<Bytes> {
    match applied(stage, texts) {
        Ok(all) => all,
        Err(fault) if texts.len() == 1 => vec![Err(fault)],
        Err(_) => texts.iter().flat_map(|text| in_one_batch(stage, &[*text])).collect(),
    }
}

fn applied(stage: &TransformStage, texts: &[&str]) -> Result<Vec<Bytes>, Fault> {
    let applied = stage.apply(batch_of(texts));
    let applied = applied.map_err(|error| Fault::serialization(error.message))?;
    bytes_of(&applied, texts.len())
}

/// The plug of a format.
///
/// # Errors
/// There is none, which names those there are; or it cannot be loaded.
pub async fn find(ctx: &Ctx, format: &str) -> Result<Plug, Fault> {
    let name = format!("{format}_serializer");
    let found = ctx.pp(&name).await;
    let refused = |error: plugin_api::Error| Fault::serialization(format!("`{name}`: {error}"));
    found.map_err(refused)?.ok_or_else(|| missing(ctx, format, &name))
}

fn missing(ctx: &Ctx, format: &str, name: &str) -> Fault {
    let plugs = ctx.host().plugs().unwrap_or_default();
    let mut formats: Vec<&str> =
        plugs.iter().filter_map(|plug| plug.name.strip_suffix("_serializer")).collect();
    formats.sort_unstable();
    formats.dedup();
    let installed = if formats.is_empty() { "none".to_owned() } else { formats.join(", ") };
    Fault::serialization(format!(
        "no plug `{name}` is installed for the format {format:?}; installed formats: {installed}"
    ))
}

fn batch_of(texts: &[&str]) -> plugin_api::Batch {
    let bytes = texts.iter().map(|text| text.len()).sum();
    let mut builder = BatchBuilder::with_capacity(texts.len(), bytes);
    for text in texts {
        builder.push(|out| {
            out.extend_from_slice(text.as_bytes());
            Ok(())
        });
    }
    builder.build()
}

fn bytes_of(applied: &plugin_api::Batch, expected: usize) -> Result<Vec<Bytes>, Fault> {
    if applied.records().len() != expected {
        let found = applied.records().len();
        let text = format!("the serializer gave {found} values for {expected}");
        return Err(Fault::serialization(text));
    }
    let missing = || Fault::serialization("the serializer gave no value for this record");
    let value = |record: Record<'_>| {
        let value = record.value().filter(|_| !record.is_dropped());
        value.map(<[u8]>::to_vec).ok_or_else(missing)
    };
    let mut all: Vec<Bytes> = Record::all(applied).map(value).collect();
    for refused in applied.refused() {
        if let Some(slot) = all.get_mut(refused.index as usize) {
            *slot = Err(Fault::serialization(refused.message()));
        }
    }
    Ok(all)
}

#[derive(Serialize)]
struct Ask<'a> {
    message: Json,
    format: &'a str,
}

#[derive(Deserialize)]
struct Serialized {
    serialized_message: Json,
}

/// The way of a serializer that takes documents only.
async fn one_by_one(
    ctx: &Ctx,
    serializer: &Plug,
    format: &str,
    texts: &[&str],
) -> Result<Vec<Bytes>, Fault> {
    let mut all = Vec::with_capacity(texts.len());
    for text in texts {
        all.push(one(ctx, serializer, format, text).await);
    }
    Ok(all)
}

async fn one(ctx: &Ctx, serializer: &Plug, format: &str, value: &str) -> Bytes {
    let fault = |error: &dyn std::fmt::Display| Fault::serialization(error.to_string());
    let message = Json::from_text(value.to_owned()).map_err(|error| fault(&error))?;
    let asked = serializer.process(ctx, &Ask { message, format }, &NoOptions {}).await;
    let answer = asked.map_err(|error| fault(&error))?;
    let text = "the serializer's answer has no usable `serialized_message`";
    let Serialized { serialized_message } = answer.parse().map_err(|_| fault(&text))?;
    match base64::bytes_of(serialized_message.get()) {
        Some(bytes) => bytes.map_err(|error| fault(&error)),
        None => match serialized_message.parse::<String>() {
            Ok(text) => Ok(text.into_bytes()),
            Err(_) => Err(fault(&text)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::Error;

    #[test]
    fn a_value_that_the_serializer_did_not_give_is_no_empty_record() {
        let mut builder = BatchBuilder::default();
        builder.push(|out| {
            out.extend_from_slice(b"given");
            Ok(())
        });
        builder.push(|_| Err(Error::record("refused")));
        builder.push(|_| Ok(()));
        let mut batch = builder.build();
        batch.records_mut()[2].value_offset = 99;
        let all = bytes_of(&batch, 3).unwrap();
        assert_eq!(all[0].as_deref(), Ok(&b"given"[..]));
        assert!(all[1].as_ref().unwrap_err().text.ends_with(": refused"));
        assert!(all[2].as_ref().unwrap_err().text.ends_with("gave no value for this record"));
        assert!(bytes_of(&batch, 2).is_err());
    }
}

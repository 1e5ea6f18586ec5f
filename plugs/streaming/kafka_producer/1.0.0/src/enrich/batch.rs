//! The records of a stream: the metadata spliced into each object.

use super::{KEY, enriched};
use crate::span::values;
use memchr::memmem;
use plugin_api::{Arenas, Batch, BatchBuilder, Error};

/// The batch with the metadata in every value that is an object. Values must be JSON; what else they
/// are stays as it is, and so do tombstones, keys, headers and all that descriptors say. A batch of
/// compact JSON stays one when `metadata` is compact. The new bytes stand in a block of `arenas`.
pub fn enriched_batch(batch: &Batch, metadata: &str, arenas: &Arenas) -> Batch {
    let addition = Addition::new(metadata);
    let is_plain = is_plain(batch);
    let records = batch.records();
    let bytes = batch.arena.len() + records.len() * addition.behind_members.len();
    let mut builder = BatchBuilder::recycling(arenas, records.len(), bytes);
    for record in records {
        builder.push_from(batch, record, |out| {
            let Some(value) = batch.value(record) else { return Ok(()) };
            if is_plain {
                addition.append(value, out);
            } else {
                let text = std::str::from_utf8(value).map_err(not_utf8)?;
                out.extend_from_slice(enriched(text, metadata).as_bytes());
            }
            Ok(())
        });
    }
    let mut built = builder.build_like(batch);
    built.flags = batch.flags;
    built
}

/// Whether the metadata goes behind the last member of every object: no value can have it already,
/// not even under a name with escapes.
fn is_plain(batch: &Batch) -> bool {
    let is_compact = batch.flags & Batch::COMPACT_JSON != 0;
    is_compact && memmem::find(values(batch), KEY.as_bytes()).is_none()
}

/// What replaces the last `}` of an object.
struct Addition {
    behind_members: String,
    alone: String,
}

impl Addition {
    fn new(metadata: &str) -> Self {
        let alone = format!("\"{KEY}\":{metadata}}}");
        Self { behind_members: format!(",{alone}"), alone }
    }

    /// Appends a compact value that has no metadata yet.
    fn append(&self, value: &[u8], out: &mut Vec<u8>) {
        match value {
            [b'{', b'}'] => {
                out.push(b'{');
                out.extend_from_slice(self.alone.as_bytes());
            }
            [b'{', .., b'}'] => {
                out.extend_from_slice(&value[..value.len() - 1]);
                out.extend_from_slice(self.behind_members.as_bytes());
            }
            _ => out.extend_from_slice(value),
        }
    }
}

fn not_utf8(error: std::str::Utf8Error) -> Error {
    Error::record(format!("the value is not UTF-8: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::batch::RecordMeta;

    const METADATA: &str = r#"{"trace_id":"t"}"#;

    fn enriched_alone(value: &str, flags: u32) -> (String, u32) {
        let mut builder = BatchBuilder::default();
        builder.push(|out| {
            out.extend_from_slice(value.as_bytes());
            Ok(())
        });
        let mut batch = builder.build();
        batch.flags = flags;
        let built = enriched_batch(&batch, METADATA, &Arenas::new(64, 1));
        let value = built.value(&built.records()[0]).unwrap();
        (String::from_utf8(value.to_vec()).unwrap(), built.flags)
    }

    #[test]
    fn a_record_gets_what_a_message_gets() {
        let compact = [
            "{}",
            r#"{"a":1}"#,
            r#"{"a":{"b":{}}}"#,
            r#"{"_plugpipe_metadata":{"x":[1]},"b":2}"#,
            r#"{"b":2,"_plugpipe_metadata":null}"#,
            r#"{"a":{"_plugpipe_metadata":1}}"#,
            r#"{"a":"_plugpipe_metadata"}"#,
            r#"["_plugpipe_metadata"]"#,
            "[]",
            "\"}\"",
            "1.50",
            "null",
        ];
        let others = [
            " { } ",
            "{ \"a\" : 1 } ",
            r#"{"_plugpipe\u005fmetadata":1}"#,
            r#"{"a":"\""}"#,
            "{\n  \"_plugpipe_metadata\": 1,\n  \"b\": 2\n}",
        ];
        for value in compact {
            let expected = (enriched(value, METADATA), Batch::COMPACT_JSON);
            assert_eq!(enriched_alone(value, Batch::COMPACT_JSON), expected, "{value}");
        }
        for value in compact.into_iter().chain(others) {
            assert_eq!(enriched_alone(value, 0), (enriched(value, METADATA), 0), "{value}");
        }
    }

    #[test]
    fn tombstones_and_keys_stay() {
        let record =
            RecordMeta { key_len: 1, flags: RecordMeta::NULL_VALUE, ..RecordMeta::default() };
        let batch = Batch::new(plugin_api::batch::Buf::from_vec(b"k".to_vec()), vec![record]);
        let built = enriched_batch(&batch, METADATA, &Arenas::new(64, 1));
        let record = &built.records()[0];
        assert_eq!((built.key(record), built.value(record)), (Some(&b"k"[..]), None));
    }
}
